"""Gives each request its number, and notes how it was answered."""

import logging
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.signals import got_request_exception
from django.db import DatabaseError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from accounts.audience import Audience
from observability import counters, request_ids

from . import outages
from .logs import hold, let_go, number_request
from .metrics import request_answered

logger = logging.getLogger(__name__)

HEADER, IN_META = "X-Request-Id", "HTTP_X_REQUEST_ID"
UNKNOWN = ("", "not_found")


class ObservingMiddleware:
    """The outermost but for the probes, so that all that is logged of a request carries its number."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began_at = time.perf_counter()
        number = request.META.get(request_ids.KEY) or number_of(request.META)
        number_request(request, number)
        entered, held = request_ids.enter(number), hold(request)
        try:
            response = self.get_response(request)
            _note(request, response, time.perf_counter() - began_at)
        finally:
            let_go(held)
            request_ids.leave(entered)
        response.headers[HEADER] = number
        return response


def number_of(environ: Mapping[str, Any]) -> str:
    """Return the number that a proxy has given the request, or else a new one."""
    return request_ids.chosen(environ.get(IN_META, "") if settings.BEHIND_PROXY else "")


def _note(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    if counters.is_on() and Audience.KEY not in request.META:  # A page for many: config/page_cache counts who gets it.
        request_answered(route_of(request), request.method or "", response.status_code, seconds)
    if settings.LOG_REQUESTS:
        logger.info("Answered", extra={"status_code": response.status_code, "seconds": seconds})


def route_of(request: HttpRequest) -> str:
    """Return the name of the request's route, never its path; empty where it has none."""
    if request.resolver_match is not None:
        name = request.resolver_match.view_name
        return "" if name in UNKNOWN else name
    return "static" if request.path.startswith(settings.STATIC_URL) else ""


@receiver(got_request_exception)
def count_errors_of_the_database(**told: Any) -> None:
    error = sys.exc_info()[1]
    if isinstance(error, DatabaseError) and not outages.is_outage(error):  # Those are counted there.
        counters.database_errors.add(type(error).__name__)
