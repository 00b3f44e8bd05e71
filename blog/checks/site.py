"""What checks may ask about this site, answered from the address table, the database and the static files.

Nothing here opens a connection to anywhere else.
"""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.db.models import Q
from django.urls import Resolver404, ResolverMatch, resolve

from blog.status import Status, live

from .links import path_of

if TYPE_CHECKING:
    from blog.models import PostQuerySet

HREF = re.compile(r'\shref="([^"]*)"')
MOST_ADDRESSES = 500
MAX_ID = 2**63 - 1


def resolves_for(posts: "PostQuerySet", html: str) -> Callable[[str], bool]:
    """Return a function that says whether a path leads somewhere: to a page, or to one of these posts.

    Give it the posts that the writer may know of: it says of any other that it is not there. A post counts as soon as
    it exists, because those that belong together may be submitted together. The links of the text are looked up
    together; beyond the first 500 nothing is found wrong.
    """
    paths = dict.fromkeys(filter(None, (path_of(unescape(address)) for address in HREF.findall(html))))
    matches = {path: _match(path) for path in list(paths)[:MOST_ADDRESSES]}
    wanted = [match for match in matches.values() if match is not None]
    slugs = {match.kwargs["slug"] for match in wanted if match.url_name == "post"}
    ids = {match.kwargs["post_id"] for match in wanted if match.url_name == "post_by_id"}
    found = posts.filter(Q(slug__in=slugs) | Q(pk__in={number for number in ids if number <= MAX_ID}))
    there = found.filter(~Q(status=Status.ARCHIVED) | live()).values_list("slug", "pk") if slugs or ids else []
    names = {name for row in there for name in row}

    def resolves(path: str) -> bool:
        if path not in matches:
            return True
        match = matches[path]
        if match is not None and match.url_name in ("post", "post_by_id"):
            return next(iter(match.kwargs.values())) in names
        return match is not None or path.startswith(settings.STATIC_URL)

    return resolves


def image_bytes(address: str) -> int | None:
    """Return how large a picture is that this site itself holds, or None if it is elsewhere or not found."""
    path = path_of(address) or ""
    if not path.startswith(settings.STATIC_URL):
        return None
    try:
        file = finders.find(path.removeprefix(settings.STATIC_URL))
    except (SuspiciousFileOperation, ValueError):  # A path that leads out of the folder, or holds a NUL.
        return None
    return Path(file).stat().st_size if file else None


def _match(path: str) -> ResolverMatch | None:
    """Return the page at this path, other than the one that says there is none."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return None if match.url_name == "not_found" else match
