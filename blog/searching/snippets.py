"""Where in a text the words are that somebody looked for: pieces of it, each marked or not, to be escaped one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from re import Match

from blog.terms import UNIT, folded, stem_of, units_of

from .matching import Matching
from .query import Part

MAX_CHARACTERS = 280
BEFORE = 60  # So many characters of them stand before the first that was found.
TOGETHER = 200  # What is within so many characters of each other counts as together.
FARTHEST = 100_000  # Whoever looks for the last word of a book sees its beginning.
MOST = 40  # So many places are weighed against each other.
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

    def is_at(self, units: list[Match[str]], index: int) -> bool:
        there = units[index : index + len(self.words)]
        if len(there) < len(self.words):
            return False
        *firsts, last = (folded(unit.group()) for unit in there)
        is_last = last[-1:] == self.words[-1:] or (self.may_go_on and "".join(last).startswith(self.words[-1]))
        return is_last and [word for words in firsts for word in words] == list(self.words[:-1])


class Marker:
    """Finds the words of one query in texts."""

    def __init__(self, matching: Matching) -> None:
        self.rows: list[Row] = []
        self.stems: dict[tuple[str, str], int] = {}  # By stemmer and stem.
        self.stemmers = matching.stemmers
        self.seen: dict[str, tuple[Row | int, ...]] = {}
        for number, part in enumerate(matching.query.wanted):
            self._look_for(part, number)
        self.initials = "".join({row.words[0][0] for row in self.rows})
        self.looks_at_all = bool(TAKES_BEGINNINGS & set(self.stemmers))

    def _look_for(self, part: Part, number: int) -> None:
        words = tuple(word for unit in units_of(part.value) for word in unit.words)
        self.rows.append(Row(words, part.may_go_on, number))
        if part.is_single_word and len(words) == 1:
            for stemmer in self.stemmers:
                self.stems[stemmer, self._stem(part.value, stemmer)] = number

    def marked(self, text: str) -> list[Piece]:
        """Return the whole text, in pieces."""
        return list(_pieces(text, 0, len(text), self._places(text)))

    def snippet(self, text: str) -> list[Piece]:
        """Return the part of a text in which the most of what was looked for stands together; else its beginning."""
        text = text.replace("\n", " ")
        places = self._places(text[:FARTHEST])
        start, end = _window(text, places)
        within = [place for place in places if start <= place.start and place.end <= end]
        before = [Piece("… ")] if start else []
        after = [Piece(" …")] if end < len(text) else []
        return [*before, *_pieces(text, start, end, within), *after]

    def _places(self, text: str) -> list[Place]:
        units = list(UNIT.finditer(text))
        places = []
        for index, unit in enumerate(units):
            word = unit.group()
            if not self._may_be(word):
                continue
            if word not in self.seen:
                self.seen[word] = self._meanings(word)
            for meaning in self.seen[word]:
                if isinstance(meaning, int):
                    places.append(Place(unit.start(), unit.end(), meaning))
                elif meaning.is_at(units, index):
                    last = units[index + len(meaning.words) - 1]
                    places.append(Place(unit.start(), last.end(), meaning.part))
        return places

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
        typed = UNIT.search(text)
        word = typed.group() if typed else ""
        return stem_of(word, stemmer) or "".join(folded(word))


def _window(text: str, places: list[Place]) -> tuple[int, int]:
    """Return from which character to which."""
    parts = {place.part for place in places}
    weighed = places[:MOST] if len(parts) > 1 else places[:1]
    first = max(weighed, key=lambda place: (_together(place, weighed), -place.start)).start if weighed else 0
    start = _next_space(text, first - BEFORE) if first > BEFORE else 0
    end = start + MAX_CHARACTERS
    if end >= len(text):
        return start, len(text)
    space = text.rfind(" ", end - BEFORE, end)
    return start, space if space > start else end


def _together(place: Place, places: list[Place]) -> int:
    """Return how many parts of the query stand within reach after this place."""
    return len({other.part for other in places if place.start <= other.start <= place.start + TOGETHER})


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
