"""The feeds that a page leads programs to."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.urls import reverse

from accounts.models import Visitor
from blog.addresses import absolute
from blog.feed_formats import FORMATS
from blog.permissions import may_read_here

ORDER = ("atom", "rss", "json")  # Programs take the first that they know.


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
        Feed(
            f"{title}, {FORMATS[key].label}",
            FORMATS[key].media_type,
            absolute(reverse(f"{kind}feed_{key}", args=named)),
        )
        for key in ORDER
    ]
