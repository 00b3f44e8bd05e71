"""For whoever watches the process: is it up, and can it work?

Answered before any other middleware: a probe comes by the machine's number, over plain HTTP, and is nobody.
"""

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.core.cache import DEFAULT_CACHE_ALIAS, cache, caches
from django.db import DEFAULT_DB_ALIAS, Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from accounts import keys
from accounts.exceptions import ProviderUnavailable
from accounts.guards import missing
from accounts.on_demand import OnDemand
from blog.guards import ALL_GUARDS

from . import deployment
from .metrics import metrics

if TYPE_CHECKING:
    import redis
else:
    redis = OnDemand("redis")

logger = logging.getLogger(__name__)

Check = Callable[[], None]


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path)
        return never_cache(probe)(request) if probe else self.get_response(request)


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 if all that a page needs is usable, else 503; which of it is, and what to do about the rest.

    A few small queries each time: it may be asked every second.
    """
    state = {name: _works(name, check) for name, (check, _) in NEEDED.items()}
    told = [sentence for name, (_, sentence) in NEEDED.items() if not state[name]]
    return JsonResponse({"ready": not told, **state, "told": told}, status=503 if told else 200)


def _works(name: str, check: Check) -> bool:
    try:
        check()
    except (Error, ProviderUnavailable, redis.RedisError, OSError) as trouble:
        logger.error("Not ready: %s: %s", name, type(trouble).__name__)
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


class Migrations:
    """Whether they are applied: looked up until they are, and then remembered, because it takes long to find out."""

    asked_again_after_seconds = 5.0

    def __init__(self) -> None:
        self._waiting: bool | None = None
        self._asked_at = float("-inf")

    def check(self) -> None:
        if self._waiting is not False and time.monotonic() - self._asked_at >= self.asked_again_after_seconds:
            self._waiting = any(True for _ in deployment.migrations_are_applied())
            self._asked_at = time.monotonic()
        if self._waiting is not False:
            raise OSError("migrations wait to be applied")


migrations = Migrations()


def _guards() -> None:
    if gone := missing(ALL_GUARDS, DEFAULT_DB_ALIAS):
        raise OSError(f"the database lacks {len(gone)} of its guards: run manage.py migrate")


def _cache() -> None:
    if reach := getattr(caches[DEFAULT_CACHE_ALIAS], "reach", None):
        reach()  # Were Redis gone, the rest would be answered out of this process.
    cache.set("readyz", "ready", timeout=10)
    if cache.get("readyz") != "ready":
        raise OSError("the cache does not keep what it is given")


# What is looked at, and what to do where it is not usable. No sentence says more than a stranger may know.
NEEDED: dict[str, tuple[Check, str]] = {
    "database": (_database, "The database does not answer. Look whether it runs, and at its disk."),
    "migrations": (lambda: migrations.check(), "Migrations are not applied. Run manage.py migrate."),
    "guards": (_guards, "The database lacks guards, or does not say. Run manage.py migrate, which puts them back."),
    "cache": (_cache, "The cache does not answer, or keeps nothing. Look at CACHE_URL."),
    "keys": (lambda: keys.ring.check(), "The signing keys of Descope could not be fetched, so nobody can sign in."),
}
PROBES = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
