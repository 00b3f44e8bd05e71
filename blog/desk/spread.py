"""A text from four sides, beside the one it is compared with: what the review page and the comparison page open on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import TextChoices

from blog.comparing import Comparison
from blog.models import Revision


class Written(NamedTuple):
    """What is compared: the description only where its author wrote one, for the rest follows from the text."""

    title: str
    body: str
    tags: list[str]
    excerpt: str
    cover: str
    cover_alt: str
    canonical_url: str
    series: str
    corrections: str
    language: str
    html: str
    slug: str


class Side(TextChoices):
    PAGE = "page", "As readers see it"
    CHANGES = "changes", "Changes in the page"
    SOURCE = "source", "Changes in the source"
    DETAILS = "details", "Details"


@dataclass(frozen=True)
class Tab:
    """A plain link to one side."""

    label: str
    url: str
    is_shown: bool


@dataclass(frozen=True)
class Spread:
    """What is looked at, and from which side. Only that side is worked out."""

    new: Revision
    old: Revision | None
    new_name: str
    old_name: str
    shown: Side
    query: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def comparison(self) -> Comparison:
        return Comparison.of(_written(self.old) if self.old else None, _written(self.new))

    @property
    def tabs(self) -> list[Tab]:
        return [
            Tab(str(side.label), f"?{urlencode({**self.query, 'show': side})}", side == self.shown) for side in Side
        ]

    @property
    def writers(self) -> list[str]:
        """The names of all whose words are in it."""
        return list(self.new.writers.order_by("pk").values_list("user__name", flat=True))

    @property
    def has_other_details(self) -> bool:
        """Whether title, description, address, tags or cover differ."""
        return bool(self.comparison.fields or self.comparison.tags)


def side_of(text: str | None, otherwise: Side = Side.PAGE) -> Side:
    """Return the side that an address asks for, or another one where it asks for none that there is."""
    return Side(text) if text in Side.values else otherwise


def name_of(revision: Revision) -> str:
    """Return what a revision is called on pages."""
    return f"revision {revision.number}"


def _written(revision: Revision) -> Written:
    return Written(*revision.words, html=revision.html, slug=revision.slug)
