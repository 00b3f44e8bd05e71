"""What stands around a text on its reading page: whose it is and of when, what is in it, and where to read on.

Printers call furniture what lies around the type and holds it in its place. All of it is plain values, so that it can
be told whether a page has changed (blog/views/conditional.py). What is named of other posts is what readers see.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime

from accounts.models import Person
from blog.languages import direction
from blog.models import Edition, Post, Revision, Series, author_with_a_page
from blog.models.post import PostQuerySet
from blog.related import OnPost, related_to, tags_on

FEWEST_HEADINGS = 3
DEEPEST = 3  # Levels of headings in the contents.
AROUND = 3  # So many parts of a series are told before and after the one at hand, and the first and the last.


@dataclass(frozen=True)
class Link:
    title: str
    address: str
    published_at: datetime | None = None


@dataclass(frozen=True)
class Byline:
    name: str
    address: str = ""
    picture: str = ""


@dataclass(frozen=True)
class Section:
    """A heading in the contents, and those under it."""

    id: str
    text: str
    parts: list[Section] = field(default_factory=list)


@dataclass(frozen=True)
class Correction:
    text: str
    at: datetime | None


@dataclass(frozen=True)
class Part:
    """One of a series, by its number among all, from 1."""

    number: int
    link: Link
    follows_gap: bool = False


@dataclass(frozen=True)
class InSeries:
    """Where a post stands in its series, and the parts around it: a series may have any number of them."""

    name: str
    address: str
    number: int
    total: int
    parts: list[Part]

    @property
    def previous(self) -> Link | None:
        return self._at(self.number - 1)

    @property
    def next(self) -> Link | None:
        return self._at(self.number + 1)

    def _at(self, number: int) -> Link | None:
        return next((part.link for part in self.parts if part.number == number), None)


@dataclass(frozen=True)
class Furniture:
    address: str
    byline: Byline
    published_at: datetime | None
    changed_at: datetime | None
    reading_minutes: int
    language: str  # Empty for the site's own.
    contents: list[Section]
    series: InSeries | None
    corrections: list[Correction]
    tags: list[Link]
    previous: Link | None
    next: Link | None
    related: list[Link]

    @property
    def direction(self) -> str:
        return direction(self.language or settings.SITE_LANGUAGE)

    @property
    def next_part(self) -> Link | None:
        """Of its series, where that is not the next post anyway."""
        part = self.series.next if self.series else None
        return None if part == self.next else part

    @property
    def leads_on(self) -> bool:
        return any([self.next_part, self.previous, self.next, self.related])


def furniture_of(post: Post, revision: Revision, edition: Edition | None, *, person: Person) -> Furniture:
    """Return what stands around a post that readers see. However many posts there are, it takes as many queries."""
    tags = tags_on(revision)
    series = edition.series if edition else None
    return Furniture(
        address=post.get_absolute_url(),
        byline=_byline(revision, edition),
        published_at=post.published_at,
        changed_at=post.changed_at,
        reading_minutes=revision.reading_minutes,
        language=revision.language,
        contents=contents_of(edition.contents) if edition else [],
        series=_in_series(post, series, person) if series else None,
        corrections=_corrections(edition, since=post.current_since) if edition else [],
        tags=[_tag_link(tag) for tag in tags],
        previous=_first_link(Post.objects.older_than(post), person),
        next=_first_link(Post.objects.newer_than(post), person),
        related=[_link(other) for other in related_to(post, tags, person=person, besides=series)],
    )


def contents_of(headings: Iterable[dict[str, Any]]) -> list[Section]:
    """Return the headings as they stand under one another; nothing where there are too few to need a list."""
    listed = [heading for heading in headings if heading["level"] < 2 + DEEPEST]
    if len(listed) < FEWEST_HEADINGS:
        return []
    top: list[Section] = []
    above: list[tuple[int, list[Section]]] = [(0, top)]
    for heading in listed:
        while above[-1][0] >= heading["level"]:
            above.pop()
        section = Section(heading["id"], heading["text"])
        above[-1][1].append(section)
        above.append((heading["level"], section.parts))
    return top


def _byline(revision: Revision, edition: Edition | None) -> Byline:
    user = edition.author if edition else None
    if user is None or user.left_at is not None:
        return Byline(revision.byline)
    author = author_with_a_page(user)
    return Byline(revision.byline, author.get_absolute_url() if author else "", user.picture_url)


def _corrections(edition: Edition, *, since: datetime | None) -> list[Correction]:
    """Return the newest first."""
    told = [(one["text"], parse_datetime(one["at"]) if one["at"] else since) for one in edition.corrections]
    return [Correction(text, at) for text, at in reversed(told)]


def _in_series(post: Post, series: Series, person: Person) -> InSeries | None:
    before, after = (
        posts.live().visible_to(person).in_series(series)  # In this order, as in _first_link.
        for posts in (Post.objects.older_than(post), Post.objects.newer_than(post))
    )
    number = before.count() + 1
    total = number + after.count()
    parts = {number: _link(post)}
    parts |= {number - place: _link(part) for place, part in enumerate(before.for_links()[:AROUND], 1)}
    parts |= {number + place: _link(part) for place, part in enumerate(after.for_links()[:AROUND], 1)}
    for end, ends in ((1, before.oldest_first()), (total, after.newest_first())):
        if end not in parts and (part := ends.for_links().first()) is not None:
            parts[end] = _link(part)
    numbered = [Part(at, parts[at], follows_gap=at > 1 and at - 1 not in parts) for at in sorted(parts)]
    return InSeries(series.name, series.get_absolute_url(), number, total, numbered)


def _tag_link(one: OnPost) -> Link:
    return Link(one.tag.name, one.tag.get_absolute_url())


def _first_link(posts: PostQuerySet, person: Person) -> Link | None:
    # Asked for after the place among the others, or SQLite would begin at now and pass by all that is newer.
    post = posts.live().visible_to(person).for_links().first()
    return _link(post) if post else None


def _link(post: Post) -> Link:
    revision = post.current_revision
    return Link(revision.title if revision else "", post.get_absolute_url(), post.published_at)
