"""Roles asked of Descope, for work on the server that no token proves."""

import pytest
from pytest_django import Settings

from accounts import people
from accounts.exceptions import ProviderUnavailable
from accounts.models import User
from accounts.roles import Role
from accounts.sandbox import people as sandbox_people


def fetched(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_person_fetched_from_here_gets_the_roles_descope_gives_them_now(editor: User) -> None:
    before = fetched(editor)

    now = people.with_current_roles(fetched(editor))

    assert before.roles == frozenset()
    assert now.roles == {Role.EDITOR}


def test_a_role_taken_away_at_descope_is_gone_at_once(editor: User) -> None:
    sandbox_people.set_roles(sandbox_people.find(user_id=editor.subject), [])

    assert people.with_current_roles(editor).roles == frozenset()


def test_where_a_tenant_is_set_only_its_roles_count(editor: User, settings: Settings) -> None:
    settings.DESCOPE_TENANT_ID = "T-press"
    person = sandbox_people.find(user_id=editor.subject)
    sandbox_people.change(person, {"userTenants": [{"tenantId": "T-other", "roleNames": ["editor"]}]})
    outside = people.with_current_roles(fetched(editor)).roles
    sandbox_people.change(person, {"userTenants": [{"tenantId": "T-press", "roleNames": ["admin", "poet"]}]})

    inside = people.with_current_roles(fetched(editor)).roles

    assert outside == frozenset()
    assert inside == {Role.ADMIN}


def test_somebody_disabled_at_descope_has_no_roles(editor: User) -> None:
    sandbox_people.set_status(sandbox_people.find(user_id=editor.subject), "disabled")

    assert people.with_current_roles(editor).roles == frozenset()


def test_somebody_gone_at_descope_has_no_roles(editor: User) -> None:
    sandbox_people.delete(sandbox_people.find(user_id=editor.subject))

    assert people.with_current_roles(editor).roles == frozenset()


def test_without_a_management_key_nobody_is_given_any(editor: User, settings: Settings) -> None:
    settings.DESCOPE_MANAGEMENT_KEY = ""

    with pytest.raises(ProviderUnavailable, match="management key"):
        people.with_current_roles(fetched(editor))
