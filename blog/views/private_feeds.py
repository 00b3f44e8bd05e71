"""Somebody's own feed address: the page on which they get it, and what it opens."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from accounts import limits
from accounts.access import authenticates_itself
from accounts.exceptions import ProviderUnavailable, TooMany
from accounts.http import MemberRequest, client_address, refusal, too_many
from accounts.models import User, Visitor
from blog.feed_formats import FORMATS
from blog.feeds.addresses import Whereabouts
from blog.models import Image, PrivateFeed
from blog.permissions import may_read_here

from .feeds import answer, found, query_of
from .images import shown

View = Callable[..., HttpResponseBase]
# The address is the key: it is sent on to nobody, and no cache that others share keeps what it opens.
SECRET = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
RETRY_SECONDS = "60"
MADE = "Here is your feed address. You find it on this page again, whenever you need it."


@require_safe
def private_feed(request: MemberRequest) -> HttpResponse:
    """Show somebody their own feed address, as often as they like: they may read on more than one device."""
    feed = PrivateFeed.objects.filter(user=request.user).select_related("user").first()
    context = {
        "feed": feed if feed and feed.is_open else None,
        "is_over": feed is not None and not feed.is_open,
        "addresses": addresses_of(feed) if feed and feed.is_open else [],
        "is_needed": not may_read_here(Visitor()),
    }
    return render(request, "blog/private_feed.html", context)


@require_POST
def renew_private_feed(request: MemberRequest) -> HttpResponse:
    """Make the address, or another in its place."""
    if request.is_bearer:
        raise PermissionDenied("Feed addresses are made in a browser: what holds for minutes must not make what stays.")
    limits.check("TOKEN_LIMIT", str(request.user.pk))
    had_one = PrivateFeed.objects.filter(user=request.user).exists()
    PrivateFeed.objects.renew(request.user)
    messages.success(
        request, "Here is your new feed address. The one before opens nothing any more." if had_one else MADE
    )
    return redirect("private_feed")


@require_POST
def revoke_private_feed(request: MemberRequest) -> HttpResponse:
    get_object_or_404(PrivateFeed, user=request.user).delete()
    messages.success(request, "Your feed address is revoked. It opens nothing any more.")
    return redirect("private_feed")


def addresses_of(feed: PrivateFeed) -> list[tuple[str, str, str]]:
    """Return a word for each format, its label, and the address of somebody's own feed of the whole site."""
    return [
        (key, one.label, Whereabouts().address(key, token=feed.token)) for key, one in FORMATS.items() if feed.token
    ]


def _opened_by_address(view: View) -> View:
    """Tell whoever comes with a wrong, a former or a closed address one and the same: that there is nothing."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase
        try:
            limits.check_address("FEED_LIMIT", client_address(request))
            response = view(request, *args, **kwargs)
        except Http404:
            response = refusal(request, "404.html", 404, "There is nothing here, or nothing you may see.")
        except TooMany as trouble:
            response = too_many(request, trouble)
        except ProviderUnavailable:
            response = HttpResponse("We cannot check right now whether this address still holds.", status=503)
            response.headers["Retry-After"] = RETRY_SECONDS
        for name, value in SECRET.items():
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return opened


@require_safe
@authenticates_itself
@_opened_by_address
@sensitive_variables()
def feed(request: HttpRequest, token: str, kind: str, key: str, slug: str = "") -> HttpResponse:
    """Give a feed to whoever has this address, as its owner would read it who has no role here."""
    private, reader = _reader_of(PrivateFeed.objects.of_token(token))
    document = found(request, Whereabouts(kind, slug, query_of(request, kind)), key, reader=reader, private=private)
    if isinstance(document, HttpResponse):
        return document
    private.note_use(request.headers.get("User-Agent", ""))
    response = answer(request, document, key)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@require_safe
@authenticates_itself
@_opened_by_address
def picture(request: HttpRequest, feed_id: int, seal: str, digest: str) -> HttpResponseBase:
    """Show one picture of a private feed. Its address opens no other, and nothing once the feed is closed."""
    private, reader = _reader_of(PrivateFeed.objects.filter(pk=feed_id).select_related("user").first())
    if not private.opens(digest, seal):
        raise Http404
    response = shown(request, get_object_or_404(Image.objects.visible_to(reader), digest=digest))
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # Readers in a browser show it elsewhere.
    return response


def _reader_of(private: PrivateFeed | None) -> tuple[PrivateFeed, User]:
    reader = private.reader() if private else None
    if private is None or reader is None:
        raise Http404
    return private, reader
