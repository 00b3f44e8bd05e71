"""What somebody typed into the search box, understood as far as it goes. Nothing typed is ever an error."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.dateformat import format as format_date

from blog.terms import sought_of

MAX_LENGTH = 300
MAX_PARTS = 16
MAX_FILTERS = 8  # Each is asked of every post that is looked at.
MAX_WORDS_IN_A_PART = 16
MIN_PREFIX = 3  # Fewer letters begin too many words to mean one of them.

QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
PART = re.compile(r'(-?)(?:([A-Za-z]+):(?=\S))?("[^"]*"?|[^\s"]+)')
DATE = re.compile(r"([12]\d{3})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
UNKEEPABLE = re.compile("[\0-\x1f\x7f\ud800-\udfff\ue000]+")


@dataclass(frozen=True)
class Part:
    """A word, a phrase or a filter, as it was typed and as it was understood."""

    typed: str
    value: str
    kind: str = "word"  # Or "phrase", or the name of a filter.
    is_unwanted: bool = False
    words: tuple[str, ...] = ()  # That stand one after the other; none for a filter.
    may_go_on: bool = False  # Whether the last of them may be the beginning of one.

    @property
    def is_filter(self) -> bool:
        return self.kind in FILTERS

    @property
    def is_date(self) -> bool:
        return self.kind in ("from", "to")

    @property
    def is_single_word(self) -> bool:
        return self.kind == "word" and len(self.words) == 1

    @property
    def in_words(self) -> str:
        """What was understood, for a person to read: “with the tag x”."""
        if self.kind in ("from", "to"):
            return in_words(self.kind, self.value)
        about = {
            "tag": "the tag “{}”",
            "author": "“{}” as author",
            "series": "“{}” as series",
            "phrase": "the words “{}” in a row",
        }
        said = about.get(self.kind, "“{}”").format(self.value)
        return f"{'without' if self.is_unwanted else 'with'} {said}"


@dataclass(frozen=True)
class Query:
    parts: tuple[Part, ...] = ()
    was_cut: bool = False  # Whether more was typed than is looked for.
    ignored: tuple[Part, ...] = ()  # The filters that were too many.

    @property
    def text(self) -> str:
        """What was typed, tidied."""
        return " ".join(part.typed for part in self.parts)

    @property
    def wanted(self) -> list[Part]:
        return [part for part in self.parts if part.words and not part.is_unwanted]

    @property
    def unwanted(self) -> list[Part]:
        return [part for part in self.parts if part.words and part.is_unwanted]

    @property
    def filters(self) -> list[Part]:
        return [part for part in self.parts if part.is_filter]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.parts

    def without(self, part: Part) -> str:
        """Return what to type to look for the same without this."""
        return " ".join(other.typed for other in self.parts if other is not part)


def parse(typed: str) -> Query:
    """Take apart what somebody typed: words, "phrases", -words, and filters such as tag:name."""
    text = UNKEEPABLE.sub(" ", typed).translate(QUOTES)
    parts: list[Part] = []
    for match in PART.finditer(text[:MAX_LENGTH]):
        part = _part(*match.groups(default=""))
        if part is not None and part not in parts:
            parts.append(part)
    ignored = tuple([part for part in parts if part.is_filter][MAX_FILTERS:])
    looked_for = [part for part in parts if part not in ignored]
    was_cut = len(text) > MAX_LENGTH or len(looked_for) > MAX_PARTS
    return Query(tuple(_with_open_end(looked_for[:MAX_PARTS])), was_cut, ignored)


def _part(minus: str, name: str, said: str) -> Part | None:
    """Return what it means, or nothing where it has no letter in it. A filter that is none is a word."""
    kind = name.lower()
    value = " ".join(said.strip('"').split())
    if kind in FILTERS and value and (kind not in ("from", "to") or (not minus and bounds(value) is not None)):
        quoted = f'"{value}"' if " " in value else value
        return Part(f"{minus}{kind}:{quoted}", value, kind, bool(minus))
    value = f"{name}:{value}" if name else value
    words, may_go_on = sought_of(value)
    words = words[:MAX_WORDS_IN_A_PART]
    if not words:
        return None
    is_phrase = said.startswith('"')
    typed = f'{minus}"{value}"' if is_phrase else f"{minus}{value}"
    return Part(typed, value, "phrase" if is_phrase else "word", bool(minus), words, may_go_on)


def _with_open_end(parts: list[Part]) -> list[Part]:
    """Let the last word be the beginning of one: people press Enter early."""
    if not parts or parts[-1].is_unwanted or not parts[-1].is_single_word or len(parts[-1].words[0]) < MIN_PREFIX:
        return parts
    return [*parts[:-1], replace(parts[-1], may_go_on=True)]


def bounds(value: str) -> tuple[datetime, datetime] | None:
    """Return the first moment of a year, month or day, and the first one after it, in the site's time zone."""
    match = DATE.fullmatch(value)
    if match is None:
        return None
    year, month, day = (int(number) if number else None for number in match.groups())
    try:
        first = date(year or 1, month or 1, day or 1)
    except ValueError:
        return None
    if month is None:
        after = date(first.year + 1, 1, 1)
    elif day is None:
        after = (first + timedelta(days=31)).replace(day=1)
    else:
        after = first + timedelta(days=1)
    return _midnight(first), _midnight(after)


def in_words(kind: str, value: str) -> str:
    """Return “since May 2024” and the like."""
    found = bounds(value)
    first = timezone.localtime(found[0]) if found else None
    said = format_date(first, ("Y", "F Y", "j F Y")[value.count("-")]) if first else value
    return f"since {said}" if kind == "from" else f"until {said}"


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001 — it gets the site's.


FILTERS = ("tag", "author", "series", "from", "to")
