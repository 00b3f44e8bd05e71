"""The block structure of CommonMark, line by line: quotes, list items, and what may begin inside them.

Python-Markdown guesses at lists and fences from blank lines and multiples of four spaces. Editors write what
GitHub taught them. These few rules, shared by fences and lists, follow CommonMark 0.31, section 5.
"""

import re
from dataclasses import dataclass

MARKER = re.compile(r"(?P<marker>[-*+]|(?P<number>\d{1,9})[.)])(?P<space> +|$)")
BREAK = re.compile(r" {0,3}(?:(?:- *){3,}|(?:_ *){3,}|(?:\* *){3,})$")
QUOTE = re.compile(r" {0,3}> ?")
# Extensions that hold blocks, all indented by four spaces: footnotes, admonitions, definitions.
HOLDER = re.compile(r"\[\^[^\]]+\]:|!!! ?\w|: {1,3}\S")
HOLDER_INDENT = 4


@dataclass(frozen=True, slots=True)
class Item:
    """A list marker and where its content begins."""

    marker: str
    indent: int
    width: int
    is_empty: bool

    @property
    def kind(self) -> str:
        """Items of one list share it: the bullet, or what follows the number."""
        return self.marker[-1]

    @property
    def is_bullet(self) -> bool:
        return not self.marker[0].isdigit()

    @property
    def may_interrupt(self) -> bool:
        """Whether it begins a list in the middle of a paragraph: text that wraps at “14.” must not."""
        return not self.is_empty and (self.is_bullet or self.marker[:-1] == "1")


def indent_of(line: str, start: int = 0) -> int:
    return len(line) - start - len(line[start:].lstrip(" "))


def item_at(line: str, start: int = 0) -> Item | None:
    """Return the list item that begins there, if one does."""
    indent = indent_of(line, start)
    match = MARKER.match(line, start + indent) if indent < 4 else None
    if match is None or BREAK.match(line[start:]):
        return None
    spaces = len(match["space"])
    is_empty = match.end() == len(line)
    content = 1 if is_empty or spaces > 4 else spaces
    return Item(match["marker"], indent, indent + len(match["marker"]) + content, is_empty)
