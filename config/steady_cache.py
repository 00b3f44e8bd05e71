"""Redis as the cache that all workers share, and this process's own memory while Redis does not answer.

Nothing here is more than a count or something that can be made again, so a Redis that is gone makes the site slower and
its limits more generous, each process counting for itself, and nobody is refused or signed out for it.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts.breaker import Breaker
from accounts.seldom import Seldom

PATIENCE_SECONDS = 0.5
PAUSE_SECONDS = 2.0
MAX_ENTRIES_MEANWHILE = 10_000

seldom = Seldom(logging.getLogger(__name__))
# One for all threads: Django gives each a cache object of its own.
breaker = Breaker(PAUSE_SECONDS)


def _asked(name: str) -> Any:
    def method(cache: "SteadyCache", *args: Any, **options: Any) -> Any:
        return cache._ask(lambda keeper: getattr(keeper, name)(*args, **options))

    return method


class SteadyCache(BaseCache):
    """What is kept meanwhile is forgotten by and by, and never brought to Redis."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        options = {
            "socket_connect_timeout": PATIENCE_SECONDS,
            "socket_timeout": PATIENCE_SECONDS,
            # Once, at once: a connection that a restart of Redis has closed is no outage.
            "retry": Retry(NoBackoff(), 1),
            **params.get("OPTIONS", {}),
        }
        self._redis = RedisCache(server, {**params, "OPTIONS": options})
        meanwhile = {**params, "OPTIONS": {"MAX_ENTRIES": MAX_ENTRIES_MEANWHILE}}
        self._meanwhile = LocMemCache(f"while {server} is gone", meanwhile)

    get, get_many, has_key = _asked("get"), _asked("get_many"), _asked("has_key")
    add, set, set_many, touch = _asked("add"), _asked("set"), _asked("set_many"), _asked("touch")
    incr, delete, delete_many = _asked("incr"), _asked("delete"), _asked("delete_many")

    def clear(self) -> None:
        """Forget what is ours. Others may keep theirs in the same Redis."""
        self._meanwhile.clear()
        client = self._redis._cache.get_client(write=True)
        for key in client.scan_iter(f"{self.key_prefix}:*", count=1000):
            client.delete(key)

    def reach(self) -> None:
        """Raise RedisError unless Redis itself answers now."""
        self._redis._cache.get_client().ping()

    def _ask(self, question: Callable[[BaseCache], Any]) -> Any:
        if not breaker.admits():
            return question(self._meanwhile)
        try:
            answer = question(self._redis)
        except (RedisError, OSError) as trouble:
            breaker.failed()
            seldom.error(
                "Redis does not answer (%s): each process keeps its own cache meanwhile", type(trouble).__name__
            )
            return question(self._meanwhile)
        breaker.answered()
        return answer
