import logging
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts import limits
from accounts.exceptions import TooMany
from accounts.seldom import Seldom
from config import steady_cache


@pytest.fixture(autouse=True)
def _nobody_there(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Redis is gone: nobody listens at its port."""
    monkeypatch.setattr(steady_cache, "seldom", Seldom(logging.getLogger("config.steady_cache")))
    settings.CACHES = {
        "default": {"BACKEND": "config.steady_cache.SteadyCache", "LOCATION": "redis://127.0.0.1:1", "KEY_PREFIX": "t"}
    }
    yield
    cache._meanwhile.clear()  # type: ignore[attr-defined]  # A SteadyCache, here.
    steady_cache.breaker.answered()


def test_what_is_kept_is_kept_in_this_process(caplog: pytest.LogCaptureFixture) -> None:
    cache.set("one", 1)
    cache.add("two", 2)
    cache.incr("two")

    assert (cache.get("one"), cache.get("two"), cache.get_many(["one", "two"])) == (1, 3, {"one": 1, "two": 3})
    assert cache.get_or_set("three", lambda: 3) == 3
    assert [record.name for record in caplog.records] == ["config.steady_cache"]


def test_limits_go_on_counting(settings: Settings) -> None:
    settings.SIGN_IN_LIMIT = (2, 3600)
    limits.check("SIGN_IN_LIMIT", "somebody")
    limits.check("SIGN_IN_LIMIT", "somebody")

    with pytest.raises(TooMany):
        limits.check("SIGN_IN_LIMIT", "somebody")


def test_the_site_says_that_it_is_not_all_there(client: Client) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["cache"]) == (503, False)
