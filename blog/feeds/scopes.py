"""What there are feeds of: for each, its posts, its title, and what its id says.

Of what a search finds only the newest is looked at, and a post may have other words tomorrow: no portion of that stays
as it is. So the feed of a search has no archives (RFC 5005, section 4): it is its one document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Person
from blog.addresses import absolute
from blog.models import Author, Post, PostQuerySet, Series, Tag
from blog.searching import newest_of, parse

from .addresses import Whereabouts

MOST_FOUND = 300


@dataclass(frozen=True)
class Scope:
    """What one feed is of. `name` is its part of the feed's id, and stays when an address changes."""

    at: Whereabouts
    name: str
    title: str
    page: str
    posts: PostQuerySet
    may_be_empty: bool = False
    has_archives: bool = True


def scope_of(asked: Whereabouts, person: Person) -> Scope | None:
    """Return what is asked for, with the address it has today, as far as this person may read; None if nothing is."""
    if asked.kind == "search":
        return _of_search(asked, person)
    return SCOPES[asked.kind](asked, Post.objects.live().visible_to(person))


def _of_search(asked: Whereabouts, person: Person) -> Scope | None:
    """Of a search for nothing there is no feed. One that finds nothing yet has one: it may, some day."""
    text = parse(asked.query).text
    if not text:
        return None
    page = f"{absolute(reverse('search'))}?{urlencode({'q': text})}"
    name = f"search?{urlencode({'q': text})}"
    posts = newest_of(person, text, count=MOST_FOUND)
    at, title = Whereabouts("search", query=text), _titled(f"Search: {text}")
    return Scope(at, name, title, page, posts, may_be_empty=True, has_archives=False)


def _of_site(asked: Whereabouts, posts: PostQuerySet) -> Scope:
    return Scope(asked, "", settings.SITE_NAME, absolute(reverse("home")), posts, may_be_empty=True)


def _of_tag(asked: Whereabouts, posts: PostQuerySet) -> Scope | None:
    tag = Tag.objects.at(asked.slug)
    if tag is None:
        return None
    title, page = _titled(f"“{tag.name}”"), absolute(tag.get_absolute_url())
    return Scope(Whereabouts("tag", tag.slug), f"tag/{tag.pk}", title, page, posts.tagged(tag))


def _of_author(asked: Whereabouts, posts: PostQuerySet) -> Scope | None:
    author = Author.objects.with_a_page().at(asked.slug)
    if author is None:
        return None
    title, page = _titled(author.user.name), absolute(author.get_absolute_url())
    return Scope(Whereabouts("author", author.slug), f"author/{author.pk}", title, page, posts.by_author(author.user))


def _of_series(asked: Whereabouts, posts: PostQuerySet) -> Scope | None:
    series = Series.objects.filter(slug=asked.slug).first()
    if series is None:
        return None
    title, page = _titled(series.name), absolute(series.get_absolute_url())
    return Scope(asked, f"series/{series.pk}", title, page, posts.in_series(series))


SCOPES: dict[str, Callable[[Whereabouts, PostQuerySet], Scope | None]] = {
    "site": _of_site,
    "tag": _of_tag,
    "author": _of_author,
    "series": _of_series,
}


def _titled(what: str) -> str:
    return f"{what} · {settings.SITE_NAME}"
