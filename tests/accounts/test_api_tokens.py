"""What a personal token opens, and for whom."""

import time
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import api_tokens, patience, sessions, upkeep
from accounts.api_tokens import Scope, roles_let_through
from accounts.exceptions import BadToken, ProviderUnavailable
from accounts.models import ApiToken, Session, User
from accounts.roles import Role
from accounts.sandbox import people as sandbox_people
from tests.conftest import signed_in

from .conftest import Wire

ALL = list(Scope)
LIST = "/api/posts/retrieve"


def made(user: User, scopes: list[Scope] = ALL, lifetime: timedelta = timedelta(days=30)) -> str:
    return api_tokens.create(user, name="A script", scopes=scopes, lifetime=lifetime)[1]


def headers(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def status(secret: str, path: str = LIST) -> int:
    return Client().get(path, headers=headers(secret)).status_code


def age_roles(by: timedelta) -> None:
    User.objects.update(roles_known_at=timezone.now() - by, roles_asked_at=timezone.now() - by)


# The table of scopes


@pytest.mark.parametrize(
    ("scopes", "roles"),
    [
        ([], set()),
        (["read"], set()),
        (["write"], {Role.EDITOR}),
        (["publish"], {Role.ADMIN}),
        (["read", "write", "publish"], {Role.EDITOR, Role.ADMIN}),
        (["admin", "*", "WRITE"], set()),
    ],
)
def test_each_scope_lets_one_power_through(scopes: list[str], roles: set[Role]) -> None:
    assert roles_let_through(scopes) == roles


def test_a_token_has_no_power_that_its_person_has_not(
    reader: User, editor: User, admin: User, editor_and_admin: User
) -> None:
    roles = [api_tokens.person_of(made(person)).roles for person in (reader, editor, admin, editor_and_admin)]

    assert roles == [set(), {Role.EDITOR}, {Role.ADMIN}, {Role.EDITOR, Role.ADMIN}]


def test_a_token_has_no_power_beyond_its_scopes(editor_and_admin: User) -> None:
    roles = [api_tokens.person_of(made(editor_and_admin, [scope])).roles for scope in Scope]

    assert roles == [set(), {Role.EDITOR}, {Role.ADMIN}]


def test_through_the_api_a_token_reads_and_writes_as_its_scopes_say(editor: User) -> None:
    words = {"title": "By a script", "content": "Words."}

    def write(secret: str) -> int:
        return Client(enforce_csrf_checks=True).post(
            "/api/posts/create", words, "application/json", headers=headers(secret)
        ).status_code  # fmt: skip

    assert status(made(editor, [Scope.READ])) == 200
    assert write(made(editor, [Scope.READ])) == 403
    assert write(made(editor, [Scope.PUBLISH])) == 403
    assert write(made(editor, [Scope.WRITE])) == 201


# What it is


def test_a_token_is_kept_as_a_digest_alone(reader: User) -> None:
    secret = made(reader)

    assert secret.startswith("glly_")
    assert len(secret) == len("glly_") + 43
    assert secret not in str(ApiToken.objects.values())
    assert made(reader) != secret


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_token_lives_for_a_year_at_most(days: int, reader: User) -> None:
    with pytest.raises(ValueError, match="year"):
        made(reader, lifetime=timedelta(days=days))


def test_its_use_is_noted_every_five_minutes_at_most(reader: User) -> None:
    secret = made(reader)
    used = []
    for age in (timedelta(0), timedelta(minutes=4), timedelta(minutes=2)):
        ApiToken.objects.exclude(last_used_at=None).update(last_used_at=timezone.now() - age)
        before = ApiToken.objects.get().last_used_at
        api_tokens.person_of(secret)
        used.append(ApiToken.objects.get().last_used_at != before)
    ApiToken.objects.update(last_used_at=timezone.now() - timedelta(minutes=5))
    api_tokens.person_of(secret)

    assert used == [True, False, False]
    assert ApiToken.objects.filter(last_used_at__gt=timezone.now() - timedelta(minutes=1)).exists()


# When it is refused


@pytest.mark.parametrize("secret", ["glly_", "glly_x", "glly_" + "A" * 43, "glly_\u00fc", "glly_" + "x" * 5_000])
def test_a_token_nobody_made_opens_nothing(secret: str, reader: User) -> None:
    made(reader)

    with pytest.raises(BadToken):
        api_tokens.person_of(secret)


@pytest.mark.parametrize("change", ["expired", "revoked", "disabled", "gone"])
def test_a_token_that_is_over_opens_nothing_from_the_next_call_on(change: str, editor: User) -> None:
    secret = made(editor)
    before = status(secret)
    if change == "expired":
        ApiToken.objects.update(expires_at=timezone.now())
    elif change == "revoked":
        api_tokens.revoke(ApiToken.objects.get())
    elif change == "disabled":
        User.objects.filter(pk=editor.pk).update(is_disabled=True)
    else:
        User.objects.filter(pk=editor.pk).delete()

    assert [before, status(secret)] == [200, 401]


def test_signing_out_everywhere_leaves_tokens_unless_that_is_chosen(editor: User) -> None:
    secret = made(editor)

    signed_in(editor).post("/account/sign-out-everywhere")
    assert status(secret) == 200
    User.objects.update(tokens_not_before=None)  # As if a second had passed.
    signed_in(editor).post("/account/sign-out-everywhere", {"tokens": "revoke"})

    assert status(secret) == 401


@pytest.mark.parametrize("path", ["/", "/account", "/account/tokens", "/desk", "/write", "/api/docs", "/no/such/page"])
def test_a_token_opens_no_page(path: str, editor_and_admin: User) -> None:
    assert status(made(editor_and_admin), path) == 403


def test_a_token_makes_and_changes_nothing_of_the_account(editor_and_admin: User) -> None:
    secret = made(editor_and_admin)
    token = ApiToken.objects.get()
    posts = [
        "/account/tokens/create",
        f"/account/tokens/{token.pk}/revoke",
        "/account/name",
        "/account/sign-out-everywhere",
    ]

    answers = [Client().post(path, {"name": "x"}, headers=headers(secret)).status_code for path in posts]

    assert answers == [403] * len(posts)
    assert status(secret) == 200


def test_a_bad_token_beside_a_good_cookie_is_still_refused(reader: User) -> None:
    assert signed_in(reader).get(LIST, headers=headers("glly_x")).status_code == 401


# Whose roles it goes by


def test_a_role_taken_away_is_gone_within_ten_minutes(editor: User) -> None:
    secret = made(editor)
    api_tokens.person_of(secret)
    sandbox_people.set_roles(sandbox_people.find(user_id=editor.subject), [])

    age_roles(timedelta(minutes=9))
    soon = api_tokens.person_of(secret).roles
    age_roles(timedelta(minutes=10))
    later = api_tokens.person_of(secret).roles

    assert [soon, later] == [{Role.EDITOR}, set()]


def test_somebody_disabled_or_gone_at_descope_is_refused_within_ten_minutes(editor: User, admin: User) -> None:
    of_editor, of_admin = made(editor), made(admin)
    sandbox_people.set_status(sandbox_people.find(user_id=editor.subject), "disabled")
    sandbox_people.delete(sandbox_people.find(user_id=admin.subject))

    assert [status(of_editor), status(of_admin)] == [401, 401]


def test_descope_is_asked_once_in_ten_minutes(editor: User, wire: Wire) -> None:
    secret = made(editor)

    for _ in range(3):
        api_tokens.person_of(secret)

    assert wire.times_asked("/mgmt/user") == 1


def test_while_somebody_asks_the_others_wait_for_the_answer(
    editor: User, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = made(editor)
    api_tokens.person_of(secret)
    age_roles(timedelta(minutes=10))
    User.objects.update(roles_asked_at=timezone.now())

    def answered(seconds: float) -> None:
        User.objects.update(known_roles=[], roles_known_at=timezone.now())

    monkeypatch.setattr(time, "sleep", answered)

    assert api_tokens.person_of(secret).roles == set()
    assert wire.times_asked("/mgmt/user") == 1


def test_while_descope_fails_one_question_in_ten_seconds_is_asked(
    editor: User, wire: Wire, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SESSION_GRACE = timedelta(hours=1)
    secret = made(editor)
    api_tokens.person_of(secret)
    age_roles(timedelta(minutes=12))
    wire.answers("/mgmt/user", httpx.Response(401))
    monkeypatch.setattr(patience, "REQUEST_SECONDS", 0)
    asked = wire.times_asked("/mgmt/user")

    for _ in range(5):
        assert api_tokens.person_of(secret).roles == {Role.EDITOR}
    in_ten_seconds = wire.times_asked("/mgmt/user") - asked
    User.objects.update(roles_asked_at=timezone.now() - timedelta(seconds=11))
    api_tokens.person_of(secret)

    assert (in_ten_seconds, wire.times_asked("/mgmt/user") - asked) == (1, 2)


def test_who_asks_and_dies_keeps_nobody_waiting_for_long(
    editor: User, wire: Wire, hurry: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = made(editor)
    User.objects.update(roles_asked_at=timezone.now() - timedelta(seconds=3))
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail("it waited"))

    assert status(secret) == 503
    User.objects.update(roles_asked_at=timezone.now() - timedelta(seconds=11))
    assert status(secret) == 200


def test_somebody_gone_at_descope_is_closed_and_asked_about_no_more(editor: User, wire: Wire) -> None:
    secret, browser = made(editor), signed_in(editor)
    sandbox_people.delete(sandbox_people.find(user_id=editor.subject))
    age_roles(timedelta(minutes=10))
    asked = wire.times_asked("/mgmt/user")

    answers = [status(secret) for _ in range(3)]

    assert answers == [401, 401, 401]
    assert wire.times_asked("/mgmt/user") - asked == 1
    assert browser.get("/account").status_code == 302
    assert User.objects.get(pk=editor.pk).is_disabled
    assert not ApiToken.objects.live().exists()


def test_a_role_that_a_token_learns_of_is_gone_from_sessions_too(editor: User) -> None:
    secret, browser = made(editor), signed_in(editor)
    api_tokens.person_of(secret)
    sandbox_people.set_roles(sandbox_people.find(user_id=editor.subject), [])
    age_roles(timedelta(minutes=10))

    api_tokens.person_of(secret)

    assert browser.get("/write").status_code == 403


def test_while_descope_is_down_the_last_roles_hold_for_the_grace(editor: User, wire: Wire, settings: Settings) -> None:
    settings.SESSION_GRACE = timedelta(hours=1)
    secret = made(editor)
    api_tokens.person_of(secret)
    wire.is_down()
    age_roles(timedelta(minutes=12))
    after_minutes = api_tokens.person_of(secret)
    age_roles(timedelta(minutes=59))
    within_the_hour = api_tokens.person_of(secret)
    age_roles(timedelta(minutes=60))

    with pytest.raises(ProviderUnavailable):
        api_tokens.person_of(secret)

    assert [after_minutes.roles, within_the_hour.roles] == [{Role.EDITOR}, {Role.EDITOR}]
    assert [after_minutes.is_freshly_proved, within_the_hour.is_freshly_proved] == [True, False]
    assert status(secret) == 503


def test_somebody_whose_roles_nobody_ever_told_waits_for_descope(editor: User, wire: Wire) -> None:
    secret = made(editor)
    wire.is_down()

    assert status(secret) == 503


def test_without_a_management_key_the_roles_are_those_of_the_newest_live_session(
    editor: User, settings: Settings
) -> None:
    settings.DESCOPE_MANAGEMENT_KEY = ""
    secret = made(editor)
    before = api_tokens.person_of(secret).roles
    signed_in(editor)
    meanwhile = api_tokens.person_of(secret).roles
    sessions.end_one(Session.objects.get())

    after = api_tokens.person_of(secret).roles

    assert [before, meanwhile, after] == [set(), {Role.EDITOR}, set()]


@pytest.mark.parametrize("changes", [{"is_disabled": True}, {"left_at": timezone.now()}])
def test_who_is_gone_has_no_roles_however_long_ago_anybody_asked(changes: dict[str, Any], editor: User) -> None:
    long_ago = timezone.now() - timedelta(days=1)
    User.objects.filter(pk=editor.pk).update(known_roles=["editor"], roles_known_at=long_ago, **changes)

    assert upkeep.with_known_roles(User.objects.get(pk=editor.pk)).roles == set()


def test_who_turns_out_to_be_disabled_has_no_roles_either(editor: User) -> None:
    User.objects.filter(pk=editor.pk).update(known_roles=["editor"], roles_known_at=None)
    sandbox_people.change(sandbox_people.find(user_id=editor.subject), {"status": "disabled"})

    assert upkeep.with_known_roles(User.objects.get(pk=editor.pk)).roles == set()


def test_without_a_management_key_a_role_known_to_be_taken_stays_so(editor: User, settings: Settings) -> None:
    settings.DESCOPE_MANAGEMENT_KEY = ""
    signed_in(editor)
    editor.known_roles, editor.roles_known_at = [], timezone.now() + timedelta(seconds=1)
    editor.save()

    assert upkeep.with_known_roles(editor).roles == set()


def test_tokens_that_are_long_over_are_cleared_away(editor: User) -> None:
    long_ago, lately = timezone.now() - timedelta(days=31), timezone.now() - timedelta(days=29)
    for change in ({"expires_at": long_ago}, {"revoked_at": long_ago}, {"expires_at": lately}, {"revoked_at": lately}):
        made(editor)
        ApiToken.objects.filter(name="A script").update(name=str(change), **change)
    secret = made(editor)

    call_command("clear_sessions")

    assert ApiToken.objects.count() == 3
    assert status(secret) == 200
