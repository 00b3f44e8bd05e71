"""Feeds of what is published, and the page that shows people where they are."""

from collections.abc import Callable
from functools import partial

from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from accounts.access import open_to_visitors
from accounts.http import PersonRequest, problem
from accounts.models import Visitor
from blog.addresses import absolute
from blog.feeds import as_json, xml
from blog.feeds.addresses import FORMATS, Whereabouts
from blog.feeds.archives import Archive
from blog.feeds.document import Document, document_of
from blog.feeds.scopes import scope_of
from blog.permissions import may_read_here

WRITERS: dict[str, Callable[[Document], str]] = {
    "rss": partial(xml.written, writer=xml.Rss),
    "atom": partial(xml.written, writer=xml.Atom),
    "json": as_json.written,
}
LONGEST_QUERY = 200


@require_safe
@open_to_visitors
def feed(request: PersonRequest, kind: str, key: str, slug: str = "") -> HttpResponse:
    """Give a feed to whoever may read here. Programs cannot follow us to the page where people sign in."""
    if not may_read_here(request.user):
        return _for_members(key)
    found = _found(request, Whereabouts(kind, slug, _query_of(request, kind)), key)
    if isinstance(found, HttpResponse):
        return found
    response = _answer(request, found, key)
    is_public = may_read_here(Visitor())
    # What was unpublished is gone from every cache at once: each asks before it shows what it has kept.
    response.headers["Cache-Control"] = f"{'public' if is_public else 'private'}, no-cache"
    if is_public:
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _found(request: PersonRequest, asked: Whereabouts, key: str) -> Document | HttpResponse:
    """Return what is asked for, or the way to where it is today. Raises Http404."""
    scope = scope_of(asked, request.user)
    number = request.GET.get("archive", "")
    archive = Archive.of_key(number) if number else None
    if scope is None or (number and archive is None):
        raise Http404
    document = document_of(scope, key, archive=archive)
    if document is None:
        raise Http404
    return document if scope.at == asked else HttpResponsePermanentRedirect(document.self_address)


def _answer(request: PersonRequest, document: Document, key: str) -> HttpResponse:
    """Give the document, or say that it is what the reader has already.

    There is no Last-Modified: what is unpublished makes a feed older than a reader's copy, which a date cannot say.
    """
    response = get_conditional_response(request, etag=document.etag) or HttpResponse(
        WRITERS[key](document), content_type=f"{FORMATS[key].media_type}; charset=utf-8"
    )
    response.headers["ETag"] = document.etag
    links = {"self": document.self_address, "hub": document.hub}
    response.headers["Link"] = ", ".join(f'<{address}>; rel="{rel}"' for rel, address in links.items() if address)
    response.headers["X-Robots-Tag"] = "noindex"  # The pages are what is to be found, and not each text twice.
    return response


def _query_of(request: PersonRequest, kind: str) -> str:
    return request.GET.get("q", "").strip()[:LONGEST_QUERY] if kind == "search" else ""


def _for_members(key: str) -> HttpResponse:
    reason = f"What is published here is for members. They find a feed address of their own at {absolute('/feeds')}."
    if key == "json":
        response: HttpResponse = problem(401, reason)
    else:
        response = HttpResponse(reason, status=401, content_type="text/plain; charset=utf-8")
    response.headers["WWW-Authenticate"] = "Bearer"
    response.headers["Cache-Control"] = "no-store"
    return response
