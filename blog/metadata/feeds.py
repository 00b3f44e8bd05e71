"""The feeds that a page leads programs to."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings

from accounts.models import Visitor
from blog.addresses import absolute, address_of
from blog.permissions import may_read_here

FORMATS = {
    "atom": ("Atom", "application/atom+xml"),
    "rss": ("RSS", "application/rss+xml"),
    "json": ("JSON", "application/feed+json"),
}


class Feed(NamedTuple):
    title: str
    type: str
    address: str


def feeds_of_site() -> list[Feed]:
    return _feeds("", settings.SITE_NAME)


def feeds_of(kind: str, name: str, slug: str) -> list[Feed]:
    """Return the feeds of a tag, an author or a series."""
    return _feeds(f"{kind}_", f"{name} · {settings.SITE_NAME}", slug)


def _feeds(kind: str, title: str, *named: str) -> list[Feed]:
    """Return them in each format. Where pages are for members, each has an address of their own instead."""
    if not may_read_here(Visitor()):
        return []
    return [
        Feed(f"{title}, {label}", media_type, absolute(address))
        for key, (label, media_type) in FORMATS.items()
        if (address := address_of(f"{kind}feed_{key}", *named))
    ]
