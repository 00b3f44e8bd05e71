"""For whoever watches the process: is it up, and can it work?"""

import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from redis import RedisError

from accounts import keys
from accounts.access import authenticates_itself
from accounts.exceptions import ProviderUnavailable

logger = logging.getLogger(__name__)


@never_cache
@authenticates_itself
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@never_cache
@authenticates_itself
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 if database, cache and signing keys are usable, else 503; and which of them is."""
    checks = {"database": _database, "cache": _cache, "keys": keys.ring.check}
    state = {name: _works(name, check) for name, check in checks.items()}
    return JsonResponse({"ready": all(state.values()), **state}, status=200 if all(state.values()) else 503)


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


def _cache() -> None:
    cache.set("readyz", "ready", timeout=10)
    if cache.get("readyz") != "ready":
        raise OSError("the cache does not keep what it is given")
