from pytest_django import Settings

from accounts.models import User, Visitor
from accounts.roles import Role, roles_named


def test_two_names_are_known_and_the_others_grant_nothing() -> None:
    assert roles_named(["editor", "admin", "owner", None, 7, ["admin"]]) == {Role.EDITOR, Role.ADMIN}


def test_the_site_may_name_its_roles_otherwise(settings: Settings) -> None:
    settings.ROLE_EDITOR, settings.ROLE_ADMIN = "Redakteurin", "Chefin"

    assert roles_named(["Redakteurin"]) == {Role.EDITOR}
    assert roles_named(["Chefin"]) == {Role.ADMIN}
    assert roles_named(["editor", "admin"]) == frozenset()


def test_who_was_merely_fetched_has_no_roles(editor: User) -> None:
    assert User.objects.get(pk=editor.pk).roles == frozenset()
    assert Visitor().roles == frozenset()
