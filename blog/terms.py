"""What a text is found by: its words, folded to what their spellings have in common, and their stems.

The same on every database, and on both sides: what is kept of texts, and what somebody types to find them. A database
gets words apart by spaces and does nothing to them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import zip_longest
from threading import Lock
from typing import NamedTuple

import Stemmer

# Raise it whenever a text comes out differently: the next `migrate` makes the index anew.
TERMS_VERSION = "1"
MAX_WORD_LENGTH = 64
STEMMING = Lock()  # A stemmer holds the word it is at work on.
STEM = "\ue000"  # Goes before a stem, which is no word of the text; no letter, so that no text and no query has it.

# Of the languages that have a stemmer. Nynorsk and Bokmål share theirs.
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali",
    "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

# Scripts that put no space between words: Thai, Lao, Burmese, Khmer, kana and Han. Each letter is a unit of its own.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
IS_UNSPACED = re.compile(rf"[{UNSPACED}]")
# Accents of Latin, Greek and Cyrillic, points of Hebrew, vowels of Arabic: signs that people leave out when they type.
LEFT_OUT = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]"
)
PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})


@cache
def unit_pattern() -> re.Pattern[str]:
    """Return what a unit of a text looks like: made when it is first asked for, of all that Unicode has."""
    plainest = r"[A-Za-z0-9]+(?![A-Za-z0-9]|[^\x00-\x7f])"  # Most words, four times as fast.
    letter = rf"[^\W_{UNSPACED}]"
    return re.compile(rf"{plainest}|[{UNSPACED}]|{letter}(?:{letter}|(?![{UNSPACED}])[{_marks()}])*")


def _marks() -> str:
    """Return all signs that stand on letters, as a regular expression has them: its `\\w` knows none."""
    categories = "".join(map(unicodedata.category, map(chr, range(0x20000))))  # Two letters each.
    runs = [(run.start() // 2, run.end() // 2 - 1) for run in re.finditer("(?:M[a-z])+", categories)]
    runs.append((0xE0100, 0xE01EF))
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in runs)


class Unit(NamedTuple):
    """A word as it stands in a text, or one letter of a script without spaces: where, and folded."""

    start: int
    end: int
    words: tuple[str, ...]  # More than one where a sign stands for several, as ﷺ does.

    @property
    def is_unspaced(self) -> bool:
        return IS_UNSPACED.match(self.words[0]) is not None


def stemmer_of(language: str) -> str:
    """Return the name of the stemmer for a language as BCP 47 writes it; empty where there is none."""
    return STEMMERS.get(language.lower().partition("-")[0], "")


def units_of(text: str) -> Iterator[Unit]:
    for match in unit_pattern().finditer(text):
        words = folded(match.group())
        if words:
            yield Unit(match.start(), match.end(), words)


@lru_cache(maxsize=10_000)
def folded(word: str) -> tuple[str, ...]:
    """Return what a word has in common with its other spellings: without case, width, ligatures and accents."""
    if word.isascii():
        return (word.lower()[:MAX_WORD_LENGTH],)
    spelled = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
    return tuple(match.group()[:MAX_WORD_LENGTH] for match in unit_pattern().finditer(_without_accents(spelled)))


@lru_cache(maxsize=10_000)
def stem_of(word: str, stemmer: str) -> str:
    """Return the folded stem of a word as it was typed, or nothing where that is the folded word itself."""
    if not stemmer or not word.isalpha() or len(word) > MAX_WORD_LENGTH:
        return ""
    with STEMMING:
        stem = _algorithm(stemmer).stemWord(unicodedata.normalize("NFC", word).casefold())
    stem = _without_accents(stem)
    is_another_word = len(folded(word)) == 1 and stem not in folded(word) and unit_pattern().fullmatch(stem) is not None
    return stem if is_another_word else ""


def kept_of(text: str, stemmer: str) -> str:
    """Return what the index keeps of a text: its words in their order, then the stems, marked as such."""
    units = list(units_of(text))
    stems = [stem_of(text[unit.start : unit.end], stemmer) for unit in units if stemmer]
    return " ".join([*_joined(units), *(STEM + stem for stem in stems if stem)])


def sought_of(text: str) -> tuple[tuple[str, ...], bool]:
    """Return the words that stand one after the other wherever this is in a text, and whether the last may go on.

    Letters without spaces are kept in pairs, the last of a row alone: so a word of two is one look-up.
    """
    units = list(units_of(text))
    words = _joined(units)
    if not units or not units[-1].is_unspaced:
        return tuple(words), False
    is_pair_before = len(units) > 1 and _is_row(units[-2], units[-1])
    return (tuple(words[:-1]), False) if is_pair_before else (tuple(words), True)


def _joined(units: list[Unit]) -> list[str]:
    words: list[str] = []
    for unit, following in zip_longest(units, units[1:]):
        if following is not None and _is_row(unit, following):
            words.append(unit.words[-1] + following.words[0])
        else:
            words.extend(unit.words)
    return words


def _is_row(unit: Unit, following: Unit) -> bool:
    return unit.end == following.start and unit.is_unspaced and following.is_unspaced


def _without_accents(word: str) -> str:
    if word.isascii():
        return word
    bare = LEFT_OUT.sub("", unicodedata.normalize("NFD", word))
    return unicodedata.normalize("NFC", bare).translate(PLAIN)


@cache
def _algorithm(stemmer: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(stemmer, 0)  # Without a memory of its own: ten thousand words cost more than they bring.
