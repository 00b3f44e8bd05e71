"""What is told of a page, in values that its templates print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from blog import markup

from .feeds import Feed
from .languages import locale_of

Node = dict[str, Any]  # A thing in the words of schema.org.


@dataclass(frozen=True)
class Picture:
    """What stands beside a link to the page."""

    address: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, kw_only=True)
class Article:
    """What is told of a post alone. `address` is its own one, which need not be the canonical one."""

    address: str
    byline: str
    author_address: str = ""
    published_at: datetime
    changed_at: datetime | None = None
    tags: Sequence[str] = ()
    word_count: int = 0
    series: str = ""
    series_address: str = ""
    twin_address: str = ""
    short_address: str = ""

    @property
    def section(self) -> str:
        """The first tag: what the post is about before all else."""
        return self.tags[0] if self.tags else ""


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """All that templates/blog/_page_metadata.html and _post_metadata.html print. Every address is absolute."""

    title: str
    description: str
    canonical: str
    language: str
    kind: str = "website"
    is_indexed: bool = True
    previous: str = ""
    next: str = ""
    picture: Picture | None = None
    article: Article | None = None
    feeds: Sequence[Feed] = ()
    nodes: Sequence[Node] = field(default_factory=list)

    @property
    def locale(self) -> str:
        """The language as Open Graph writes it."""
        return locale_of(self.language)

    @property
    def robots(self) -> str:
        return "max-image-preview:large" if self.is_indexed else "noindex"

    @property
    def is_first_published_here(self) -> bool:
        return self.article is None or self.article.address == self.canonical

    @property
    def linked_data(self) -> SafeString | str:
        """The same in the words of schema.org, as a block of data."""
        return markup.data_block({"@context": "https://schema.org", "@graph": list(self.nodes)}) if self.nodes else ""
