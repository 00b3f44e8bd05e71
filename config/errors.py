"""Refusals that no single view owns: the same words as a page for people and as JSON for programs."""

from typing import NoReturn

from django.http import Http404, HttpRequest, HttpResponse

from accounts.http import refusal


def not_found(request: HttpRequest, anything: str) -> NoReturn:
    raise Http404


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, "404.html", 404, "There is nothing here, or nothing you may see.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, "403.html", 403, str(exception) or "You may see this, but not do that.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Give back what was typed on a page that has gone stale."""
    return refusal(request, "403_csrf.html", 403, "This page has been open too long to be trusted. Load it again.")
