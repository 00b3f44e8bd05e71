"""Feeds of what is published, and the page that shows people where they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from accounts import limits
from accounts.access import open_to_visitors, open_where_public
from accounts.exceptions import TooMany
from accounts.http import PersonRequest, client_address, problem, too_many
from accounts.models import Person, Visitor
from blog import metadata
from blog.addresses import absolute
from blog.feed_formats import FORMATS
from blog.feeds import as_json, xml
from blog.feeds.addresses import Whereabouts
from blog.feeds.archives import Archive
from blog.feeds.document import Document, document_of
from blog.feeds.scopes import scope_of
from blog.link_header import link_header
from blog.models import Author, Post, PrivateFeed, Series, Tag
from blog.permissions import may_read_here

from . import conditional
from .addresses import at_one_address

WRITERS: dict[str, Callable[[Document], str]] = {
    "rss": partial(xml.written, writer=xml.Rss),
    "atom": partial(xml.written, writer=xml.Atom),
    "json": as_json.written,
}
MOST_ROWS = 50
# Of each kind its title here, what is told below the rows, and the page with all there are.
SECTIONS = {
    "author": ("By author", "Each author’s page has its own feeds:", "authors"),
    "tag": ("By tag", "Each tag’s page has its own feeds:", "tags"),
    "series": ("By series", "Each series’ page has its own feeds:", "all_series"),
}


@dataclass(frozen=True)
class Row:
    """What there is a feed of, how many posts are in it, and its address in each format."""

    title: str
    page: str
    count: int
    addresses: list[tuple[str, str]]

    @classmethod
    def of(cls, kind: str, one: Any, token: str) -> Row:
        at = Whereabouts(kind, one.slug)
        addresses = [(known.label, at.address(key, token=token)) for key, known in FORMATS.items()]
        return cls(_name_of(one), one.get_absolute_url(), one.post_count, addresses)


@dataclass(frozen=True)
class Section:
    """The feeds of one kind: of those with the most posts, since a site may have any number of them."""

    title: str
    told: str
    all_of_them: str
    rows: list[Row]

    @classmethod
    def of(cls, kind: str, counted: Any, token: str) -> Section:
        title, told, overview = SECTIONS[kind]
        most = counted.order_by("-post_count", "pk")[:MOST_ROWS]
        rows = sorted((Row.of(kind, one, token) for one in most), key=lambda row: row.title.casefold())
        return cls(title, told, reverse(overview), rows)


def _name_of(one: Any) -> str:
    return str(one.user.name if isinstance(one, Author) else one.name)


@at_one_address
@require_safe
@open_where_public
def feeds(request: PersonRequest) -> HttpResponse:
    """Show people what feeds there are, with addresses that their reader can use."""
    token, is_for_all = "", may_read_here(Visitor())
    if not is_for_all:
        own = PrivateFeed.objects.filter(user=request.user.pk).select_related("user").first()
        token = own.token if own and own.is_open else ""
    posts = Post.objects.live().visible_to(request.user)
    sections = [
        Section.of("author", Author.objects.counted(posts), token),
        Section.of("tag", Tag.objects.counted(posts), token),
        Section.of("series", Series.objects.counted(posts), token),
    ]
    context = {
        "is_for_all": is_for_all,
        "has_addresses": is_for_all or bool(token),
        "site_feeds": [
            (key, one.label, Whereabouts().address(key, token=token), one.media_type) for key, one in FORMATS.items()
        ],
        "sections": [section for section in sections if section.rows],
    }
    told = metadata.of_page(request, title="Feeds", description="How to follow this site in a feed reader.")
    return conditional.page(
        request, "blog/feeds.html", {**context, "metadata": told}, made_of=[told, *context.values()]
    )


@require_safe
@open_to_visitors
def feed(request: PersonRequest, kind: str, key: str, slug: str = "") -> HttpResponse:
    """Give a feed to whoever may read here. Programs cannot follow us to the page where people sign in."""
    if not may_read_here(request.user):
        return _for_members(key)
    if kind == "search":
        try:
            limits.check_caller("SEARCH_LIMIT", request.user, client_address(request))
        except TooMany as trouble:
            return too_many(request, trouble)
    document = found(request, Whereabouts(kind, slug, query_of(request, kind)), key, reader=request.user)
    if isinstance(document, HttpResponse):
        return document
    response = answer(request, document, key)
    is_public = may_read_here(Visitor())
    # What was unpublished is gone from every cache at once: each asks before it shows what it has kept.
    response.headers["Cache-Control"] = f"{'public' if is_public else 'private'}, no-cache"
    if is_public:
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def found(
    request: HttpRequest, asked: Whereabouts, key: str, *, reader: Person, private: PrivateFeed | None = None
) -> Document | HttpResponse:
    """Return what is asked for, as this person may read it, or the way to where it is today. Raises Http404."""
    scope = scope_of(asked, reader)
    number = request.GET.get("archive", "")
    archive = Archive.of_key(number) if number else None
    if scope is None or (number and archive is None):
        raise Http404
    document = document_of(scope, key, archive=archive, private=private)
    if document is None:
        raise Http404
    return document if scope.at == asked else HttpResponsePermanentRedirect(document.self_address)


def answer(request: HttpRequest, document: Document, key: str) -> HttpResponse:
    """Give the document, or say that it is what the reader has already.

    There is no Last-Modified: what is unpublished makes a feed older than a reader's copy, which a date cannot say.
    """
    response = get_conditional_response(request, etag=document.etag) or HttpResponse(
        WRITERS[key](document), content_type=f"{FORMATS[key].media_type}; charset=utf-8"
    )
    response.headers["ETag"] = document.etag
    links = {"self": document.self_address, "hub": document.hub}
    response.headers["Link"] = link_header((rel, address) for rel, address in links.items() if address)
    response.headers["X-Robots-Tag"] = "noindex"  # The pages are what is to be found, and not each text twice.
    return response


def query_of(request: HttpRequest, kind: str) -> str:
    return request.GET.get("q", "") if kind == "search" else ""


def _for_members(key: str) -> HttpResponse:
    reason = f"What is published here is for members. They find a feed address of their own at {absolute('/feeds')}."
    if key == "json":
        response: HttpResponse = problem(401, reason)
    else:
        response = HttpResponse(reason, status=401, content_type="text/plain; charset=utf-8")
    response.headers["WWW-Authenticate"] = "Bearer"
    response.headers["Cache-Control"] = "no-store"
    return response
