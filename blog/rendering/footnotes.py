"""Footnotes: in which order they come, where each is referred to, and what the links back are called."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

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


class OrderProcessor(Treeprocessor):
    """Numbers notes and references in the order of reading. Python-Markdown's is that of the definitions.

    Its other one is that in which it takes the tree apart, which is from the last list to the first.
    """

    def run(self, root: Element) -> None:
        notes = root.find(".//div[@class='footnote']/ol")
        if notes is None:
            return
        items = {f"#{item.get('id')}": item for item in notes}
        inside = set(notes.iter("sup"))
        numbers: dict[str, int] = {}
        marks: list[Element] = []
        self.count([mark for mark in _references(root) if mark not in inside], items, numbers, marks)
        for target, item in items.items():
            if target not in numbers:  # Nothing leads there. It comes last, after what it leads to.
                self.count(list(_references(item)), items, numbers, marks)
        uses = Counter[str]()
        for mark in marks:
            target = mark[0].get("href", "")
            uses[target] += 1
            mark[0].text = str(numbers[target])
            mark.set("id", f"fnref{uses[target] if uses[target] > 1 else ''}-{target.removeprefix('#fn-')}")
        notes[:] = sorted(notes, key=lambda item: numbers.get(f"#{item.get('id')}", len(items) + 1))

    def count(
        self, found: list[Element], items: dict[str, Element], numbers: dict[str, int], marks: list[Element]
    ) -> None:
        """Give a number to each note that these lead to, and to those that the notes themselves lead to."""
        for mark in found:  # Grows by those in the notes, as these come to their turn.
            target = mark[0].get("href", "")
            if target in items:
                marks.append(mark)
                if target not in numbers:
                    numbers[target] = len(numbers) + 1
                    found += _references(items[target])


def _references(element: Element) -> Iterator[Element]:
    return (mark for mark in element.iter("sup") if len(mark) and mark[0].get("class") == "footnote-ref")


class FootnoteOrderExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — the library's hook.
        # Before the notes get a link back to each reference (15).
        md.treeprocessors.register(OrderProcessor(md), "footnote-order", 16)
