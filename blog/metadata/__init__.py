"""What a page says about itself to programs: search engines, and whatever shows a link to it as a card.

A view puts what these functions return into its context as `metadata`, and its template includes
blog/_page_metadata.html, or blog/_post_metadata.html for a post, in its head.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.paginator import Page
from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import escape_uri_path
from django.utils.http import urlencode

from blog.addresses import absolute
from blog.cards import HEIGHT, WIDTH, Card
from blog.models import Author, Edition, Post, Revision, author_with_a_page
from blog.permissions import are_pages_found
from blog.twins import has_twin

from . import linked_data
from .feeds import Feed, feeds_of, feeds_of_site
from .told import Article, Metadata, Picture

__all__ = ["Article", "Feed", "Metadata", "Picture", "feeds_of", "of_author", "of_home", "of_page", "of_post"]


def of_page(
    request: HttpRequest,
    *,
    title: str,
    description: str = "",
    address: str = "",
    page: Page[Any] | None = None,
    query: dict[str, str] | None = None,
    crumbs: Iterable[tuple[str, str]] = (),
    is_indexed: bool = True,
    feeds: Iterable[Feed] = (),
) -> Metadata:
    """Return what a page other than a post says of itself.

    `address` is the one it ought to have, as `reverse` gives it, where it answers at several. `query` is what of the
    question belongs to it besides the number of the page. `crumbs` are the steps to it after the front page, each a
    name and an address, and the page itself is the last. `feeds` are its own, before those of the site.
    """
    address = address or escape_uri_path(request.path)
    steps = list(crumbs)
    return Metadata(
        title=title,
        description=description or settings.SITE_TAGLINE,
        canonical=_numbered(address, query, page.number if page else 1),
        language=settings.SITE_LANGUAGE,
        # Later pages and lists of one post as well: links on what is kept out lead search engines to no older post.
        is_indexed=is_indexed and are_pages_found(),
        previous=_numbered(address, query, page.previous_page_number()) if page and page.has_previous() else "",
        next=_numbered(address, query, page.next_page_number()) if page and page.has_next() else "",
        picture=_picture_of_site(),
        feeds=[*feeds, *feeds_of_site()],
        nodes=[linked_data.breadcrumbs(steps)] if steps else [],
    )


def of_home(request: HttpRequest, page: Page[Any]) -> Metadata:
    """Return what the front page says of itself and of the site."""
    return replace(of_page(request, title=settings.SITE_NAME, page=page), nodes=[linked_data.site()])


def of_author(told: Metadata, author: Author) -> Metadata:
    """Return what the page of an author says of itself, besides what any list does."""
    elsewhere = [author.website] if author.website else []
    node = linked_data.author(author.user.name, absolute(author.get_absolute_url()), author.bio, elsewhere)
    return replace(told, kind="profile", nodes=[*told.nodes, node])


def of_post(post: Post, revision: Revision, edition: Edition | None, tags: Sequence[str]) -> Metadata:
    """Return what a post says of itself, as readers see it, with its tags as they are called today."""
    article = _article_of(post, revision, edition, tags)
    told = Metadata(
        title=revision.title,
        description=revision.excerpt,
        canonical=revision.canonical_url or article.address,
        language=revision.language or settings.SITE_LANGUAGE,
        kind="article",
        is_indexed=are_pages_found(),
        picture=_picture_of(post, revision),
        feeds=feeds_of_site(),
        article=article,
    )
    crumbs = linked_data.breadcrumbs([*_way_to(article), (revision.title, post.get_absolute_url())])
    return replace(told, nodes=[linked_data.posting(article, told), crumbs])


def _article_of(post: Post, revision: Revision, edition: Edition | None, tags: Sequence[str]) -> Article:
    author, series = (author_with_a_page(edition.author), edition.series) if edition else (None, None)
    assert post.published_at is not None  # noqa: S101 — the database sees to it.
    return Article(
        address=absolute(post.get_absolute_url()),
        byline=revision.byline,
        author_address=absolute(author.get_absolute_url()) if author else "",
        published_at=post.published_at,
        changed_at=post.changed_at,
        tags=tags,
        word_count=revision.word_count,
        series=series.name if series else "",
        series_address=absolute(series.get_absolute_url()) if series else "",
        twin_address=absolute(reverse("twin", args=[post.slug])) if has_twin(revision) else "",
        short_address=absolute(reverse("short", args=[post.pk])),
    )


def _way_to(article: Article) -> list[tuple[str, str]]:
    return [("Series", reverse("all_series")), (article.series, article.series_address)] if article.series else []


def _numbered(address: str, query: dict[str, str] | None, number: int) -> str:
    """Return the address of one page of a list. The first has no number, so that it has one address."""
    asked: dict[str, str] = {**(query or {}), **({"page": str(number)} if number > 1 else {})}
    return absolute(address) + (f"?{urlencode(asked)}" if asked else "")


def _picture_of(post: Post, revision: Revision) -> Picture:
    """Return the cover of a post, or the card that is drawn of its title where it has none."""
    cover = revision.cover_picture
    if cover is not None:
        return Picture(absolute(revision.cover), cover.width, cover.height, revision.cover_alt)
    card = Card.of(revision)
    return Picture(absolute(reverse("card", args=[post.slug, card.digest])), WIDTH, HEIGHT, card.alt)


def _picture_of_site() -> Picture:
    card = Card.of_site()
    return Picture(absolute(reverse("site_card", args=[card.digest])), WIDTH, HEIGHT, card.alt)
