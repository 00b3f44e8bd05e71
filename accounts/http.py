"""What a request and a refusal look like, for every view that deals with people."""

import logging
from contextlib import suppress
from http import HTTPStatus
from ipaddress import ip_address
from math import ceil
from typing import Any, cast
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from .devices import Device
from .exceptions import TooMany
from .models import Person, Session, User

logger = logging.getLogger(__name__)

# What is typed into forms, in the order in which a page gives it back.
TYPED = {
    "title": "Title",
    "tags": "Tags",
    "body": "Body",
    "excerpt": "Description",
    "cover": "Cover",
    "cover_alt": "What the cover shows",
    "canonical_url": "First published at",
    "series": "Series",
    "language": "Language",
    "corrections": "Corrections",
    "reason": "Reason",
    "note": "Note",
    "override": "Why it should go on as it is",
    "when": "Day and time",
    "alt": "What the picture shows",
    "outcome_note": "What readers are told",
    "outcome_to": "Where readers are led",
    "address": "Address",
    "handle": "Address of your page",
    "bio": "About you",
    "website": "Your website",
    "name": "Name",
    "email": "Email",
}

# The headers by which `wants_json` tells programs from people.
ASKED_IN = ["Accept", "Content-Type", "X-Requested-With", "Sec-Fetch-Mode"]


class PersonRequest(HttpRequest):
    """A request that has been through PersonMiddleware."""

    user: Person  # type: ignore[assignment]  # Galley's own people, not django.contrib.auth's
    session: Session | None  # type: ignore[assignment]  # Galley's own; None for visitors and bearers
    is_bearer: bool
    is_api_token: bool


class MemberRequest(PersonRequest):
    """A request of somebody signed in."""

    user: User


def with_person(request: HttpRequest) -> PersonRequest:
    """Return the same request, typed as what the middleware made of it."""
    return cast(PersonRequest, request)


def client_address(request: HttpRequest) -> str:
    """Return the address the request came from: behind a proxy, the one that the proxy itself saw."""
    if settings.BEHIND_PROXY:
        # The hops before the last are whatever the caller chose to write.
        with suppress(ValueError):
            return str(ip_address(request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()))
    return str(request.META.get("REMOTE_ADDR", ""))


def device_of(request: HttpRequest) -> Device:
    return Device.seen(request.headers.get("User-Agent", ""), client_address(request))


def give_key(response: HttpResponse, key: str) -> None:
    """Put the key of a session into the browser's cookie."""
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        key,
        max_age=settings.SESSION_LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks: it needs a status and JSON, not a page to follow."""
    return (
        (request.path.startswith("/api/") and request.path != "/api/docs")
        or request.path.endswith(".json")
        or request.content_type == "application/json"
        or request.headers.get("X-Requested-With") == "XMLHttpRequest"
        or request.headers.get("Sec-Fetch-Mode") in ("cors", "same-origin")
        or (request.accepts("application/json") and not request.accepts("text/html"))
    )


def problem(status: int, detail: str, **more: Any) -> JsonResponse:
    """Return a refusal for programs: RFC 9457 members, and the tutorial's `error` and `data` beside them."""
    title = HTTPStatus(status).phrase
    about = {"status": status, "title": title, "detail": detail, **more}
    return JsonResponse(
        {"type": "about:blank", **about, "error": about, "data": None},
        status=status,
        content_type="application/problem+json; charset=utf-8",
    )


def refusal(request: HttpRequest, template: str, status: int, detail: str, **context: Any) -> HttpResponse:
    """Return the same refusal to a person as a page and to a program as JSON, losing nothing that was typed."""
    if wants_json(request):
        response: HttpResponse = problem(status, detail)
    else:
        context = {"reason": detail, "fields": posted_texts(request), **context}
        response = render(request, template, context, status=status)
    patch_vary_headers(response, ASKED_IN)
    return response


def too_many(request: HttpRequest, trouble: TooMany) -> HttpResponse:
    """Return the refusal of a call that came too soon after too many others."""
    minutes = ceil(trouble.retry_after_seconds / 60)
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    if trouble.retry_after_seconds == 1:
        wait = "a second"
    detail = f"That was too often in too short a time. Try again in {wait}."
    if trouble.was_told and request.method == "POST" and not wants_json(request):
        # To read it all and make a page of it, again and again, would keep others waiting.
        detail += " Go back to the page before: your browser still has what you typed."
        headers = {"Retry-After": str(trouble.retry_after_seconds)}
        short = HttpResponse(detail, status=429, content_type="text/plain; charset=utf-8", headers=headers)
        short._has_been_logged = True  # type: ignore[attr-defined]  # Django's own mark: the log has it already.
        return short
    response = refusal(
        request, "_shared/refused.html", 429, detail, title="One moment, please", sent_again=_sent_again(request)
    )
    response.headers["Retry-After"] = str(trouble.retry_after_seconds)
    return response


def _sent_again(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields of a form that holds something typed, so that it can be sent again as it was. Files are gone."""
    if request.content_type == "multipart/form-data" or not posted_texts(request):
        return []
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    return [(name, value) for name, value in sent if name != "csrfmiddlewaretoken"]


def posted_texts(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what somebody typed into the refused form, as (label, text), so that the page can give it back."""
    if request.method != "POST" or length_of(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return []  # Files have no limit but this one: what is too much is not even read.
    try:
        posted = request.POST
    except RequestDataTooBig:  # It was never read.
        return []
    return [(label, posted[field]) for field, label in TYPED.items() if posted.get(field)]


def length_of(request: HttpRequest) -> int:
    """Return how many bytes are sent along, as far as the request says."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def sign_in_redirect(request: HttpRequest) -> HttpResponseRedirect:
    """Send a visitor to sign in and then back to the page they asked for."""
    return HttpResponseRedirect(sign_in_url(request))


def sign_in_url(request: HttpRequest, **more: str) -> str:
    """Return where to sign in so as to come back to this page, or to the one whose button was pressed."""
    is_page = request.method in ("GET", "HEAD")
    back_to = safe_next(request.get_full_path() if is_page else page_before(request))
    query = {"next": back_to, **more} if back_to != "/" else more
    return reverse("accounts:sign_in") + (f"?{urlencode(query)}" if query else "")


def page_before(request: HttpRequest) -> str:
    """Return the path and query of the page whose button was pressed, as its browser tells; empty if it does not."""
    try:
        page = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    return urlunsplit(("", "", page.path, page.query, ""))


def step_up_url(request: HttpRequest) -> str:
    """Return where to show again who one is, and to come back from."""
    return sign_in_url(request, **{"step-up": "1"})


def safe_next(address: str | None) -> str:
    """Return the address if it is a path on this site that may be gone to after signing in, else `/`."""
    if not address or not own_path(address):
        return "/"
    signs_in_itself = urlsplit(address).path.startswith(("/sign-in", "/sign-out", "/auth/"))
    return "/" if signs_in_itself else address


def own_path(address: str) -> bool:
    """Whether browsers take this for a path on this site, whatever somebody made of it."""
    # Browsers drop tabs and line ends from an address, which can turn a harmless path into another host.
    if len(address) > 2000 or not address.startswith("/") or not address.isprintable():
        return False
    return url_has_allowed_host_and_scheme(address, allowed_hosts=None)
