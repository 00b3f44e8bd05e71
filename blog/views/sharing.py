"""Links to share: the page that makes and ends them, and the page they open."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from accounts import limits
from accounts.access import open_to_visitors
from accounts.exceptions import ProviderUnavailable, TooMany
from accounts.http import MemberRequest, client_address, refusal, too_many
from blog.addresses import absolute
from blog.carrying import carrying, pictures_of
from blog.desk.posts import desk_post
from blog.models import Post, Revision, ShareLink
from blog.moments import in_words

SHOWN_WHEN_OVER = 20
MOST_REVISIONS = 100
LASTS = {"1": "An hour", "24": "A day", "168": "A week", "720": "30 days", "2160": "90 days"}
# The address is the key: it is kept nowhere, sent nowhere, and found by nobody who was not given it.
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


class ShareForm(forms.Form):
    """Which text a link shows, and for how long."""

    lasts = forms.TypedChoiceField(
        label="For how long?",
        choices=list(LASTS.items()),
        coerce=lambda hours: timedelta(hours=int(hours)),
        initial="168",
    )

    def __init__(self, post: Post, data: Any = None) -> None:
        super().__init__(data)
        numbers = post.revisions.order_by("-number").values_list("number", "created_at")[:MOST_REVISIONS]
        pinned = [(str(number), f"Revision {number}, sealed {in_words(at)}") for number, at in numbers]
        self.fields["revision"] = forms.TypedChoiceField(
            required=False,
            label="Which text?",
            choices=[("", "The newest text, also as it changes"), *pinned],
            coerce=int,
            empty_value=None,
        )


@dataclass(frozen=True)
class Row:
    """A link on the list, and in a word how it stands."""

    link: ShareLink
    standing: str
    is_open: bool


@require_safe
def links(request: MemberRequest, post_id: int) -> HttpResponse:
    """List the links to a post, with a form for the next."""
    post = desk_post(request, post_id)
    return links_page(request, post, ShareForm(post))


@sensitive_variables()
def links_page(
    request: MemberRequest,
    post: Post,
    form: ShareForm,
    *,
    new: ShareLink | None = None,
    token: str = "",
    status: int = 200,
) -> HttpResponse:
    """Return the page of a post's links; with the address of a new one, which no other page shows."""
    context = {
        "post": post,
        "form": form,
        "rows": _rows(post),
        "new": new,
        "address": absolute(reverse("shared", args=[token])) if token else "",
    }
    return render(request, "blog/desk/links.html", context, status=status)


def _rows(post: Post) -> list[Row]:
    """Return the open links and then the newest of those that are over."""
    every = post.share_links.select_related("made_by", "revision").defer("revision__body", "revision__html")
    working = every.open().order_by("-pk")
    over = every.exclude(pk__in=working.values("pk")).order_by("-pk")[:SHOWN_WHEN_OVER]
    return [*(_open_row(link) for link in working), *(Row(link, _end_of(link), is_open=False) for link in over)]


def _open_row(link: ShareLink) -> Row:
    if link.is_probably_vouched_for:
        return Row(link, f"Open until {in_words(link.expires_at)}", is_open=True)
    return Row(link, f"Opens nothing, because {link.made_by.name} may not open this post any more", is_open=True)


def _end_of(link: ShareLink) -> str:
    return f"Ended {in_words(link.ended_at)}" if link.ended_at else f"Over since {in_words(link.expires_at)}"


def _kept_secret(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def secretive(*args: Any, **kwargs: Any) -> HttpResponse:
        response = view(*args, **kwargs)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    return secretive


@require_safe
@open_to_visitors
@_kept_secret
@sensitive_variables()
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Show the text of a link to whoever has it. One that is wrong, ended or over is one and the same 404."""
    try:
        limits.check_address("SHARED_LIMIT", client_address(request))
        link = ShareLink.objects.of_token(token)
        if link is None or not link.is_vouched_for:
            return refusal(request, "404.html", 404, "There is nothing here, or nothing you may see.")
    except TooMany as trouble:
        return too_many(request, trouble)
    except ProviderUnavailable:
        return _try_again(request)
    if _is_read_by_somebody(request):
        link.note_opening()
    return render(request, "blog/shared.html", {"tells_nobody_where_it_is": True, **_shown(link)})


def _shown(link: ShareLink) -> dict[str, Any]:
    revision = link.revision or _newest(link.post)
    live = link.post.current_revision
    pictures = pictures_of(link.post, link.revision)
    return {
        "link": link,
        "revision": revision,
        "html": carrying(revision.html, pictures),
        "cover": pictures.get(revision.cover, ""),
        "is_live": live is not None and live.words == revision.words,
    }


def _newest(post: Post) -> Revision:
    post.catch_up()
    return Revision.objects.unsealed(post)


def _is_read_by_somebody(request: HttpRequest) -> bool:
    """Whether a browser asks for the page, to show it now: no program that makes a preview of a link, and no HEAD."""
    shows_page = request.headers.get("Sec-Fetch-Dest") == "document"
    return request.method == "GET" and shows_page and "Sec-Purpose" not in request.headers


def _try_again(request: HttpRequest) -> HttpResponse:
    reason = "We cannot check right now whether this link still holds. Try again in a minute."
    response = refusal(request, "_shared/refused.html", 503, reason, title="One moment, please")
    response.headers["Retry-After"] = "30"
    return response
