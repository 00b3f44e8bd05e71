"""The two roles Galley knows, and how the role names of a token become them."""

from collections.abc import Iterable
from enum import StrEnum

from django.conf import settings


class Role(StrEnum):
    EDITOR = "editor"
    ADMIN = "admin"


def roles_named(names: Iterable[object]) -> frozenset[Role]:
    """Return the roles that go by these names in Descope. A name we do not know grants nothing."""
    known = {name_of(role): role for role in Role}
    return frozenset(known[name] for name in names if isinstance(name, str) and name in known)


def name_of(role: Role) -> str:
    """Return what the role is called in Descope."""
    return {Role.EDITOR: settings.ROLE_EDITOR, Role.ADMIN: settings.ROLE_ADMIN}[role]
