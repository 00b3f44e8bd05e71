"""Refusals that no single view owns: the same words as a page for people and as JSON for programs."""

import sys
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import render_to_string

from accounts.access import open_where_public
from accounts.http import posted_texts, problem, refusal, wants_json, with_person
from blog.views.addresses import otherwise_written
from blog.views.reading import formerly_at
from observability import request_ids

from . import outages
from .look import look_of


@open_where_public
def not_found(request: HttpRequest, anything: str) -> HttpResponse:
    """Lead to the page that is meant where the address is written otherwise, or is of the site before. Raises Http404."""
    if request.method in ("GET", "HEAD"):
        answer = otherwise_written(request) or formerly_at(with_person(request))
        if answer is not None:
            return answer
    raise Http404


class OwnPagesMiddleware:
    """Shows our own pages for what is refused: in development, too, and with no traceback in the log.

    Left to Django, what is not there would list all addresses in development.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Http404):
            return missing(request, exception)
        if isinstance(exception, PermissionDenied):
            return forbidden(request, exception)
        if outages.is_outage(exception):
            return outages.unavailable(request, exception)
        return None


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, "404.html", 404, "There is nothing here, or nothing you may see.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, "403.html", 403, str(exception) or "You may see this, but not do that.")


def broken(request: HttpRequest) -> HttpResponse:
    """Answer when all else failed, with nothing on the page that could fail, too; but what was typed comes back.

    What fails before a view is chosen, as the look-up of a session, comes here as well.
    """
    error = sys.exc_info()[1]
    if error is not None and outages.is_outage(error):
        return outages.unavailable(request, error)
    if wants_json(request):
        told = "Something broke here. It is our fault, and it has been noted."
        return problem(500, told, request_id=request_ids.current())
    context = {"fields": posted_texts(request), "look": look_of(request), "request_id": request_ids.current()}
    return HttpResponseServerError(render_to_string("500.html", context))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Give back what was typed on a page that has gone stale."""
    return refusal(request, "403_csrf.html", 403, "This page has been open too long to be trusted. Load it again.")
