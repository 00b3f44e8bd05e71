"""The lists of all pages that search engines are to know of, and when the words on each last changed.

Each list takes one query, and none loads a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Case, F, Max, QuerySet, When
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone
from django.utils.timezone import localtime

from accounts.models import Visitor
from blog.addresses import absolute, address_of
from blog.models import Edition, Post, Tagging
from blog.permissions import are_pages_found
from blog.status import shown

MAX_ENTRIES = 10_000  # Of one list. The protocol allows 50,000.
PAGES = ("archive", "tags", "authors", "all_series", "about", "privacy")


class Entry(NamedTuple):
    address: str
    changed_at: datetime | None

    @property
    def told(self) -> str:
        """When it changed, as the protocol writes it."""
        return localtime(self.changed_at).isoformat(timespec="seconds") if self.changed_at else ""


def index() -> list[Entry]:
    """Return the lists that have anything on them."""
    posts = [(f"posts-{part}", newest) for part, newest in _parts_of_posts()]
    others = [(name, _newest(listed())) for name, listed in OTHERS.items()]
    lists = [*posts, *others]
    return [Entry(absolute(address_of("sitemap_part", name)), newest) for name, newest in lists if newest]


def entries_of(name: str) -> list[Entry]:
    """Return what is on a list; nothing where there is none of that name."""
    kind, _, part = name.rpartition("-")
    if kind == "posts" and part.isascii() and part.isdigit() and len(part) < 9:
        return _posts(int(part))
    return OTHERS[name]() if name in OTHERS else []


def _posts(part: int) -> list[Entry]:
    posts = _visible().filter(pk__gte=part * MAX_ENTRIES, pk__lt=(part + 1) * MAX_ENTRIES).order_by("pk")
    return _entries("post", posts.values_list("slug", "changed"))


def _parts_of_posts() -> Iterable[tuple[int, datetime]]:
    """Return the number of each list of posts, by their ids: so a new post changes the last one alone."""
    parts = _visible().annotate(part=F("pk") / MAX_ENTRIES).order_by("part")
    rows: QuerySet[Any, Any] = parts.values("part").annotate(newest=Max("changed"))
    return rows.values_list("part", "newest")


def _tags() -> list[Entry]:
    return _entries("tag", _grouped(Tagging.objects.all(), "tag__slug"))


def _series() -> list[Entry]:
    return _entries("series", _grouped(Edition.objects.exclude(series=None), "series__slug"))


def _authors() -> list[Entry]:
    theirs = Edition.objects.filter(author__as_author__isnull=False, author__left_at=None)
    return _entries("author", _grouped(theirs, "author__as_author__slug"))


def _months() -> list[Entry]:
    months = _visible().annotate(month=TruncMonth("published_at")).order_by("month").values("month")
    rows = months.annotate(newest=Max("changed")).values_list("month", "newest")
    return _entries("archive_month", (((month.year, month.month), newest) for month, newest in rows))


def _pages() -> list[Entry]:
    newest = _visible().aggregate(newest=Max("changed"))["newest"]
    if newest is None:
        return []
    others = [Entry(absolute(address), None) for name in PAGES if (address := address_of(name))]
    return [Entry(absolute(address_of("home")), newest), *others]


OTHERS: dict[str, Callable[[], list[Entry]]] = {
    "pages": _pages,
    "tags": _tags,
    "series": _series,
    "authors": _authors,
    "months": _months,
}


def _visible() -> QuerySet[Any, Any]:
    """Select what everybody may read, and was not first published elsewhere: that is to be found there."""
    is_next = When(scheduled_at__lte=timezone.now(), then=F("scheduled_revision__canonical_url"))
    elsewhere = Case(is_next, default=F("live_revision__canonical_url"))
    posts = Post.objects.live().visible_to(Visitor()).annotate(elsewhere=elsewhere, changed=_changed())
    return posts.filter(elsewhere="") if are_pages_found() else posts.none()


def _grouped(rows: QuerySet[Any], by: str) -> Iterable[tuple[str, datetime]]:
    """Return what rows of editions or their tags are grouped by, each with when a text in it last changed."""
    visible = rows.filter(shown(), post__in=_visible().values("pk")).order_by(by)
    grouped: QuerySet[Any, Any] = visible.values(by).annotate(newest=Max(_changed("post__")))
    return grouped.values_list(by, "newest")[:MAX_ENTRIES]


def _changed(of: str = "") -> Coalesce:
    """When readers last got other words, or the first: what `Post.changed_at` tells of one post."""
    is_new_text = {f"{of}scheduled_at__lte": timezone.now(), f"{of}scheduled_revision__edition__changes_text": True}
    changed = Case(When(**is_new_text, then=F(f"{of}scheduled_at")), default=F(f"{of}text_changed_at"))
    return Coalesce(changed, F(f"{of}published_at"))


def _entries(page: str, rows: Iterable[tuple[Any, datetime]]) -> list[Entry]:
    return [
        Entry(absolute(address), changed_at)
        for named, changed_at in rows
        if (address := address_of(page, *(named if isinstance(named, tuple) else (named,))))
    ]


def _newest(entries: list[Entry]) -> datetime | None:
    return max((entry.changed_at for entry in entries if entry.changed_at), default=None)
