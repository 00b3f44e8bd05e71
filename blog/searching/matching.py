"""What the two databases are asked: the words of a query in the language of each, with every word in quotes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from blog.terms import STEM, stem_of, unit_pattern

from .query import Part, Query

Sql = tuple[str, list[Any]]


@dataclass(frozen=True)
class Alternatives:
    """The ways in which a part of a query may stand in a text: as a row of words, or as any of these words."""

    row: tuple[str, ...]
    others: tuple[str, ...] = ()
    may_go_on: bool = False

    @classmethod
    def of(cls, part: Part, stemmers: list[str]) -> Alternatives:
        """A word stands for all that have its stem, in any language the posts are in; a phrase for itself."""
        if not part.is_single_word:
            return cls(part.words, may_go_on=part.may_go_on)
        typed = unit_pattern().search(part.value)
        word = typed.group() if typed else ""
        stems = dict.fromkeys(stem_of(word, stemmer) or part.words[0] for stemmer in stemmers)
        others = [spelling for stem in stems for spelling in (stem, STEM + stem) if spelling != part.words[0]]
        return cls(part.words, tuple(others), part.may_go_on)

    @property
    def for_sqlite(self) -> str:
        row = f'"{" ".join(self.row)}"'
        ways = [row + "*" if self.may_go_on else row, *(f'"{word}"' for word in self.others)]
        return f"({' OR '.join(ways)})"

    @property
    def for_postgresql(self) -> str:
        return self._for_postgresql("")

    @property
    def for_postgresql_titles(self) -> str:
        return self._for_postgresql("A")

    def _for_postgresql(self, weight: str) -> str:
        *firsts, last = (_quoted(word) for word in self.row)
        marks = ("*" if self.may_go_on else "") + weight
        row = " & ".join([*(_weighed(word, weight) for word in firsts), _weighed(last, marks)])
        return f"({' | '.join([f'({row})', *(_weighed(_quoted(word), weight) for word in self.others)])})"

    @property
    def pattern(self) -> str:
        """The row for LIKE, in words with spaces around them; empty where it is a single word."""
        if len(self.row) < 2:
            return ""
        return f"% {' '.join(self.row)}{'%' if self.may_go_on else ' %'}"


@dataclass(frozen=True)
class Matching:
    """All that has to be, and must not be, in a text."""

    query: Query
    stemmers: list[str]

    @cached_property
    def wanted(self) -> list[Alternatives]:
        return [Alternatives.of(part, self.stemmers) for part in self.query.wanted]

    @cached_property
    def unwanted(self) -> list[Alternatives]:
        return [Alternatives.of(part, self.stemmers) for part in self.query.unwanted]


def _quoted(word: str) -> str:
    return f"'{word}'"


def _weighed(lexeme: str, marks: str) -> str:
    return f"{lexeme}:{marks}" if marks else lexeme
