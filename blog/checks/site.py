"""What checks may ask about this site, answered from the address table, the database and the static files.

Nothing here opens a connection to anywhere else.
"""

from __future__ import annotations

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

from accounts.models import Person
from blog.status import GoneAs, Status, live

from .links import path_of

if TYPE_CHECKING:
    from blog.models import ImageQuerySet, PostQuerySet

HREF = re.compile(r'\shref="([^"]*)"')
MOST_ADDRESSES = 500
MAX_ID = 2**63 - 1
POST_PAGES = ("post", "post_by_id")


def resolves_for(person: Person, posts: PostQuerySet, html: str) -> Callable[[str], bool]:
    """Return a function that says whether a path in this text leads to a page, as far as the person may know.

    Of a post they may not see it says that it is not there. A post they may see counts before readers see it, because
    those that belong together are submitted together. All are looked up at once; beyond MOST_ADDRESSES nothing is
    found wrong.
    """
    paths = dict.fromkeys(filter(None, (path_of(unescape(address)) for address in HREF.findall(html))))
    matches = {path: _match(path) for path in list(paths)[:MOST_ADDRESSES]}
    there = _found(person, posts, [match for match in matches.values() if match is not None])

    def resolves(path: str) -> bool:
        match = matches.get(path)
        if match is not None and match.view_name in POST_PAGES:
            return _name(match) in there
        return match is not None or path not in matches or path.startswith(settings.STATIC_URL)

    return resolves


def _match(path: str) -> ResolverMatch | None:
    """Return the page at this path, other than the one that says there is none."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return None if match.view_name == "not_found" else match


def _found(person: Person, posts: PostQuerySet, matches: list[ResolverMatch]) -> set[str | int]:
    """Return the slugs and ids of these posts that lead somewhere or will, or that readers are led on from."""
    named = [_name(match) for match in matches if match.view_name in POST_PAGES]
    if not named:
        return set()
    slugs = [name for name in named if isinstance(name, str)]
    ids = [name for name in named if isinstance(name, int) and name <= MAX_ID]
    known = posts.visible_to(person).filter(~Q(status=Status.ARCHIVED) | live())
    moved = posts.gone_for(person).filter(gone_as=GoneAs.MOVED)
    rows = (known | moved).filter(Q(slug__in=slugs) | Q(pk__in=ids) | Q(former_slugs__slug__in=slugs))
    return {name for row in rows.values_list("slug", "pk", "former_slugs__slug") for name in row if name is not None}


def _name(match: ResolverMatch) -> str | int:
    name: str | int = next(iter(match.kwargs.values()))
    return name


def image_bytes_for(person: Person, pictures: ImageQuerySet, *texts: str) -> Callable[[str], int | None]:
    """Return a function that says how large a picture in these texts is that this site holds, as far as the person may
    know. All are looked up at once.
    """
    found = pictures.visible_to(person).named_in(*texts)
    sizes = {picture.get_absolute_url(): picture.size_bytes for picture in found}
    return lambda address: sizes.get(path_of(address) or "") or image_bytes(address)


def image_bytes(address: str) -> int | None:
    """Return how large a picture among the static files is, or None if it is elsewhere or not found."""
    path = path_of(address) or ""
    if not path.startswith(settings.STATIC_URL):
        return None
    try:
        file = finders.find(path.removeprefix(settings.STATIC_URL))
    except (SuspiciousFileOperation, ValueError):  # A path that leads out of the folder, or holds a NUL.
        return None
    return Path(file).stat().st_size if file and Path(file).is_file() else None
