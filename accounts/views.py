"""Signing in and out."""

import json
import re
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from observability.counters import sign_ins

from . import descope, limits, sessions
from .access import open_to_visitors
from .exceptions import BadToken, ProviderUnavailable, SignedOut, SignedOutJustNow
from .http import PersonRequest, client_address, device_of, give_key, problem, safe_next, with_person

MAX_EXCHANGE_BYTES = 64 * 1024

# Why a sign-in can fail, by the word in `/auth/error?reason=…`: title, what happened.
SIGN_IN_ERRORS = {
    "link": ("This link no longer works", "Each link works once and only for a few minutes. Ask for a new one."),
    "unavailable": ("Sign-in is taking a break", "The sign-in service does not answer. Try again in a minute."),
    "closed": ("This account is closed", "An admin of this site can open it again."),
}


@require_safe
@never_cache
@open_to_visitors
@csp_update(settings.SIGN_IN_CSP)
@ensure_csrf_cookie
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the page that embeds Descope's flow, on the one origin its cookie is good for.

    With `?step-up=1`, also to somebody signed in, the flow that asks for more than the usual one; with `?again=1` the
    usual one once more.
    """
    next_path = safe_next(request.GET.get("next"))
    is_step_up = request.GET.get("step-up") == "1" and settings.REQUIRE_MFA_TO_PUBLISH
    is_again = request.GET.get("again") == "1" and not is_step_up
    if not with_person(request).user.is_visitor and not is_step_up and not is_again:
        return redirect(next_path)
    if f"{request.scheme}://{request.get_host()}" != settings.SITE_URL:
        return redirect(settings.SITE_URL + request.get_full_path())
    context = {
        "project_id": settings.DESCOPE_PROJECT_ID,
        "flow_id": settings.DESCOPE_STEP_UP_FLOW_ID if is_step_up else settings.DESCOPE_FLOW_ID,
        "is_step_up": is_step_up,
        "again": "step-up" if is_step_up else "again" if is_again else "",
        "base_url": settings.DESCOPE_BASE_URI,
        "cdn_url": settings.DESCOPE_CDN_URI,
        "tenant": _asked_tenant(request) or settings.DESCOPE_TENANT_ID,
        "next": next_path,
        "session_url": reverse("accounts:start_session"),
        "register_url": "/api/register",
    }
    return render(request, "accounts/sign_in.html", context)


def _asked_tenant(request: HttpRequest) -> str:
    """Return the tenant that the address names, whose own sign-in Descope then begins with."""
    tenant = request.GET.get("tenant", "")
    return tenant if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", tenant) else ""


@require_POST
@never_cache
@open_to_visitors
@sensitive_variables()
def start_session(request: PersonRequest) -> HttpResponse:
    """Take the two tokens of a finished flow, once, and answer with a cookie."""
    limits.check_address("SIGN_IN_LIMIT", client_address(request))
    try:
        tokens = _posted_tokens(request)
        descope.verify_new_tokens(tokens["sessionJwt"], tokens["refreshJwt"])
        limits.check("SIGN_IN_LIMIT_OF_ALL")  # Counted from here on: made-up tokens use up nobody else's turn.
        key, is_new = sessions.start(
            tokens["sessionJwt"],
            tokens["refreshJwt"],
            replacing=request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""),
            device=device_of(request),
        )
    except BadToken:
        sign_ins.add("refused")
        return problem(401, "This sign-in could not be verified. Start again.")
    except SignedOutJustNow:
        sign_ins.add("refused")
        return problem(
            401, "You were signed out everywhere. Start again, and if that is refused, try again in a moment."
        )
    except SignedOut:
        sign_ins.add("refused")
        return problem(401, "This account cannot sign in here any more. An admin of this site can help.")
    except ProviderUnavailable:
        sign_ins.add("unavailable")
        response = problem(503, "The sign-in service does not answer. Try again in a minute.")
        response.headers["Retry-After"] = "30"
        return response
    sign_ins.add("done")
    # The CSRF token stays: the tab that waits for the link and the tab that opened it both end up here, with one
    # token between them, and its __Host- cookie cannot have been planted.
    response = JsonResponse({"error": None, "data": {"next": safe_next(tokens["next"]), "firstSeen": is_new}})
    give_key(response, key)
    return response


def _posted_tokens(request: HttpRequest) -> dict[str, str]:
    """Return the fields of the body as texts, absent ones empty. Raises BadToken where it is no such body."""
    try:
        if len(request.body) > MAX_EXCHANGE_BYTES:
            raise BadToken("the body is too large")
        body: Any = json.loads(request.body)
    except (RequestDataTooBig, ValueError, RecursionError) as error:
        raise BadToken("the body is not small JSON") from error
    if not isinstance(body, dict):
        raise BadToken("the body is no object")
    values = {name: body.get(name) for name in ("sessionJwt", "refreshJwt", "next")}
    return {name: value if isinstance(value, str) else "" for name, value in values.items()}


@require_POST
@never_cache
@open_to_visitors
def sign_out(request: PersonRequest) -> HttpResponse:
    """End the session here and at Descope. A visitor's is over already."""
    # By the cookie, not by who is asking: that cannot be told while the token has expired and Descope is down.
    if not request.is_bearer:
        sessions.end(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
    return signed_out()


def signed_out() -> HttpResponse:
    """Lead to the sign-in page and leave nothing in the browser."""
    return forget_browser(HttpResponseRedirect(reverse("accounts:sign_in")))


def forget_browser(response: HttpResponse) -> HttpResponse:
    """Let the response leave nothing of somebody in their browser."""
    response.delete_cookie(settings.SESSION_COOKIE_NAME, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_safe
@never_cache
@open_to_visitors
def error(request: PersonRequest) -> HttpResponse:
    """Say why a sign-in failed and how to go on."""
    fallback = ("Signing in did not work", "Something went wrong on the way. Nothing is lost; start again.")
    reason = request.GET.get("reason", "")
    title, explanation = SIGN_IN_ERRORS.get(reason, fallback)
    context = {"title": title, "reason": explanation, "way_on_url": reverse("accounts:sign_in")}
    status = 503 if reason == "unavailable" else 401
    return render(request, "_shared/refused.html", {**context, "way_on_label": "Sign in again"}, status=status)
