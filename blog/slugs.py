"""Addresses made of titles, in any script."""

import re
import unicodedata

from django.urls.converters import StringConverter


def slug_of(title: str) -> str:
    """Return the title's letters and digits in lower case, in NFC, with a hyphen for each gap; empty if it has none."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", title).casefold())
    kept: list[str] = []
    for character in re.sub(r"[-\s]+", "-", folded):
        if character in "-_" or character.isalnum() or _is_mark_on(kept, character):
            kept.append(character)
    return re.sub("-+", "-", "".join(kept)).strip("-_")


def folded(address: str) -> str:
    """Return an address in the one form of letters that ours have."""
    return unicodedata.normalize("NFC", address.casefold())


def _is_mark_on(kept: list[str], character: str) -> bool:
    """Whether this is part of the letter before it, as vowels are in Hindi. `\\w` knows no marks."""
    return unicodedata.category(character) in ("Mn", "Mc") and bool(kept) and unicodedata.category(kept[-1])[0] in "LM"


class SlugConverter(StringConverter):
    """A slug in an address. Browsers may send it in another normal form, and people in capitals."""

    regex = r"[^/\0]+"

    def to_python(self, value: str) -> str:
        return folded(value)


class YearConverter(StringConverter):
    regex = r"[12]\d{3}"

    def to_python(self, value: str) -> int:  # type: ignore[override]  # django-stubs knows strings alone here.
        return int(value)

    def to_url(self, value: int) -> str:  # type: ignore[override]  # as above
        return str(value)


class MonthConverter(StringConverter):
    """A month by its number, in two digits. One will do to find it."""

    regex = r"1[0-2]|0?[1-9]"

    def to_python(self, value: str) -> int:  # type: ignore[override]  # as above
        return int(value)

    def to_url(self, value: int) -> str:  # type: ignore[override]  # as above
        return f"{value:02}"
