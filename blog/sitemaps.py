"""The lists of all pages that search engines are to know of, and when the words on each last changed.

Each list takes one query, and none reads a text: what it asks for stands in indexes. So does the list of the lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Case, F, Max, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, TruncMonth
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime

from accounts.models import Visitor
from blog.addresses import absolute
from blog.models import Author, Post, Revision
from blog.permissions import are_pages_found
from blog.status import shown_revision

MAX_ENTRIES = 10_000  # Of one list. The protocol allows 50,000.
POSTS_A_LIST = 1_000  # So that none takes longer as the site grows.
PAGES = ("archive", "tags", "authors", "all_series", "about", "privacy")


class Label(NamedTuple):
    """What posts are found by: its page, the rows that say which revisions have it, and its part of the address."""

    page: str
    rows: str
    slug: F | Subquery


# Asked of each text, or SQLite would begin with the few authors, and read every row of theirs.
SLUG_OF_AUTHOR = Subquery(Author.objects.with_a_page().filter(user=OuterRef("editions__author")).values("slug"))
LABELS = {
    "tags": Label("tag", "taggings", F("taggings__tag__slug")),
    "series": Label("series", "editions", F("editions__series__slug")),
    "authors": Label("author", "editions", SLUG_OF_AUTHOR),
}


class Entry(NamedTuple):
    address: str
    changed_at: datetime | None

    @property
    def told(self) -> str:
        """When it changed, as the protocol writes it."""
        return localtime(self.changed_at).isoformat(timespec="seconds") if self.changed_at else ""


def index() -> list[Entry]:
    """Return the lists that have anything on them."""
    parts = list(_parts_of_posts())
    newest_of = {name: _labelled(label).aggregate(newest=Max("changed"))["newest"] for name, label in LABELS.items()}
    newest = max((newest for _, newest in parts), default=None)
    lists: list[tuple[str, datetime | None]] = [(f"posts-{part}", newest) for part, newest in parts]
    lists += [(name, newest_of.get(name, newest)) for name in OTHERS]
    return [Entry(absolute(reverse("sitemap_part", args=[name])), newest) for name, newest in lists if newest]


def entries_of(name: str) -> list[Entry]:
    """Return what is on a list; nothing where there is none of that name."""
    kind, _, part = name.rpartition("-")
    if kind == "posts" and part.isascii() and part.isdigit() and len(part) < 9:
        return _posts(int(part))
    return OTHERS[name]() if name in OTHERS else []


def _posts(part: int) -> list[Entry]:
    posts = _visible().filter(pk__gte=part * POSTS_A_LIST, pk__lt=(part + 1) * POSTS_A_LIST).order_by("pk")
    return _entries("post", posts.values_list("slug", "changed"))


def _parts_of_posts() -> Iterable[tuple[int, datetime]]:
    """Return the number of each list of posts, by their ids: so a new post changes the last one alone."""
    parts = _visible().annotate(part=F("pk") / POSTS_A_LIST).order_by("part")
    rows: QuerySet[Any, Any] = parts.values("part").annotate(newest=Max("changed"))
    return rows.values_list("part", "newest")


def _labels(name: str) -> list[Entry]:
    rows: QuerySet[Any, Any] = _labelled(LABELS[name]).order_by("label").values("label").annotate(newest=Max("changed"))
    return _entries(LABELS[name].page, rows.values_list("label", "newest")[:MAX_ENTRIES])


def _months() -> list[Entry]:
    months = _visible().annotate(month=TruncMonth("published_at")).order_by("month").values("month")
    rows = months.annotate(newest=Max("changed")).values_list("month", "newest")
    return _entries("archive_month", (((month.year, month.month), newest) for month, newest in rows))


def _pages() -> list[Entry]:
    newest = _visible().aggregate(newest=Max("changed"))["newest"]
    if newest is None:
        return []
    others = [Entry(absolute(reverse(name)), None) for name in PAGES]
    return [Entry(absolute(reverse("home")), newest), *others]


OTHERS: dict[str, Callable[[], list[Entry]]] = {
    "pages": _pages,
    **{name: partial(_labels, name) for name in LABELS},
    "months": _months,
}


def _visible() -> QuerySet[Any, Any]:
    """Select what everybody may read, and was not first published elsewhere: that is to be found there."""
    posts = Post.objects.live().visible_to(Visitor()).annotate(shown=shown_revision(), changed=_changed())
    elsewhere = Revision.objects.filter(canonical_url__gt="")
    return posts.exclude(shown__in=elsewhere.values("pk")) if are_pages_found() else posts.none()


def _labelled(label: Label) -> QuerySet[Any, Any]:
    """Select of these what readers see under any label of a kind, once for each."""
    posts: QuerySet[Any, Any] = _visible().filter(**{f"{label.rows}__revision": F("shown")})
    labelled: QuerySet[Any, Any] = posts.annotate(label=label.slug).exclude(label=None)
    return labelled


def _changed() -> Coalesce:
    """When readers last got other words, or the first: what `Post.changed_at` tells of one post."""
    is_new_text = {"scheduled_at__lte": timezone.now(), "scheduled_revision__edition__changes_text": True}
    changed = Case(When(**is_new_text, then=F("scheduled_at")), default=F("text_changed_at"))
    return Coalesce(changed, F("published_at"))


def _entries(page: str, rows: Iterable[tuple[Any, datetime]]) -> list[Entry]:
    return [
        Entry(absolute(reverse(page, args=named if isinstance(named, tuple) else [named])), changed_at)
        for named, changed_at in rows
    ]
