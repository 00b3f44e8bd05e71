"""Rotation of refresh tokens, and what happens to one that is used again after its successor was handed out."""

from collections.abc import Callable

import pytest
from descope import AuthException, DescopeClient

from accounts.models import Session, User
from accounts.sandbox import sessions, state, webhooks
from accounts.sandbox.exceptions import BadToken
from accounts.sandbox.models import Event, Person, SignIn
from accounts.vault import unlocked
from tests.conftest import signed_in

from .component import wait

USES: dict[str, Callable[[DescopeClient, str], object]] = {
    "refresh_session": lambda sdk, token: sdk.refresh_session(token),
    "me": lambda sdk, token: sdk.me(token),
    "select_tenant": lambda sdk, token: sdk.select_tenant("acme", token),
    "logout": lambda sdk, token: sdk.logout(token),
}


@pytest.fixture
def old(ed: Person) -> str:
    return str(sessions.sign_in(ed, first_seen=False)["refreshJwt"])


def refreshed(sdk: DescopeClient, token: str) -> str:
    return str(sdk.refresh_session(token)["refreshSessionToken"]["jwt"])


def reuses() -> list[Event]:
    return list(Event.objects.filter(action="RefreshTokenReused"))


def test_the_old_refresh_token_works_a_moment_longer(sdk: DescopeClient, ed: Person, old: str) -> None:
    refreshed(sdk, old)

    again = refreshed(sdk, old)

    assert sdk.refresh_session(again)["userId"] == ed.user_id
    assert reuses() == []


@pytest.mark.parametrize("use", USES)
def test_used_later_it_ends_the_session_with_every_token_of_its_chain(
    sdk: DescopeClient, old: str, monkeypatch: pytest.MonkeyPatch, use: str
) -> None:
    new = refreshed(sdk, old)
    newest = refreshed(sdk, new)
    wait(monkeypatch, seconds=11)

    for token in (old, new, newest):
        with pytest.raises(AuthException) as refusal:
            USES[use](sdk, token)
        assert refusal.value.status_code == 401

    assert SignIn.objects.get().ended_at is not None


def test_the_thief_who_was_faster_is_signed_out_too(
    sdk: DescopeClient, old: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stolen = refreshed(sdk, old)
    wait(monkeypatch, seconds=11)
    with pytest.raises(AuthException):
        sdk.refresh_session(old)

    with pytest.raises(AuthException):
        sdk.refresh_session(stolen)


def test_it_is_told_once(sdk: DescopeClient, ed: Person, old: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refreshed(sdk, old)
    wait(monkeypatch, seconds=11)
    for _ in range(2):
        with pytest.raises(AuthException):
            sdk.refresh_session(old)

    (told,) = sdk.mgmt.audit.search(actions=["RefreshTokenReused"])["audits"]

    assert (told["userId"], told["loginIds"]) == (ed.user_id, ["ed@example.com"])
    assert old not in str(told)


def test_other_sessions_of_the_person_go_on(
    sdk: DescopeClient, ed: Person, old: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = sessions.sign_in(ed, first_seen=False)["refreshJwt"]
    refreshed(sdk, old)
    wait(monkeypatch, seconds=11)
    with pytest.raises(AuthException):
        sdk.refresh_session(old)

    assert sessions.refresh(elsewhere)["user"]["userId"] == ed.user_id


@pytest.mark.parametrize(("grace", "is_good"), [(0, False), (3600, True)])
def test_how_long_it_still_works_can_be_set(
    sdk: DescopeClient, old: str, monkeypatch: pytest.MonkeyPatch, grace: int, is_good: bool
) -> None:
    state.change({"reuseGraceSeconds": grace})
    refreshed(sdk, old)
    wait(monkeypatch, seconds=60)

    if is_good:
        sessions.refresh(old)  # Not by the SDK, whose clock the test does not move.
    else:
        with pytest.raises(BadToken):
            sessions.refresh(old)

    assert bool(reuses()) is not is_good


def test_the_site_signs_out_at_once_whose_token_was_stolen_and_used(
    editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(editor)
    held = unlocked(Session.objects.get().locked_refresh_token)
    sessions.refresh(held)  # The thief.
    wait(monkeypatch, seconds=11)
    with pytest.raises(BadToken):
        sessions.refresh(held)  # Somebody else who holds the same token.
    assert browser.get("/account").status_code == 200

    assert webhooks.deliver(reuses()[0])

    assert browser.get("/account").headers["Location"].startswith("/sign-in")
