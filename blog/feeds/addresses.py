"""Where feeds are. One table of what there are feeds of, and that of formats, make all addresses and their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from blog.addresses import absolute
from blog.feed_formats import FORMATS

# What there is a feed of, and the path to it. The names of addresses begin with the same word, but for the site's own:
# `feed_rss`, `tag_feed_atom`, `search_feed_json`. Those for one person alone have `private_` before all that.
KINDS = {
    "site": "",
    "tag": "tags/<address:slug>/",
    "author": "authors/<address:slug>/",
    "series": "series/<address:slug>/",
    "search": "search/",
}


def route_of(kind: str, key: str, *, is_private: bool = False) -> str:
    """Return how the address of a feed is written in a table of addresses."""
    file = FORMATS[key].file
    return f"feeds/private/<str:token>/{KINDS[kind]}{file}" if is_private else f"{KINDS[kind]}feeds/{file}"


def name_of(kind: str, key: str, *, is_private: bool = False) -> str:
    """Return the name of that address."""
    own = f"feed_{key}" if kind == "site" else f"{kind}_feed_{key}"
    return f"private_{own}" if is_private else own


@dataclass(frozen=True)
class Whereabouts:
    """Which feed this is, in whatever format. The slug is of a tag, an author or a series, the query of a search."""

    kind: str = "site"
    slug: str = ""
    query: str = ""

    def address(self, key: str, *, token: str = "", archive: str = "") -> str:
        """Return its whole address in this format, for everybody, or for the person of the token."""
        named: dict[str, Any] = {"token": token} if token else {}
        if self.slug:
            named["slug"] = self.slug
        asked = {name: value for name, value in (("q", self.query), ("archive", archive)) if value}
        path = reverse(name_of(self.kind, key, is_private=bool(token)), kwargs=named)
        return absolute(path) + (f"?{urlencode(asked)}" if asked else "")
