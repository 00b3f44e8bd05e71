from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts import api_tokens, descope, upkeep
from accounts.api_tokens import Scope
from accounts.exceptions import BadToken
from accounts.models import Session, User
from accounts.roles import Role
from accounts.sandbox import people as sandbox_people
from accounts.sandbox.models import Person as SandboxPerson
from accounts.sandbox.models import Role as SandboxRole
from tests.conftest import SignUp, bearer, signed_in

from .conftest import Wire

Synced = Callable[[], str]


@pytest.fixture
def synced(capsys: pytest.CaptureFixture[str]) -> Synced:
    """Return a function that runs the command and returns what it prints."""

    def synced() -> str:
        call_command("sync_people")
        return capsys.readouterr().out

    return synced


def at_descope(user: User) -> SandboxPerson:
    return SandboxPerson.objects.get(user_id=user.subject)


def test_who_was_never_heard_of_is_registered(synced: Synced) -> None:
    sandbox_people.create(["nora@example.com"], {"name": "Nora New", "verifiedEmail": True})

    assert "1 people at Descope: 1 new here, 0 changed" in synced()

    assert User.objects.values_list("name", "email").get() == ("Nora New", "nora@example.com")


def test_a_second_run_finds_nothing_to_do(editor: User, admin: User, synced: Synced, wire: Wire) -> None:
    synced()
    loads = wire.times_asked("/v1/mgmt/user")

    assert "2 people at Descope: 0 new here, 0 changed, 0 disabled. 0 of ours" in synced()
    assert wire.times_asked("/v1/mgmt/user") == loads


def test_who_was_disabled_there_is_signed_out_here_bearers_too(reader: User, synced: Synced) -> None:
    client, headers = signed_in(reader), bearer(reader)
    SandboxPerson.objects.update(status="disabled")

    assert "1 disabled" in synced()

    assert client.get("/account").status_code == 302
    assert client.get("/api/posts/retrieve", headers=headers).status_code == 401


def test_who_is_gone_there_is_closed_here(reader: User, editor: User, synced: Synced) -> None:
    client = signed_in(reader)
    at_descope(reader).delete()

    assert "1 of ours are gone there, and closed here" in synced()

    assert client.get("/account").status_code == 302
    assert list(User.objects.filter(is_disabled=True)) == [reader]


def test_a_role_that_was_taken_there_is_gone_here_at_the_next_request(editor: User, synced: Synced) -> None:
    client, headers = signed_in(editor), bearer(editor)
    at_descope(editor).roles.clear()

    assert "1 changed" in synced()

    assert client.get("/write").status_code == 403
    assert client.get("/write", headers=headers).status_code == 403


def test_a_role_that_was_given_there_is_here_at_the_next_request(reader: User, synced: Synced) -> None:
    client = signed_in(reader)
    at_descope(reader).roles.add(SandboxRole.objects.create(name="editor"))

    synced()

    assert client.get("/write").status_code == 200


def test_sessions_of_whom_nothing_has_changed_are_left_alone(editor: User, synced: Synced) -> None:
    synced()
    signed_in(editor)
    before = list(Session.objects.values())

    synced()

    assert list(Session.objects.values()) == before


def test_a_list_that_misses_somebody_closes_nobody(reader: User, synced: Synced, wire: Wire) -> None:
    wire.says("/mgmt/user/search", {"users": [], "total": 0})

    assert "0 of ours are gone" in synced()
    assert not User.objects.get().is_disabled


def test_a_list_older_than_the_last_message_gives_nothing_back(editor: User, synced: Synced, wire: Wire) -> None:
    old = {"userId": editor.subject, "status": "enabled", "roleNames": ["editor", "admin"]}
    wire.says("/mgmt/user/search", {"users": [old], "total": 1})

    synced()

    assert User.objects.get().known_roles == [Role.EDITOR]


def test_everybody_is_looked_at_however_many_pages_it_takes(
    sign_up: SignUp, synced: Synced, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descope, "SEARCH_SIZE", 2)
    for number in range(5):
        sign_up(f"Person {number}")
    SandboxPerson.objects.update(status="disabled")

    assert "5 disabled" in synced()
    assert User.objects.filter(is_disabled=True).count() == 5


def test_where_descope_cannot_be_asked_it_fails_and_closes_nobody(reader: User, wire: Wire) -> None:
    wire.is_down()

    with pytest.raises(CommandError, match="Descope did not answer"):
        call_command("sync_people")
    assert not User.objects.get().is_disabled


def test_without_a_management_key_it_fails_and_says_so(reader: User, settings: Settings) -> None:
    settings.DESCOPE_MANAGEMENT_KEY = ""

    with pytest.raises(CommandError, match="no management key is set"):
        call_command("sync_people")


def test_a_closed_account_that_is_opened_again_has_no_api_tokens(editor: User) -> None:
    _, secret = api_tokens.create(editor, name="laptop", scopes=[Scope.READ], lifetime=timedelta(days=1))
    upkeep.close(editor.subject)
    User.objects.update(is_disabled=False)

    with pytest.raises(BadToken):
        api_tokens.person_of(secret)
