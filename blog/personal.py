"""What on a page is not the same for all who see it, and how it stays out of a page that is kept for many.

Such a page is made for a stand-in of its audience (accounts/audience.py). Where something personal belongs, it has a
mark instead; as the page is sent, config/page_cache puts in what is this person's. The mark holds a secret of this
process, so that nothing anybody writes can be taken for one.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.audience import Audience
from accounts.models import Person

SEAL = secrets.token_hex(16)
MARK = re.compile(rf"<!--{SEAL}:([^>]*)-->".encode())
OWN = "own"  # Followed by the template of what is put in.
FOR = "for"  # Followed by the key of the person for whom what comes next is, as far as END.
END = "end"


def mark(kind: str, of: str | int = "") -> SafeString:
    return format_html("<!--{}:{}:{}-->", SEAL, kind, of)


@dataclass(frozen=True)
class Whose:
    """For whom something on a page is: for all for whom the page is, for one of them, or for nobody."""

    for_all: bool = False
    for_one: int | None = None


def whose(person: Person, holds: Callable[[Person], bool], owner: int | None) -> Whose:
    """Return for whom a rule holds, where it may hold for the owner of what is on the page and for nobody else."""
    if holds(person):
        return Whose(for_all=True)
    if person.is_anybody and owner is not None and holds(Audience(person.roles, owner).anybody()):
        return Whose(for_one=owner)
    return Whose()
