"""The code by mail, as the second method of the flow."""

import pytest
from descope import DescopeClient

from accounts.sandbox.models import Code, Mail, Person, Run

from .component import Tab, newest_code, wait


def test_a_code_is_mailed_and_lets_in(tab: Tab, sdk: DescopeClient, ed: Person) -> None:
    asked = tab.start(" Ed@Example.com ", by="send-code")

    done = tab.do("give-code", code=newest_code())

    assert asked["screen"]["id"] == "code"
    assert Mail.objects.get().link == ""
    assert done["authInfo"]["user"]["userId"] == ed.user_id
    assert sdk.validate_session(done["authInfo"]["sessionJwt"])["amr"] == ["email"]


def test_somebody_new_gives_a_name_after_the_code(tab: Tab) -> None:
    tab.start("new@example.com", by="send-code")

    asked = tab.do("give-code", code=newest_code())
    done = tab.do("give-name", fullName="Nora New")

    assert asked["screen"]["id"] == "name"
    assert done["authInfo"]["firstSeen"] is True
    assert done["authInfo"]["user"]["verifiedEmail"] is True


def test_a_code_may_be_typed_in_two_halves(tab: Tab, ed: Person) -> None:
    tab.start("ed@example.com", by="send-code")
    code = newest_code()

    assert tab.do("give-code", code=f" {code[:3]} {code[3:]} ")["status"] == "completed"


def test_a_wrong_code_says_so_and_the_right_one_still_works(tab: Tab, ed: Person) -> None:
    tab.start("ed@example.com", by="send-code")

    answer = tab.do("give-code", code="wrong")

    assert answer["screen"]["id"] == "code"
    assert "not the code" in answer["screen"]["state"]["errorText"]
    assert tab.do("give-code", code=newest_code())["status"] == "completed"


def test_after_five_wrong_codes_only_a_new_one_helps(tab: Tab, ed: Person) -> None:
    tab.start("ed@example.com", by="send-code")
    for _ in range(5):
        tab.do("give-code", code="wrong")

    assert "too often" in tab.do("give-code", code=newest_code())["screen"]["state"]["errorText"]
    assert tab.do("send-code-again")["screen"]["state"]["notice"]["text"] == "We sent it again."
    assert tab.do("give-code", code=newest_code())["status"] == "completed"


def test_an_old_code_is_over_when_another_is_sent(tab: Tab, ed: Person) -> None:
    tab.start("ed@example.com", by="send-code")
    old = newest_code()
    tab.do("send-code-again")
    if old == newest_code():
        pytest.skip("one in a million")

    assert "errorText" in tab.do("give-code", code=old)["screen"]["state"]


def test_a_code_runs_out(tab: Tab, ed: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    tab.start("ed@example.com", by="send-code")
    wait(monkeypatch, minutes=10, seconds=1)

    assert "its time is up" in tab.do("give-code", code=newest_code())["screen"]["state"]["errorText"]


def test_a_code_opens_only_the_page_that_asked_for_it(tab: Tab, elsewhere: Tab, sdk: DescopeClient, ed: Person) -> None:
    tab.start("ed@example.com", by="send-code")
    code = newest_code()
    elsewhere.start("ed@example.com", by="send-code")
    if code == newest_code():
        pytest.skip("one in a million")

    assert "errorText" in elsewhere.do("give-code", code=code)["screen"]["state"]
    assert tab.do("give-code", code=code)["status"] == "completed"


def test_no_code_is_asked_for_twice_when_an_answer_is_lost(tab: Tab, ed: Person) -> None:
    tab.start("ed@example.com", by="send-code")
    tab.execution = ""
    assert tab.start("ed@example.com", by="send-code")["screen"]["id"] == "code"
    assert Mail.objects.count() == Run.objects.count() == 1
    code = newest_code()
    tab.do("give-code", code=code)

    assert tab.do("give-code", code=code)["status"] == "completed"


def test_too_many_codes_are_refused_in_words(tab: Tab) -> None:
    tab.start("ed@example.com", by="send-code")
    for _ in range(19):
        tab.do("send-code-again")

    answer = tab.do("send-code-again")

    assert answer["screen"]["id"] == "code"
    assert "several mails" in answer["screen"]["state"]["errorText"]


def test_no_code_is_kept(tab: Tab) -> None:
    tab.start("ed@example.com", by="send-code")

    assert newest_code() not in [str(value) for value in Code.objects.values_list().get()]
