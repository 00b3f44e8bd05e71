"""Where in a text the words are that somebody looked for: pieces of it, each marked or not, to be escaped one by one."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice, takewhile
from re import Match, Pattern

from blog.terms import folded, stem_of, unit_pattern, units_of

from .matching import Matching
from .query import Part

MAX_CHARACTERS = 280
BEFORE = 60  # So many characters of them stand before the first that was found.
TOGETHER = 200  # What is within so many characters of each other counts as together.
FARTHEST = 100_000  # Whoever looks for the last word of a book sees its beginning.
LETTER = r"[A-Za-z0-9\x80-\U0010ffff]"  # Or what may be one: no word goes on beyond other signs.
FOREIGN = r"[\x80-\U0010ffff]"
TAKES_BEGINNINGS = frozenset({"arabic", "indonesian"})  # Stemmers that take off more than endings.


@dataclass(frozen=True)
class Piece:
    """A stretch of a text, and whether it is what was looked for."""

    text: str
    is_match: bool = False


@dataclass(frozen=True)
class Place:
    """From which character to which a part of the query stands, and the how manieth part it is."""

    start: int
    end: int
    part: int


@dataclass(frozen=True)
class Row:
    """Words that are to stand one after the other, folded."""

    words: tuple[str, ...]
    may_go_on: bool
    part: int

    def end_at(self, text: str, unit: Match[str]) -> int:
        """Return up to which character they stand there, from this word on; 0 where they do not."""
        is_row = len(self.words) > 1
        there = list(islice(unit_pattern().finditer(text, unit.start()), len(self.words))) if is_row else [unit]
        if len(there) < len(self.words):
            return 0
        *firsts, last = (folded(one.group()) for one in there)
        is_last = last[-1:] == self.words[-1:] or (self.may_go_on and "".join(last).startswith(self.words[-1]))
        is_all = is_last and [word for words in firsts for word in words] == list(self.words[:-1])
        return there[-1].end() if is_all else 0


class Marker:
    """Finds the words of one query in texts."""

    def __init__(self, matching: Matching) -> None:
        self.rows: list[Row] = []
        self.stems: dict[tuple[str, str], int] = {}  # By stemmer and stem.
        self.stemmers = matching.stemmers
        self.seen: dict[str, tuple[Row | int, ...]] = {}
        for number, part in enumerate(matching.query.wanted):
            self._look_for(part, number)
        self.initials = {row.words[0][0] for row in self.rows}
        self.looks_at_all = bool(TAKES_BEGINNINGS & set(self.stemmers))
        self.worth_a_look = self._worth_a_look()

    def _look_for(self, part: Part, number: int) -> None:
        words = tuple(word for unit in units_of(part.value) for word in unit.words)
        self.rows.append(Row(words, part.may_go_on, number))
        if part.is_single_word and len(words) == 1:
            for stemmer in self.stemmers:
                self.stems[stemmer, self._stem(part.value, stemmer)] = number

    def marked(self, text: str) -> list[Piece]:
        """Return the whole text, in pieces."""
        return list(_pieces(text, 0, len(text), list(self._places(text))))

    def snippet(self, text: str) -> list[Piece]:
        """Return the part of a text in which the most of what was looked for stands together; else its beginning."""
        text = text.replace("\n", " ")
        sought = self._places(text[:FARTHEST])
        passed, first = _most_together(sought, len(self.rows))
        start, end = _window(text, first)
        places = chain(passed, takewhile(lambda place: place.start < end, sought))
        within = [place for place in places if start <= place.start and place.end <= end]
        before = [Piece("… ")] if start else []
        after = [Piece(" …")] if end < len(text) else []
        return [*before, *_pieces(text, start, end, within), *after]

    def _places(self, text: str) -> Iterator[Place]:
        """Find them one by one, from the first on: most often the beginning of a text is enough."""
        for unit in self._units(text):
            word = unit.group()
            if word not in self.seen:
                self.seen[word] = self._meanings(word)
            for meaning in self.seen[word]:
                if isinstance(meaning, int):
                    yield Place(unit.start(), unit.end(), meaning)
                elif end := meaning.end_at(text, unit):
                    yield Place(unit.start(), end, meaning.part)

    def _worth_a_look(self) -> Pattern[str]:
        """What finds the words that begin as one that is sought, and whatever has letters beyond ASCII, as a whole."""
        plain = "".join(sorted({*self.initials, *(initial.upper() for initial in self.initials)}))
        initials = "A-Za-z0-9" if self.looks_at_all else "".join(sign for sign in plain if sign.isascii())
        own = rf"[{initials}][A-Za-z0-9]*(?!{LETTER})|" if initials else ""
        return re.compile(rf"(?<!{LETTER})(?:{own}[A-Za-z0-9]*{FOREIGN}{LETTER}*)")

    def _units(self, text: str) -> Iterator[Match[str]]:
        """Return those words of a text that may be what is sought."""
        for stretch in self.worth_a_look.finditer(text):
            if stretch.group().isascii():
                yield stretch
            else:
                within = unit_pattern().finditer(text, stretch.start(), stretch.end())
                yield from (unit for unit in within if self._may_be(unit.group()))

    def _may_be(self, word: str) -> bool:
        """Whether a second look is worth while: most words begin with another letter than those that are sought."""
        initial = word[0]
        return initial.lower() in self.initials or not initial.isascii() or self.looks_at_all

    def _meanings(self, word: str) -> tuple[Row | int, ...]:
        """Return which parts of the query this word is, and which rows of words may begin with it."""
        words = folded(word)
        if not words:
            return ()
        rows = [
            row
            for row in self.rows
            if words[0] == row.words[0] or (row.may_go_on and len(row.words) == 1 and words[0].startswith(row.words[0]))
        ]
        stems = {(stemmer, self._stem(word, stemmer)) for stemmer in self.stemmers}
        return (*rows, *sorted({self.stems[stem] for stem in stems & self.stems.keys()}))

    def _stem(self, text: str, stemmer: str) -> str:
        typed = unit_pattern().search(text)
        word = typed.group() if typed else ""
        return stem_of(word, stemmer) or "".join(folded(word))


def _most_together(places: Iterator[Place], parts: int) -> tuple[list[Place], int]:
    """Return the places looked at, and where the most parts of the query stand within reach after each other.

    Of several such, the first; and no further is looked than to where all parts are.
    """
    passed: list[Place] = []
    near: deque[Place] = deque()
    first = most = 0
    for place in places:
        passed.append(place)
        near.append(place)
        while near[0].start + TOGETHER < place.start:
            near.popleft()
        together = len({other.part for other in near})
        if together > most:
            first, most = near[0].start, together
        if most == parts:
            break
    return passed, first


def _window(text: str, first: int) -> tuple[int, int]:
    """Return from which character to which a snippet goes that has this one in it."""
    start = _next_space(text, first - BEFORE) if first > BEFORE else 0
    end = start + MAX_CHARACTERS
    if end >= len(text):
        return start, len(text)
    space = text.rfind(" ", end - BEFORE, end)
    return start, space if space > start else end


def _next_space(text: str, at: int) -> int:
    space = text.find(" ", at, at + BEFORE)
    return space + 1 if space >= 0 else at


def _pieces(text: str, start: int, end: int, places: list[Place]) -> Iterator[Piece]:
    at = start
    for place in sorted(places, key=lambda place: (place.start, -place.end)):
        if place.start < at:
            continue
        if place.start > at:
            yield Piece(text[at : place.start])
        yield Piece(text[place.start : place.end], is_match=True)
        at = place.end
    if at < end:
        yield Piece(text[at:end])
