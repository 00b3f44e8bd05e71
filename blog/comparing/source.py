"""Two Markdown sources line by line, and inside the lines that changed, by words."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from unicodedata import category

from .pairing import bag_of, pairs_of, similarity
from .sequences import Budget, readable, stretches
from .words import IN_SOURCE, words_of

STEPS = 1_500_000
SPACES = {" ": "·", "\t": "→"}
JOINERS = {"\u200c", "\u200d"}  # Ordinary in some languages, and in emoji.
LINES_AROUND = 3  # Of what stayed the same, so many stand above and below a change.
FEWEST_FOLDED = 4
MOST_ROWS = 5_000


class Kind(StrEnum):
    """What became of a line or of some words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    CHANGED = "changed"
    FOLDED = "folded"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Span:
    """Words of one line, all SAME, all REMOVED or all ADDED."""

    kind: Kind
    text: str

    @property
    def shown(self) -> str:
        """The text, with what cannot be seen made visible: characters without a width, and space that changed."""
        if self.kind is not Kind.SAME and self.text.isspace():
            return "".join(SPACES.get(character) or _code_of(character) for character in self.text)
        if self.text.isprintable():
            return self.text
        seen = JOINERS | {"\t"} if self.kind is Kind.SAME else {"\t"}
        return "".join(
            _code_of(character) if character not in seen and category(character) in ("Cc", "Cf") else character
            for character in self.text
        )


@dataclass(frozen=True)
class Line:
    """One line of one source, with its number, from 1."""

    number: int
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True)
class Row:
    """SAME and CHANGED have both lines, REMOVED only `old`, ADDED only `new`.

    FOLDED has neither, but stands for `count` lines that stayed the same; LEFT_OUT, which can only be the last, for
    `count` rows beyond the five thousand that a page can bear.
    """

    kind: Kind
    old: Line | None = None
    new: Line | None = None
    count: int = 1


@dataclass(frozen=True)
class SourceDiff:
    """The rows from top to bottom. Where `is_coarse`, some were too different to be compared closely."""

    rows: tuple[Row, ...]
    is_coarse: bool

    @property
    def has_changes(self) -> bool:
        return any(row.kind not in (Kind.SAME, Kind.FOLDED) for row in self.rows)


def source_diff(old: str, new: str) -> SourceDiff:
    """Compare two sources, whose lines end in a line feed. Raises nothing, whatever they are."""
    budget = Budget(STEPS)
    rows = list(_folded(list(_rows(_lines(old), _lines(new), budget))))
    if len(rows) > MOST_ROWS:
        rows[MOST_ROWS:] = [Row(Kind.LEFT_OUT, count=len(rows) - MOST_ROWS)]
    return SourceDiff(tuple(rows), is_coarse=budget.is_overdrawn)


def spans_of(old: str, new: str, budget: Budget | None = None) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return the words of two short texts: those of the old one, SAME or REMOVED, those of the new, SAME or ADDED."""
    before, after = IN_SOURCE.findall(old), IN_SOURCE.findall(new)
    found = stretches(before, after, budget or Budget(STEPS))
    left: list[Span] = []
    right: list[Span] = []
    for is_equal, i1, i2, j1, j2 in readable(found, [len(word) for word in before], [len(word) for word in after]):
        if i2 > i1:
            left.append(Span(Kind.SAME if is_equal else Kind.REMOVED, "".join(before[i1:i2])))
        if j2 > j1:
            right.append(Span(Kind.SAME if is_equal else Kind.ADDED, "".join(after[j1:j2])))
    return tuple(left), tuple(right)


def _lines(text: str) -> list[str]:
    """Return the lines, of which an empty text has none and a text that ends in a line feed no empty last one."""
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def _rows(old: list[str], new: list[str], budget: Budget) -> Iterator[Row]:
    for is_equal, i1, i2, j1, j2 in stretches(old, new, budget):
        if is_equal:
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                yield Row(Kind.SAME, _line(i, old[i], Kind.SAME), _line(j, new[j], Kind.SAME))
        else:
            yield from _changed(old, new, (i1, i2, j1, j2), budget)


def _changed(old: list[str], new: list[str], within: tuple[int, int, int, int], budget: Budget) -> Iterator[Row]:
    i, i2, j, j2 = within
    removed = [bag_of(words_of(line)) for line in old[i:i2]]
    added = [bag_of(words_of(line)) for line in new[j:j2]]
    pairs = pairs_of(removed, added, similarity, len, budget)
    for left, right in [*((left + i, right + j) for left, right in pairs), (i2, j2)]:
        yield from (Row(Kind.REMOVED, old=_line(place, old[place], Kind.REMOVED)) for place in range(i, left))
        yield from (Row(Kind.ADDED, new=_line(place, new[place], Kind.ADDED)) for place in range(j, right))
        if left < i2:
            before, after = spans_of(old[left], new[right], budget)
            yield Row(Kind.CHANGED, Line(left + 1, before), Line(right + 1, after))
        i, j = left + 1, right + 1


def _line(place: int, text: str, kind: Kind) -> Line:
    return Line(place + 1, (Span(kind, text),) if text else ())


def _folded(rows: list[Row]) -> Iterator[Row]:
    """Yield the rows, with one in place of each long stretch that stayed the same."""
    is_near = [False] * len(rows)
    for place, row in enumerate(rows):
        if row.kind is not Kind.SAME:
            first, last = max(place - LINES_AROUND, 0), place + LINES_AROUND + 1
            is_near[first:last] = [True] * len(is_near[first:last])
    for near, group in groupby(zip(is_near, rows, strict=True), key=itemgetter(0)):
        stretch = [row for _, row in group]
        if near or len(stretch) < FEWEST_FOLDED:
            yield from stretch
        else:
            yield Row(Kind.FOLDED, count=len(stretch))


def _code_of(character: str) -> str:
    return f"[U+{ord(character):04X}]"
