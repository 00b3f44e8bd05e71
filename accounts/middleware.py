"""Says who is asking, and sends visitors to sign in unless the view lets them in.

What it lets out, browsers and proxies ask for anew each time, unless the view says what they may keep.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from . import api_tokens, patience, session_keys, sessions
from .audience import Audience
from .exceptions import BadToken, ProviderUnavailable, TooMany
from .http import (
    PersonRequest,
    give_key,
    posted_texts,
    refusal,
    sign_in_redirect,
    sign_in_url,
    too_many,
    wants_json,
    with_person,
)
from .models import Visitor

logger = logging.getLogger(__name__)


class PersonMiddleware:
    """Gives every request `user`, a User or a Visitor, never None; and `session` and `is_bearer`.

    It stands before Django's CSRF middleware: a bearer token needs no CSRF token, a cookie does.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, bare_request: HttpRequest) -> HttpResponse:
        request = _of_nobody(bare_request)
        with patience.of_one_request():
            response = self.get_response(request)
        # What members see is theirs: neither a shared cache nor the back button may show it to others. And what anybody
        # sees may be another thing tomorrow, where they are led for good and what is gone, too.
        response.headers.setdefault("Cache-Control", "no-cache" if request.user.is_visitor else "private, no-store")
        _change_key(request, response)
        patch_vary_headers(response, ["Cookie", "Authorization"])
        return response

    def process_view(
        self, bare_request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        request = with_person(bare_request)
        if getattr(view, "authenticates_itself", False):
            return None
        admits_visitors = getattr(view, "admits_visitors", lambda: False)()
        try:
            _identify(request)
        except BadToken as refused:
            logger.warning("Bearer refused on %s: %s", request.path, refused)
            return _unauthorized(request, "This token is not valid here. Sign in again for a new one.")
        except ProviderUnavailable as trouble:
            logger.error("Cannot tell who is asking: %s", trouble)
            # A page that is open to all can go on without knowing; a program must not take this for a sign-out.
            if not admits_visitors or wants_json(request):
                return _unavailable(request)
        if request.is_api_token and not getattr(view, "admits_api_tokens", False):
            return refusal(request, "403.html", 403, "An API token opens the API and nothing else.")
        if request.user.is_visitor and not admits_visitors:
            return _asked_to_sign_in(request)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return too_many(request, exception) if isinstance(exception, TooMany) else None


def _of_nobody(bare_request: HttpRequest) -> PersonRequest:
    request = with_person(bare_request)
    request.user, request.session = Visitor(), None
    request.is_bearer = request.is_api_token = False
    return request


def _identify(request: PersonRequest) -> None:
    """Set who is asking. A bearer wins over the cookie, and a bad one is not made good by it.

    A page that is to be kept for many is asked for by nobody in particular.
    """
    audience = request.META.get(Audience.KEY)
    if isinstance(audience, Audience):
        request.user = audience.anybody()
        return
    authorization = request.headers.get("Authorization", "")
    if authorization:
        scheme, _, token = authorization.partition(" ")
        request.is_bearer = True
        if scheme.lower() != "bearer":
            raise BadToken("not a bearer")
        request.is_api_token = api_tokens.is_one(token.strip())
        person_of = api_tokens.person_of if request.is_api_token else sessions.person_of_bearer
        request.user = person_of(token.strip())
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # Django's own switch for this
        return
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    session = sessions.resume(key) if key else None
    if session is not None:
        request.session = session
        request.user = session.user


def _change_key(request: PersonRequest, response: HttpResponse) -> None:
    """Give the browser a new key where its session's powers have changed, unless it has just been given or lost one."""
    if request.session is not None and settings.SESSION_COOKIE_NAME not in response.cookies:
        key = session_keys.changed_key(request.session, request.COOKIES[settings.SESSION_COOKIE_NAME])
        if key:
            give_key(response, key)


def _asked_to_sign_in(request: PersonRequest) -> HttpResponse:
    if wants_json(request):
        return _unauthorized(request, "Sign in first, or send a session token as bearer.")
    if posted_texts(request):
        return refusal(
            request,
            "accounts/signed_out_text.html",
            401,
            "You were signed out before this could be saved.",
            sign_in_url=sign_in_url(request),
        )
    return sign_in_redirect(request)


def _unauthorized(request: PersonRequest, detail: str) -> HttpResponse:
    response = refusal(request, "_shared/refused.html", 401, detail, **SIGN_IN_AGAIN)
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _unavailable(request: PersonRequest) -> HttpResponse:
    detail = "We cannot reach the sign-in service right now, so we cannot tell who you are. Try again in a minute."
    response = refusal(request, "accounts/unavailable.html", 503, detail)
    response.headers["Retry-After"] = "30"
    return response


SIGN_IN_AGAIN = {"title": "Please sign in again", "way_on_url": "/sign-in", "way_on_label": "Sign in"}
