"""How a comparison is written: HTML in which `<ins>` and `<del>` say what came and what went.

Ours carry `data-diff`, which no author can write, so that an `<ins>` of the author's own is never taken for one.
What only attributes say, and no reader of the marked text would see, follows in words: where a changed link leads,
how a changed picture is described.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from html import escape
from itertools import takewhile

from .tree import VOID, Element, told_by

# They must stay the children of their parents, so the mark goes inside.
STRUCTURAL = {
    *("caption", "col", "colgroup", "dd", "dt", "figcaption", "li", "summary"),
    *("tbody", "td", "tfoot", "th", "thead", "tr"),
}
# The renderer's own; three letters at most colour code.
CLASSES = re.compile(
    r"[a-z][a-z0-9]{0,2}|highlight|filename|table-scroll|align-\w+|footnote(-\w+)?|task-list-\w+|admonition(-title)?"
    r"|note|tip|hint|info|important|warning|caution|danger|attention|error|success|question|example|abstract|quote"
)


class Mark(StrEnum):
    """The value of `data-diff`."""

    REMOVED = "removed"
    ADDED = "added"
    NOTE = "note"


TAGS = {Mark.REMOVED: "del", Mark.ADDED: "ins"}
Context = tuple[Element, ...]


class TooLarge(Exception):
    """The comparison would be far larger than what it compares."""


class Writer:
    """Collects HTML. Raises TooLarge beyond so many characters."""

    def __init__(self, limit: int) -> None:
        self.left = limit
        self.pieces: list[str] = []

    def add(self, piece: str) -> None:
        self.left -= len(piece)
        if self.left < 0:
            raise TooLarge
        self.pieces.append(piece)

    def html(self) -> str:
        return "".join(self.pieces)

    def open(self, element: Element, mark: Mark | None = None) -> None:
        if element.tag:
            attributes = _shown(element)
            if mark is not None:
                attributes["data-diff"] = mark
            written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
            self.add(f"<{element.tag}{written}>")

    def close(self, element: Element) -> None:
        if element.tag and element.tag not in VOID:
            self.add(f"</{element.tag}>")

    def begin(self, mark: Mark) -> None:
        self.add(f'<{TAGS[mark]} data-diff="{mark}">')

    def end(self, mark: Mark) -> None:
        self.add(f"</{TAGS[mark]}>")

    def whole(self, element: Element, *, with_notes: bool = False) -> None:
        """Write an element as it is."""
        self.open(element)
        self.inside(element, with_notes=with_notes)
        self.close(element)

    def inside(self, element: Element, *, with_notes: bool) -> None:
        for child in element.children:
            if isinstance(child, str):
                self.add(escape(child, quote=False))
            else:
                self.whole(child, with_notes=with_notes and not element.is_leaf)
        if with_notes and element.is_leaf:
            self.note(_inlines(element))

    def marked(self, block: Element, mark: Mark, *, with_notes: bool) -> None:
        """Write a block that came or went as a whole."""
        if block.tag not in STRUCTURAL:
            self.begin(mark)
            self.whole(block, with_notes=with_notes)
            self.end(mark)
            return
        self.open(block, mark)
        if not block.is_leaf:
            for child in block.blocks:
                self.marked(child, mark, with_notes=with_notes)
        elif block.children:
            self.begin(mark)
            self.inside(block, with_notes=with_notes)
            self.end(mark)
        self.close(block)

    def note(self, elements: Iterable[Element], *, of_all: bool = False) -> None:
        """Write where the links among these lead and what the pictures are, or all that their attributes say."""
        facts = list(dict.fromkeys(fact for element in elements if (fact := _fact(element, of_all=of_all))))
        if facts:
            self.add(f'<span data-diff="{Mark.NOTE}"> ({escape("; ".join(facts), quote=False)})</span>')

    def run(self, pieces: Iterable[tuple[Mark | None, Context, str]]) -> None:
        """Write pieces of HTML, each under its mark and inside its elements."""
        mark: Mark | None = None
        around: Context = ()
        for next_mark, context, piece in pieces:
            if next_mark != mark:
                self._leave(around, 0)
                self._change(mark, next_mark)
                mark, around = next_mark, ()
            if context is not around:
                common = sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(around, context, strict=False)))
                self._leave(around, common)
                for element in context[common:]:
                    self.open(element)
                around = context
            self.add(piece)
        self._leave(around, 0)
        self._change(mark, None)

    def _leave(self, context: Context, common: int) -> None:
        for element in reversed(context[common:]):
            self.close(element)

    def _change(self, mark: Mark | None, next_mark: Mark | None) -> None:
        if mark is not None:
            self.end(mark)
        if next_mark is not None:
            self.begin(next_mark)


def _shown(element: Element) -> dict[str, str]:
    """Return the attributes without what would hide a change: a class of the site's own, a closed box."""
    attributes = dict(element.attributes)
    if "class" in attributes:
        names = [name for name in attributes["class"].split() if CLASSES.fullmatch(name)]
        attributes["class"] = " ".join(names)
    if element.tag == "details":
        attributes["open"] = ""
    return attributes


def _inlines(leaf: Element) -> Iterable[Element]:
    for child in leaf.children:
        if isinstance(child, Element):
            yield child
            yield from _inlines(child)


def _fact(element: Element, *, of_all: bool) -> str:
    attributes = told_by(element.tag, element.attributes)
    if element.tag == "img":
        alt = attributes.pop("alt", "")
        described = f"described as “{alt}”" if alt else "without a description"
        said = [f"picture {attributes.pop('src', '')}", described]
    elif element.tag == "a" and "href" in attributes:
        # A footnote's mark leads to the footnote.
        said = [f"link to {attributes['href']}"] if of_all or not attributes["href"].startswith("#in-fn") else []
        del attributes["href"]
    else:
        said = []
    said += [f"{name} “{value}”" for name, value in attributes.items() if of_all or name == "title"]
    return ", ".join(said)
