"""The team page: who sees it, what it shows and says, and that each act is one POST with a reason."""

import re
from typing import Any

import httpx
import pytest
from django.conf import settings as conf
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts import descope
from accounts.models import Session, TeamEntry, User
from accounts.sandbox import people as sandbox_people
from accounts.sandbox.models import Person as SandboxPerson
from accounts.sandbox.models import Role as SandboxRole
from blog.views import team
from tests.conftest import SignUp, bearer, signed_in

REASON = {"reason": "Because of the test."}
ACTS: dict[str, dict[str, str]] = {
    "give_role": {"role": "editor"},
    "take_role": {"role": "editor"},
    "sign_out_everywhere": {},
    "disable": {},
    "enable": {},
}
EVERY_ADDRESS = [*ACTS, "invite"]


@pytest.fixture(autouse=True)
def both_roles() -> None:
    for name in ("editor", "admin"):
        SandboxRole.objects.get_or_create(name=name)


@pytest.fixture
def descope_is_down(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function after whose call nobody answers for Descope."""

    def refuse(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody answers")

    return lambda: monkeypatch.setattr(httpx.HTTPTransport, "handle_request", refuse)


def address(verb: str, user: User) -> str:
    return reverse("desk:team_invite") if verb == "invite" else reverse(f"desk:team_{verb}", args=[user.subject])


def form(verb: str) -> dict[str, str]:
    return REASON | ({"email": "nora@example.com"} if verb == "invite" else ACTS[verb])


def rows(client: Client, query: str = "") -> dict[str, list[str]]:
    page = client.get(f"/desk/team{query}")
    assert page.status_code == 200
    return {row.member.shown_name: [button.label for button in row.buttons] for row in page.context["rows"]}


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# Who


def test_a_visitor_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/desk/team").headers["Location"] == "/sign-in?next=%2Fdesk%2Fteam"


@pytest.mark.parametrize("who", ["reader", "editor"])
def test_the_page_is_for_admins(who: str, request: pytest.FixtureRequest) -> None:
    client = signed_in(request.getfixturevalue(who))

    assert client.get("/desk/team").status_code == 403
    assert "/desk/team" not in client.get("/").content.decode()


def test_an_admin_finds_it_from_the_desk_and_an_editor_does_not(admin: User, editor: User) -> None:
    assert 'href="/desk/team"' in signed_in(admin).get("/desk").content.decode()
    assert "/desk/team" not in signed_in(editor).get("/desk").content.decode()


@pytest.mark.parametrize("verb", EVERY_ADDRESS)
@pytest.mark.parametrize("who", ["visitor", "reader", "editor"])
def test_nobody_but_an_admin_does_any_of_it(verb: str, who: str, request: pytest.FixtureRequest) -> None:
    whom = request.getfixturevalue("other_editor")
    client = Client() if who == "visitor" else signed_in(request.getfixturevalue(who))
    before = list(SandboxPerson.objects.values())

    refused = client.post(address(verb, whom), form(verb))

    assert refused.status_code == (401 if who == "visitor" else 403)
    assert list(SandboxPerson.objects.values()) == before
    assert not TeamEntry.objects.exists()


@pytest.mark.parametrize("verb", EVERY_ADDRESS)
def test_a_link_does_nothing(verb: str, admin: User, editor: User) -> None:
    assert signed_in(admin).get(address(verb, editor), form(verb)).status_code == 405


@pytest.mark.parametrize("verb", EVERY_ADDRESS)
def test_a_page_of_another_site_does_nothing(verb: str, admin: User, editor: User) -> None:
    client = signed_in(admin, enforce_csrf_checks=True)

    assert client.post(address(verb, editor), form(verb)).status_code == 403
    assert not TeamEntry.objects.exists()


# What it shows


def test_it_lists_people_with_the_acts_that_can_be_done(admin: User, editor: User, reader: User) -> None:
    sandbox_people.set_status(SandboxPerson.objects.get(user_id=reader.subject), "disabled")

    assert rows(signed_in(admin)) == {
        "Ada Admin": ["Give the role editor", "Sign out everywhere"],
        "Ed Editor": ["Take the role editor", "Give the role admin", "Sign out everywhere", "Close the account"],
        "Rita Reader": ["Open the account again"],
    }


def test_it_takes_as_many_queries_for_sixty_as_for_one(admin: User, sign_up: SignUp) -> None:
    client = signed_in(admin)
    client.get("/desk/team")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/desk/team")
        return len(captured)

    alone = queries()
    for number in range(60):
        sign_up(f"Person {number}")
    signed_in(User.objects.last() or admin)

    assert queries() == alone <= 4


def test_it_comes_in_pages(admin: User, sign_up: SignUp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team, "PAGE_SIZE", 2)
    for number in range(4):
        sign_up(f"Person {number}")
    client = signed_in(admin)

    assert [list(rows(client, f"?page={number}")) for number in (1, 2, 3)] == [
        ["Ada Admin", "Person 0"],
        ["Person 1", "Person 2"],
        ["Person 3"],
    ]
    assert client.get("/desk/team?page=4").status_code == 404
    assert list(rows(client, "?page=x")) == ["Ada Admin", "Person 0"]
    done = client.post(address("disable", User.objects.get(name="Person 2")), REASON | {"page": "2"})
    assert done.headers["Location"] == "/desk/team?page=2"


def test_a_name_is_text_and_nothing_else(admin: User) -> None:
    sandbox_people.create(["x@example.com"], {"displayName": "<b>Bold</b> & Co"})

    page = signed_in(admin).get("/desk/team").content.decode()

    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; Co" in page
    assert "<b>Bold" not in page


def test_without_a_management_key_it_says_what_to_do_in_the_console(
    admin: User, editor: User, settings: Settings
) -> None:
    client = signed_in(admin)
    settings.DESCOPE_MANAGEMENT_KEY = ""

    page = client.get("/desk/team")

    assert "People are managed in the Descope console" in text_of(page)
    assert rows(client) == {"Ada Admin": [], "Ed Editor": []}
    assert "Send the invitation" not in text_of(page)
    assert client.post(address("disable", editor), REASON).status_code == 503


def test_where_descope_does_not_answer_it_shows_whom_we_have_met(
    admin: User, editor: User, descope_is_down: Any
) -> None:
    client = signed_in(admin)
    descope_is_down()

    assert "Descope does not answer" in text_of(client.get("/desk/team"))
    assert rows(client) == {"Ada Admin": ["Sign out everywhere"], "Ed Editor": ["Sign out everywhere"]}


def test_while_descope_does_not_answer_somebody_is_signed_out_here_and_the_page_says_so(
    admin: User, editor: User, descope_is_down: Any
) -> None:
    client, theirs = signed_in(admin), signed_in(editor)
    descope_is_down()

    page = client.post(address("sign_out_everywhere", editor), REASON, follow=True)

    assert theirs.get("/desk").status_code == 302
    assert "Ed Editor is signed out here" in text_of(page)
    assert "its own sessions could not be ended yet" in text_of(page)
    assert "signed Ed Editor out everywhere: done here, Descope not told yet" in text_of(page)


def test_an_act_that_descope_does_not_answer_says_so_with_the_reason_kept(
    admin: User, editor: User, descope_is_down: Any
) -> None:
    client = signed_in(admin)
    descope_is_down()

    refused = client.post(address("disable", editor), REASON)

    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "30"
    assert "nothing has been changed" in text_of(refused)
    assert REASON["reason"] in refused.content.decode()


def test_an_act_that_may_have_been_done_says_so(admin: User, editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client, carry = signed_in(admin), httpx.HTTPTransport.handle_request

    def silent(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/user/update/status"):
            raise httpx.ReadTimeout("no answer")
        return carry(transport, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", silent)

    refused = client.post(address("disable", editor), REASON)

    assert refused.status_code == 503
    assert "it may be done, or not" in text_of(refused)
    assert REASON["reason"] in refused.content.decode()
    assert "closed the account of Ed Editor: asked for, not confirmed" in text_of(client.get("/desk/team"))


def test_an_admin_whom_descope_has_not_confirmed_of_late_reads_on(
    admin: User, editor: User, settings: Settings
) -> None:
    client = signed_in(admin)
    settings.FRESH_PROOF = conf.FRESH_PROOF * 0
    Session.objects.update(token_expires_at=timezone.now())
    descope.breaker.failed()

    assert rows(client) == {"Ada Admin": [], "Ed Editor": []}
    assert "Send the invitation" not in text_of(client.get("/desk/team"))
    assert client.post(address("disable", editor), REASON).status_code == 403


# What is done


def test_an_admin_gives_and_takes_a_role(admin: User, reader: User) -> None:
    client, theirs = signed_in(admin), signed_in(reader)

    given = client.post(address("give_role", reader), REASON | {"role": "editor"}, follow=True)
    with_role = theirs.get("/write").status_code
    client.post(address("take_role", reader), REASON | {"role": "editor"})

    assert "Rita Reader has the role now." in text_of(given)
    assert "Ada Admin gave Rita Reader the role editor" in text_of(given)
    assert (with_role, theirs.get("/write").status_code) == (200, 403)


@pytest.mark.parametrize("verb", ["disable", "sign_out_everywhere"])
def test_who_is_put_out_is_out_at_the_next_request(verb: str, admin: User, editor: User) -> None:
    theirs, headers = signed_in(editor), bearer(editor)

    signed_in(admin).post(address(verb, editor), REASON)

    assert theirs.get("/desk").status_code == 302
    assert Client().get("/api/posts/retrieve", headers=headers).status_code == 401


def test_who_is_invited_is_on_the_list(admin: User) -> None:
    client = signed_in(admin)
    typed = {"email": "nora@example.com", "name": "Nora New", "role": "editor"}

    page = client.post("/desk/team/invite", REASON | typed, follow=True)

    assert "An invitation is on its way to Nora New." in text_of(page)
    assert "nora@example.com editor" in text_of(page)


def test_the_last_admin_is_kept_and_the_reason_given_back(admin: User, editor_and_admin: User) -> None:
    client = signed_in(editor_and_admin)
    SandboxPerson.objects.filter(user_id=editor_and_admin.subject).update(is_test=True)

    refused = client.post(address("disable", admin), REASON)

    assert refused.status_code == 422
    assert "nobody who can manage people" in text_of(refused)
    assert REASON["reason"] in refused.content.decode()
    assert SandboxPerson.objects.get(user_id=admin.subject).status == "enabled"


def test_an_act_without_a_reason_is_not_done(admin: User, editor: User) -> None:
    refused = signed_in(admin).post(address("disable", editor))

    assert refused.status_code == 422
    assert "Say why" in text_of(refused)
    assert SandboxPerson.objects.get(user_id=editor.subject).status == "enabled"


def test_an_invitation_that_is_refused_gives_back_what_was_typed(admin: User) -> None:
    refused = signed_in(admin).post("/desk/team/invite", {"email": "nora at example", "name": "Nora", "reason": "New."})

    assert refused.status_code == 422
    for typed in ("nora at example", "Nora", "New."):
        assert f"\n{typed}</textarea>" in refused.content.decode()


def test_somebody_who_is_no_more_at_descope_is_refused_in_words(admin: User) -> None:
    refused = signed_in(admin).post("/desk/team/Unobody/disable", REASON)

    assert refused.status_code == 422
    assert "does not know this person" in text_of(refused)
    assert descope.load_person("Unobody") is None
