"""Footnotes: where each is referred to, and what the links back are called."""

import re
from collections import Counter
from html import unescape

from blog.rendering.ids import plain_id

REFERENCE = re.compile(r'<sup id="(fnref\d*-[^"]*)"')
FIRST = re.compile(r"fnref\d*-")


class Footnotes:
    """The references of one text, and the note at hand."""

    def __init__(self, html: str) -> None:
        self.references = {plain_id(unescape(match[1])) for match in REFERENCE.finditer(html)}
        self.uses = Counter(FIRST.sub("", name, count=1) for name in self.references)
        self.number = 0
        self.links = 0  # Back from the note at hand, so far.

    def begin(self) -> None:
        """Go on to the next note."""
        self.number += 1
        self.links = 0

    def way_back(self, name: str) -> tuple[str, str] | None:
        """Return what a link back to this reference is called, and its number where there are several.

        None where nothing in the text refers to the note.
        """
        if name not in self.references:
            return None
        self.links += 1
        uses = self.uses[FIRST.sub("", name, count=1)]
        label = f"Back to reference {self.number}"
        return (label, "") if uses == 1 else (f"{label}, place {self.links} of {uses}", str(self.links))
