"""What a check is, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .proof import Proof


@dataclass(frozen=True)
class Finding:
    """One thing to look at again. The message says what to do.

    `line` is that of the Markdown, from 1, where it can be told; `excerpt` are the words it is about. Whoever runs
    the checks puts in `check`, the name of the one that found it.
    """

    message: str
    line: int | None = None
    excerpt: str = ""
    check: str = ""

    @property
    def fingerprint(self) -> str:
        """Stands for it in a form, wherever in the text it has moved to."""
        return sha256("\n".join((self.check, self.message, self.excerpt)).encode()).hexdigest()[:16]

    def __str__(self) -> str:
        return self.message if self.line is None else f"{self.message} Look at line {self.line}."


@dataclass(frozen=True)
class Check:
    """A check: its name, by which settings call it, what people call it, and the function that finds."""

    name: str
    label: str
    find: Callable[[Proof], Iterable[Finding]]


def check(name: str, label: str) -> Callable[[Callable[[Proof], Iterable[Finding]]], Check]:
    """Make a function a check. The name is in lower case, with hyphens, and never changes again."""
    return lambda find: Check(name, label, find)
