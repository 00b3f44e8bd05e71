"""The ways in which a feed is written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A way to write a feed: the name of its file, its media type, and what people call it."""

    file: str
    media_type: str
    label: str


FORMATS = {
    "rss": Format("rss.xml", "application/rss+xml", "RSS"),
    "atom": Format("atom.xml", "application/atom+xml", "Atom"),
    "json": Format("feed.json", "application/feed+json", "JSON Feed"),
}
