"""Words on a card: in a font that has their letters, broken into lines of like length, as large as they can be."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from accounts.on_demand import OnDemand

if TYPE_CHECKING:
    from PIL import ImageFont
else:
    ImageFont = OnDemand("PIL.ImageFont")

FOLDER = Path(settings.BASE_DIR) / "build" / "static" / "fonts"  # bin/build-assets.mjs puts them there.
REGULAR, SEMIBOLD = "card-regular.ttf", "card-semibold.ttf"
NO_CHARACTER = "\uffff"  # No font has this one: it looks as whatever is missing does.
MEASURED_AT = 100
LINE_HEIGHT = 1.18


def drawable(text: str, font: str) -> str:
    """Return what a font can show of a text: all of it, or without its pictures and signs; empty if letters lack."""
    told = " ".join(unicodedata.normalize("NFC", text).split())
    told = "".join(character for character in told if unicodedata.category(character) != "Cf")  # Turns, joints, breaks.
    missing = {character for character in set(told) if not _has(font, character)}
    if any(unicodedata.category(character)[0] in "LMN" and not _is_of_a_picture(character) for character in missing):
        return ""
    return " ".join("".join(character for character in told if character not in missing).split())


@dataclass(frozen=True)
class Lines:
    """A text that fits, and the size of its letters in pixels."""

    lines: list[str]
    size: int

    @property
    def line_height(self) -> int:
        return round(self.size * LINE_HEIGHT)

    @property
    def height(self) -> int:
        return len(self.lines) * self.line_height


def fitted(text: str, font: str, *, width: int, height: int, sizes: range) -> Lines:
    """Return the text in the largest of these sizes in which it fits; in the smallest, cut, if in none."""
    ruler = Ruler(text, font)
    for size in sizes:
        lines = Lines(ruler.balanced(width * MEASURED_AT // size), size)
        if lines.height <= height:
            return lines
    kept = lines.lines[: height // lines.line_height]
    while kept[-1] and ruler.measure(f"{kept[-1]}…") > width * MEASURED_AT // lines.size:
        kept[-1] = kept[-1][:-1].rstrip()
    return Lines([*kept[:-1], f"{kept[-1]}…"], lines.size)


class Ruler:
    """The words of a text, each measured once, however often they are laid out."""

    def __init__(self, text: str, font: str) -> None:
        self.measure: Callable[[str], float] = cache(font_of(font, MEASURED_AT).getlength)
        self.words = text.split(" ")

    def balanced(self, width: int) -> list[str]:
        """Break the text into as few lines as it must have, none much shorter than another."""
        fewest, narrow, wide = len(self._broken(width)), 0, width
        while wide - narrow > MEASURED_AT // 4:
            middle = (narrow + wide) // 2
            if len(self._broken(middle)) > fewest:
                narrow = middle
            else:
                wide = middle
        return self._broken(wide)

    def _broken(self, width: int) -> list[str]:
        lines, line, length = [], "", 0.0
        for word in self.words:
            longer = length + self.measure(" ") + self.measure(word)
            if line and longer <= width:
                line, length = f"{line} {word}", longer
                continue
            *full, line = [line, *self._pieces(word, width)] if line else self._pieces(word, width)
            length = self.measure(line)
            lines += full
        return [*lines, line]

    def _pieces(self, word: str, width: int) -> list[str]:
        """Return a word whole, or in pieces where it is too long for any line."""
        if self.measure(word) <= width:
            return [word]
        pieces, length = [""], 0.0
        for character in word:
            length += self.measure(character)
            if length > width and pieces[-1]:
                pieces.append("")
                length = self.measure(character)
            pieces[-1] += character
        return pieces


def font_of(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FOLDER / name, size)


def _is_of_a_picture(character: str) -> bool:
    """Whether this only says how an emoji looks."""
    return unicodedata.name(character, "").startswith(("VARIATION SELECTOR", "COMBINING ENCLOSING KEYCAP"))


def _has(name: str, character: str) -> bool:
    return bytes(_plain(name).getmask(character)) != _missing_glyph(name)


@cache
def _missing_glyph(name: str) -> bytes:
    return bytes(_plain(name).getmask(NO_CHARACTER))


@cache
def _plain(name: str) -> ImageFont.FreeTypeFont:
    """The font, laid out a character at a time: where one is missing, its box shows."""
    return ImageFont.truetype(FOLDER / name, 32, layout_engine=ImageFont.Layout.BASIC)
