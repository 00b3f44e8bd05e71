"""The flow as the web component asks for it: protocol, sections 5 and 6."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from descope import DescopeClient

from accounts.sandbox import people
from accounts.sandbox.models import Link, Mail, Person, Run

from .component import PAGE, Tab, newest_link, wait


def test_the_address_is_asked_for_and_mail_is_sent(tab: Tab) -> None:
    answer = tab.start(" New@Example.com ")

    assert (answer["status"], answer["action"], answer["screen"]["id"]) == ("waiting", "screen", "sent")
    assert answer["screen"]["state"]["form"] == {"email": "new@example.com"}
    assert Mail.objects.get().to == "new@example.com"


@pytest.mark.parametrize("email", ["", "nonsense", "a@b", "a b@example.com", "x" * 250 + "@example.com"])
def test_an_address_that_is_none_is_asked_for_again(tab: Tab, email: str) -> None:
    answer = tab.start(email)

    assert answer["screen"]["id"] == "welcome"
    assert "does not look like" in answer["screen"]["state"]["errorText"]
    assert answer["screen"]["state"]["form"]["email"] == email
    assert tab.do("send", email="good@example.com")["screen"]["id"] == "sent"


def test_the_link_leads_back_to_the_page_with_its_next(tab: Tab) -> None:
    tab.start("ed@example.com")

    link = urlsplit(newest_link())

    assert link.netloc + link.path == "localhost:8000/sign-in"
    assert parse_qs(link.query)["next"] == ["/desk?a=1"]
    assert "#" not in newest_link()


@pytest.mark.parametrize("page", ["https://evil.example/sign-in", "//evil.example", "javascript:alert(1)", ""])
def test_the_mail_never_leads_to_another_site(tab: Tab, page: str) -> None:
    tab.start("ed@example.com", page)

    assert newest_link().startswith("http://localhost:8000/sign-in?descope-login-flow=")


def test_the_page_that_waits_is_told_to_wait(tab: Tab) -> None:
    tab.start("ed@example.com")

    assert tab.do("polling")["action"] == "poll"


def test_somebody_new_is_asked_for_a_name_once(tab: Tab, elsewhere: Tab) -> None:
    tab.start("new@example.com")
    asked = elsewhere.open(newest_link())

    done = elsewhere.do("give-name", fullName="  Nora   New\u200b ")

    assert asked["screen"]["id"] == "name"
    assert done["status"] == "completed"
    assert done["authInfo"]["user"]["name"] == "Nora New"
    assert done["authInfo"]["firstSeen"] is True
    tab.start("new@example.com")
    assert elsewhere.open(newest_link())["status"] == "completed"


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_name_that_is_none_is_asked_for_again(tab: Tab, name: str) -> None:
    tab.start("new@example.com")
    tab.open(newest_link())

    answer = tab.do("give-name", fullName=name)

    assert answer["screen"]["id"] == "name"
    assert answer["screen"]["state"]["errorText"]


def test_a_name_cannot_be_given_before_the_link_is_opened(tab: Tab) -> None:
    tab.start("new@example.com")

    answer = tab.do("give-name", fullName="Mallory")

    assert answer["screen"]["id"] == "welcome"
    assert not Person.objects.exists()


def test_both_tabs_get_in_and_agree_on_first_seen(tab: Tab, elsewhere: Tab) -> None:
    tab.start("new@example.com")
    elsewhere.open(newest_link())

    there = elsewhere.do("give-name", fullName="Nora")
    here = tab.do("polling")

    assert here["authInfo"]["firstSeen"] is there["authInfo"]["firstSeen"] is True
    assert here["authInfo"]["user"]["userId"] == there["authInfo"]["user"]["userId"]
    assert here["authInfo"]["refreshJwt"] != there["authInfo"]["refreshJwt"]


def test_while_the_name_is_asked_for_the_other_tab_waits(tab: Tab, elsewhere: Tab) -> None:
    tab.start("new@example.com")
    elsewhere.open(newest_link())

    assert tab.do("polling")["action"] == "poll"


def test_the_tokens_of_the_flow_are_good(tab: Tab, sdk: DescopeClient, ed: Person) -> None:
    tab.start("ed@example.com")

    info = tab.open(newest_link())["authInfo"]

    assert sdk.validate_session(info["sessionJwt"])["roles"] == ["editor"]
    assert sdk.refresh_session(info["refreshJwt"])["userId"] == ed.user_id


def test_a_person_who_has_signed_in_before_is_not_first_seen(tab: Tab, ed: Person) -> None:
    tab.start("ed@example.com")
    tab.open(newest_link())
    tab.start("ed@example.com")

    assert tab.open(newest_link())["authInfo"]["firstSeen"] is False


def test_who_left_before_giving_a_name_is_still_first_seen(tab: Tab, elsewhere: Tab) -> None:
    tab.start("new@example.com")
    tab.open(newest_link())
    elsewhere.start("new@example.com")
    elsewhere.open(newest_link())

    assert elsewhere.do("give-name", fullName="Nora")["authInfo"]["firstSeen"] is True
    assert Person.objects.count() == 1


def test_a_used_link_says_so_and_offers_a_new_one(tab: Tab, elsewhere: Tab, ed: Person) -> None:
    tab.start("ed@example.com")
    tab.open(newest_link())

    answer = elsewhere.open(newest_link())

    assert answer["screen"]["id"] == "link-used"
    assert "authInfo" not in answer
    assert elsewhere.do("send-again")["screen"]["id"] == "sent"
    assert elsewhere.open(newest_link())["status"] == "completed"


def test_an_expired_link_says_so_and_offers_a_new_one(
    tab: Tab, elsewhere: Tab, ed: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab.start("ed@example.com")
    wait(monkeypatch, minutes=10, seconds=1)

    answer = elsewhere.open(newest_link())

    assert answer["screen"]["id"] == "link-expired"
    assert elsewhere.do("send-again")["screen"]["id"] == "sent"


def test_a_wrong_link_says_so_and_starts_again(tab: Tab) -> None:
    tab.start("ed@example.com")

    answer = tab.open(newest_link()[:-5] + "xxxxx")

    assert answer["screen"]["id"] == "link-wrong"
    assert tab.do("start-over")["screen"]["id"] == "welcome"
    assert tab.do("send", email="ed@example.com")["screen"]["id"] == "sent"


def test_a_link_to_a_run_nobody_knows_says_so(tab: Tab) -> None:
    answer = tab.open("http://localhost:8000/sign-in?descope-login-flow=sign-up-or-in%7C%23%7Cgone_mail&t=gone")

    assert answer["screen"]["id"] == "link-wrong"
    assert tab.do("start-over")["screen"]["id"] == "welcome"


def test_a_made_up_link_sends_no_mail_to_anybody(tab: Tab, elsewhere: Tab) -> None:
    tab.start("ed@example.com")

    elsewhere.open(newest_link()[:-5] + "xxxxx")

    assert elsewhere.do("send-again")["screen"]["id"] == "welcome"
    assert Mail.objects.count() == 1


def test_an_answer_lost_on_the_way_is_given_again(tab: Tab, ed: Person) -> None:
    tab.start("ed@example.com")
    tab.execution = ""
    assert tab.start("ed@example.com")["screen"]["id"] == "sent"
    assert Mail.objects.count() == Run.objects.count() == 1
    link = newest_link()
    tab.open(link)

    assert tab.open(link)["status"] == "completed"


def test_asking_again_sends_another_mail_and_both_links_work_for_one_run(tab: Tab, elsewhere: Tab, ed: Person) -> None:
    tab.start("ed@example.com")
    first = newest_link()

    answer = tab.do("send-again")

    assert answer["screen"]["state"]["notice"]["text"] == "We sent it again."
    assert Mail.objects.count() == 2
    assert elsewhere.open(first)["status"] == "completed"
    assert tab.do("polling")["status"] == "completed"


def test_another_address_is_another_run(tab: Tab, elsewhere: Tab, ed: Person) -> None:
    tab.start("ed@example.com")
    old = newest_link()
    tab.do("start-over")
    tab.do("send", email="other@example.com")

    elsewhere.open(old)

    assert tab.do("polling")["action"] == "poll"


def test_too_many_mails_are_refused_in_words(tab: Tab) -> None:
    tab.start("ed@example.com")
    for _ in range(19):
        tab.do("send-again")

    answer = tab.do("send-again")

    assert answer["screen"]["id"] == "sent"
    assert "several mails" in answer["screen"]["state"]["errorText"]
    assert Mail.objects.count() == 20


def test_a_closed_account_says_so(tab: Tab, ed: Person) -> None:
    tab.start("ed@example.com")
    people.set_status(ed, "disabled")

    answer = tab.open(newest_link())

    assert answer["screen"]["id"] == "closed"
    assert "authInfo" not in answer


def test_a_page_that_waited_too_long_says_so(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    tab.start("ed@example.com")
    wait(monkeypatch, minutes=31)

    answer = tab.do("polling")

    assert answer["screen"]["id"] == "stale"
    assert tab.do("send-again")["screen"]["id"] == "sent"


@pytest.mark.parametrize("interaction", ["polling", "send-again", "start-over", "give-name"])
def test_the_id_of_a_run_alone_lets_nobody_in(tab: Tab, elsewhere: Tab, ed: Person, interaction: str) -> None:
    tab.start("ed@example.com")
    elsewhere.execution = tab.execution
    tab.open(newest_link())

    answer = elsewhere.do(interaction)

    assert answer["errorCode"] == "E108201"


def test_an_unknown_interaction_is_refused(tab: Tab) -> None:
    tab.start("ed@example.com")

    assert tab.do("no-such-thing")["errorCode"] == "E011003"


def test_the_bearer_must_name_the_project(http: httpx.Client) -> None:
    response = http.post("/_descope/v1/flow/start", json={}, headers={"Authorization": "Bearer Pother"})

    assert response.status_code == 401


def test_no_token_of_a_link_is_kept(tab: Tab) -> None:
    tab.start("ed@example.com")

    assert parse_qs(urlsplit(newest_link()).query)["t"][0] not in Link.objects.values_list().get()


def test_a_link_made_by_the_api_works_in_the_component(tab: Tab, sdk: DescopeClient, ed: Person) -> None:
    token = sdk.mgmt.user.generate_embedded_link("ed@example.com")

    answer = tab._post("start", {"flowId": "sign-up-or-in", "input": {"token": token}, "options": {"location": PAGE}})

    assert answer["status"] == "completed"


SCREENS = [
    "welcome",
    "sent",
    "code",
    "totp",
    "totp-new",
    "name",
    "link-used",
    "link-expired",
    "link-wrong",
    "closed",
    "stale",
]


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_needs_no_script_or_style_of_its_own(http: httpx.Client, screen: str) -> None:
    response = http.get(f"/_descope/pages/P/v2-beta/{screen}.html")

    assert response.status_code == 200
    assert "<descope-button" in response.text
    assert not [inline for inline in ("style=", "<style", "<script", "onclick") if inline in response.text]


@pytest.mark.parametrize("name", ["theme.json", "tenant/theme.json", "no-such.json", "no-such.html"])
def test_every_static_file_is_answered_so_that_the_real_service_is_never_asked(http: httpx.Client, name: str) -> None:
    assert http.get(f"/_descope/pages/P/v2-beta/{name}").status_code == 200


def test_the_configuration_names_the_flow(http: httpx.Client) -> None:
    response = http.get("/_descope/pages/P/v2-beta/config.json")

    assert response.json()["flows"]["sign-up-or-in"]["startScreenId"] == "welcome"
    again = http.get("/_descope/pages/P/v2-beta/config.json", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304


def test_the_elements_are_a_script(http: httpx.Client) -> None:
    response = http.get("/_descope/ui/index.js")

    assert response.headers["content-type"].startswith("text/javascript")
    assert "globalThis.DescopeUI" in response.text
