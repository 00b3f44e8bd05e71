"""For whoever watches the process: is it up, and can it work?

Answered before any other middleware: a probe comes by the machine's number, over plain HTTP, and is nobody.
"""

import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from redis import RedisError

from accounts import keys
from accounts.exceptions import ProviderUnavailable
from accounts.guards import missing
from blog.guards import ALL_GUARDS

logger = logging.getLogger(__name__)


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path)
        return never_cache(probe)(request) if probe else self.get_response(request)


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 if database, its guards, cache and signing keys are usable, else 503; and which of them is."""
    checks = {"database": _database, "guards": _guards, "cache": _cache, "keys": keys.ring.check}
    state = {name: _works(name, check) for name, check in checks.items()}
    return JsonResponse({"ready": all(state.values()), **state}, status=200 if all(state.values()) else 503)


PROBES = {"/healthz": healthz, "/readyz": readyz}


def _works(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except (DatabaseError, ProviderUnavailable, RedisError, OSError) as trouble:
        logger.error("Not ready: %s: %s", name, type(trouble).__name__)
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _guards() -> None:
    if gone := missing(ALL_GUARDS, DEFAULT_DB_ALIAS):
        raise OSError(f"the database lacks {len(gone)} of its guards: run manage.py migrate")


def _cache() -> None:
    cache.set("readyz", "ready", timeout=10)
    if cache.get("readyz") != "ready":
        raise OSError("the cache does not keep what it is given")
