"""Inviting people through the real SDK, and the letter they get."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from descope import AuthException, DescopeClient
from descope.management._user_base import UserObj

from accounts.sandbox.models import Mail, Person, Role

from .component import Tab, newest_link, wait


def token() -> str:
    return parse_qs(urlsplit(newest_link()).query)["t"][0]


def test_an_invitation_is_mailed_with_a_link_that_signs_the_person_in(sdk: DescopeClient, roles: list[Role]) -> None:
    invited = sdk.mgmt.user.invite("nora@example.com", email="nora@example.com", role_names=["editor"])["user"]

    before = (invited["status"], invited["verifiedEmail"], Mail.objects.get().to)
    signed_in = sdk.magiclink.verify(token())

    assert before == ("invited", False, "nora@example.com")
    assert newest_link().startswith("http://localhost:8000/sign-in?descope-login-flow=")
    assert signed_in["firstSeen"]
    assert signed_in["sessionToken"]["roles"] == ["editor"]
    person = Person.objects.get()
    assert (person.status, person.is_email_verified) == ("enabled", True)


def test_the_link_goes_on_in_the_flow_at_once_and_asks_for_a_name(sdk: DescopeClient, tab: Tab) -> None:
    sdk.mgmt.user.invite("nora@example.com", email="nora@example.com")

    asked = tab.open(newest_link())
    done = tab.do("give-name", fullName="Nora New")

    assert asked["screen"]["id"] == "name"
    assert done["authInfo"]["user"]["name"] == "Nora New"


def test_the_link_works_once_and_for_a_week(sdk: DescopeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    sdk.mgmt.user.invite("nora@example.com", email="nora@example.com")
    sdk.magiclink.verify(token())
    with pytest.raises(AuthException):
        sdk.magiclink.verify(token())

    sdk.mgmt.user.invite("ann@example.com", email="ann@example.com")
    wait(monkeypatch, seconds=int(timedelta(days=7).total_seconds()) + 1)
    with pytest.raises(AuthException):
        sdk.magiclink.verify(token())


def test_the_letter_leads_where_the_caller_says(sdk: DescopeClient) -> None:
    sdk.mgmt.user.invite("nora@example.com", email="nora@example.com", invite_url="https://blog.example/come?a=1")

    assert newest_link().startswith("https://blog.example/come?a=1&")


def test_whom_a_letter_cannot_reach_is_not_made(sdk: DescopeClient) -> None:
    with pytest.raises(AuthException):
        sdk.mgmt.user.invite("nora@example.com", email="nora@example.com", invite_url="javascript:alert(1)")

    assert not Person.objects.exists()
    assert not Mail.objects.exists()


def test_an_invitation_may_go_without_a_letter(sdk: DescopeClient) -> None:
    sdk.mgmt.user.invite("nora@example.com", email="nora@example.com", send_mail=False)

    assert Person.objects.get().status == "invited"
    assert not Mail.objects.exists()


def test_many_are_invited_at_once(sdk: DescopeClient) -> None:
    sdk.mgmt.user.invite_batch([UserObj(f"{name}@example.com", email=f"{name}@example.com") for name in ("ann", "bob")])

    assert set(Mail.objects.values_list("to", flat=True)) == {"ann@example.com", "bob@example.com"}


def test_who_is_made_without_being_invited_gets_no_letter(sdk: DescopeClient) -> None:
    sdk.mgmt.user.create("nora@example.com", email="nora@example.com")

    assert Person.objects.get().status == "enabled"
    assert not Mail.objects.exists()
