"""Those who get the same page, but for what is personal on it; and somebody of them who is nobody in particular.

A page that is kept for many is made for such a stand-in: there is no person whose data could slip into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .models import Person, User, Visitor
from .roles import Role


@dataclass(frozen=True)
class Audience:
    """Members with these roles, or the one of them who has this key; or visitors where there are no roles to have."""

    roles: frozenset[Role] | None
    pk: int | None = None

    # Where a request says for whom it is made. No header can: they all begin with HTTP_, and none is an Audience.
    KEY: ClassVar[str] = "galley.audience"

    def anybody(self) -> Person:
        """Return a stand-in for all of them."""
        if self.roles is None:
            return Visitor()
        person = User(pk=self.pk)
        person.roles = self.roles
        person.is_anybody = True
        return person


VISITORS = Audience(None)
