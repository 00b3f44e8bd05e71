"""A Descope that takes its time, and how long a request waits for it: a real site, a real clock."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from tests.browser.server import Server

from .processes import Answer, call, change_sandbox, let_tokens_expire, one_process, sign_in

pytestmark = pytest.mark.no_database

WHY = {"reason": "Because of the test."}
# In this order: who is to be enabled has been disabled before.
ACTS = {
    "rita give-role": {"role": "editor"},
    "ed take-role": {"role": "editor"},
    "ed sign-out-everywhere": {},
    "rita disable": {},
    "rita enable": {},
    "nobody invite": {"email": "nora@example.com"},
}

SLOW_SECONDS = 15  # Longer than a request waits, on a busy machine, too.
IN_THE_LOG = {
    "rita give-role": "gave Rita Reader the role editor",
    "ed take-role": "took the role editor from Ed Editor",
    "ed sign-out-everywhere": "signed Ed Editor out everywhere",
    "rita disable": "closed the account of Rita Reader",
    "rita enable": "opened the account of Rita Reader",
    "nobody invite": "invited n",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with one_process(tmp_path_factory.mktemp("slow")) as server:
        for person in ("ed", "rita"):
            sign_in(server, f"{person}@example.com")
        yield server


class Admin:
    """Ada's browser."""

    def __init__(self, site: Server) -> None:
        self._site = site
        self._cookie = sign_in(site, "ada@example.com")

    def page(self) -> str:
        return unescape(call(self._site, "GET", "/desk/team", self._cookie).body)

    def acts(self, act: str) -> Answer:
        whom, verb = act.split()
        query = f"SELECT max(subject) FROM accounts_user WHERE email = '{whom}@example.com'"  # noqa: S608 — our own words.
        path = "/desk/team/invite" if verb == "invite" else f"/desk/team/{self._site.value('galley', query)}/{verb}"
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', self._form)[0]
        return call(self._site, "POST", path, self._cookie, form=WHY | ACTS[act] | {"csrfmiddlewaretoken": token})

    def opens_the_page(self) -> None:
        self._form = self.page()


def test_an_act_that_is_cut_short_says_so_and_is_in_the_log(site: Server) -> None:
    admin = Admin(site)
    admin.opens_the_page()
    change_sandbox(site, slowSeconds=0.9)  # Two questions pass, and the change itself is not waited for to the end.

    answers = {act: admin.acts(act) for act in ACTS}
    change_sandbox(site, slowSeconds=0)
    page = admin.page()

    assert [act for act, answer in answers.items() if answer.seconds >= 5] == []  # All questions to the end: 5.4 s.
    assert [act for act, answer in answers.items() if what_was_told(answer) != what_the_log_says(act, page)] == []
    assert "may be done" in map(what_was_told, answers.values())


def what_was_told(answer: Answer) -> str:
    if answer.status == 302:
        return "done"
    return "may be done" if "it may be done, or not" in answer.body else "nothing done"


def what_the_log_says(act: str, page: str) -> str:
    lines = [line for line in re.findall(r"<p>(Ada Admin [^<]*)</p>", page) if IN_THE_LOG[act] in line]
    if not lines:
        return "nothing done"
    return "may be done" if lines[0].endswith(": asked for, not confirmed") else "done"


def test_no_page_and_no_act_waits_for_descope_to_the_end(site: Server) -> None:
    admin = Admin(site)
    admin.opens_the_page()
    change_sandbox(site, slowSeconds=SLOW_SECONDS)
    let_tokens_expire(site)

    answers = [admin.acts("rita give-role"), admin.acts("rita disable")]
    pages = [call(site, "GET", path, admin._cookie) for path in ("/desk/team", "/account", "/")]
    change_sandbox(site, slowSeconds=0)

    assert [answer.status for answer in (*answers, *pages)] == [503, 503, 200, 200, 200]
    assert max(answer.seconds for answer in (*answers, *pages)) < SLOW_SECONDS
    assert sum(answer.seconds > 2 for answer in (*answers, *pages)) == 1  # Then the breaker is open.
    assert all("nothing has been changed" in answer.body for answer in answers)
