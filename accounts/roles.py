"""The two roles Galley knows, and how the role names of a token become them."""

from collections.abc import Iterable
from enum import StrEnum

from django.conf import settings


class Role(StrEnum):
    EDITOR = "editor"
    ADMIN = "admin"


def roles_named(names: Iterable[object]) -> frozenset[Role]:
    """Return the roles that go by these names in Descope. A name we do not know grants nothing."""
    known = {settings.ROLE_EDITOR: Role.EDITOR, settings.ROLE_ADMIN: Role.ADMIN}
    return frozenset(known[name] for name in names if isinstance(name, str) and name in known)
