"""Two rendered texts as one, by blocks and, inside those that changed, by words."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.safestring import SafeString

from blog import markup

from .inline import write_words
from .marks import TAGS, Mark, TooLarge, Writer
from .pairing import Bag, bag_of, pairs_of, similarity
from .sequences import Budget, stretches
from .tree import Element, Keys, TooDeep, parse
from .words import words_of

STEPS = 1_500_000
MOST_TAGS = 200_000  # In both texts together; with more, they are not taken apart.
MOST_CHARACTERS = 3_000_000


class Detail(StrEnum):
    """How closely two texts were compared: the closest that can be had at a bounded cost."""

    WORDS = "words"
    BLOCKS = "blocks"
    """Some blocks were too long, or too different, to be compared by words: they are shown before and after."""
    WHOLE = "whole"
    """The whole text is shown before and after."""


@dataclass(frozen=True)
class RenderedDiff:
    """One text that shows two. In `html`, `del[data-diff=removed]` is of the old one, `ins[data-diff=added]` of
    the new one, `span[data-diff=note]` of neither, all the rest of both. No id is left in it.
    """

    html: SafeString
    detail: Detail
    has_changes: bool


def rendered_diff(old: str, new: str) -> RenderedDiff:
    """Compare two texts of HTML from the renderer. Raises nothing, whatever they are."""
    old, new = markup.compared(old), markup.compared(new)
    if old.count("<") + new.count("<") > MOST_TAGS:
        return _before_and_after(old, new)
    keys, budget = Keys(), Budget(STEPS)
    try:
        before, after = parse(old, keys), parse(new, keys)
        comparison = _Comparison(keys, budget, Writer(limit=MOST_CHARACTERS))
        comparison.has_notes = bool(before.children)
        comparison.write(before.blocks, after.blocks)
    except (TooDeep, TooLarge):
        return _before_and_after(old, new)
    detail = Detail.BLOCKS if budget.is_overdrawn else Detail.WORDS
    html = markup.compared(comparison.writer.html())
    return RenderedDiff(html, detail, has_changes=any(f'data-diff="{mark}"' in html for mark in TAGS))


def _before_and_after(old: str, new: str) -> RenderedDiff:
    if old == new:
        return RenderedDiff(markup.compared(new), Detail.WORDS, has_changes=False)
    writer = Writer(limit=len(old) + len(new) + 1_000)
    for html, mark in ((old, Mark.REMOVED), (new, Mark.ADDED)):
        writer.begin(mark)
        writer.add(html)
        writer.end(mark)
    return RenderedDiff(markup.compared(writer.html()), Detail.WHOLE, has_changes=True)


class _Comparison:
    def __init__(self, keys: Keys, budget: Budget, writer: Writer) -> None:
        self.keys = keys
        self.budget = budget
        self.writer = writer
        self.has_notes = True
        self.bags: dict[Element, Bag] = {}

    def write(self, old: list[Element], new: list[Element]) -> None:
        """Write blocks that stand below each other."""
        found = stretches([block.key for block in old], [block.key for block in new], self.budget)
        for is_equal, i1, i2, j1, j2 in found:
            if is_equal:
                for block in new[j1:j2]:
                    self.writer.whole(block)
            else:
                self.write_changed(old[i1:i2], new[j1:j2])

    def write_changed(self, old: list[Element], new: list[Element]) -> None:
        i = j = 0
        pairs = pairs_of(old, new, self.likeness, lambda block: len(self.bag(block)), self.budget)
        for left, right in [*pairs, (len(old), len(new))]:
            self.write_marked(old[i:left], Mark.REMOVED)
            self.write_marked(new[j:right], Mark.ADDED)
            if left < len(old):
                self.write_pair(old[left], new[right])
            i, j = left + 1, right + 1

    def write_marked(self, blocks: list[Element], mark: Mark) -> None:
        for block in blocks:
            self.writer.marked(block, mark, with_notes=self.has_notes)

    def write_pair(self, old: Element, new: Element) -> None:
        """Write a block that became another of the same shape."""
        around = new if new.tag else old  # Of a paragraph that became the bare text of an item, the paragraph.
        self.writer.open(around)
        if old.is_leaf and new.is_leaf:
            write_words(old, new, self.writer, self.keys, self.budget)
        elif new.tag == "tr":
            for before, after in zip(old.blocks, new.blocks, strict=True):
                self.write_pair(before, after)
        else:
            self.write(self.blocks_in(old), self.blocks_in(new))
        self.writer.close(around)

    def blocks_in(self, element: Element) -> list[Element]:
        """Return its children; the text of a leaf counts as one."""
        if not element.is_leaf:
            return element.blocks
        text = Element("", "", self.keys, in_pre=element.in_pre)
        text.children = element.children
        text.close(self.keys)
        return [text] if text.children else []

    def likeness(self, old: Element, new: Element) -> float:
        """How much one looks like the other with other words; 0.0 where words are not all that differs."""
        if old.shape != new.shape or (old.tag == "tr" and _cells(old) != _cells(new)):
            return 0.0
        value = similarity(self.bag(old), self.bag(new))
        return value if new.is_leaf else value**0.5  # A list with one old item in five is still that list.

    def bag(self, block: Element) -> Bag:
        if block not in self.bags:
            words = words_of(block.text())
            self.budget.steps -= 2 * len(words)
            self.bags[block] = bag_of(words)
        return self.bags[block]


def _cells(row: Element) -> list[tuple[str, int]]:
    return [(cell.tag, cell.shape) for cell in row.blocks]
