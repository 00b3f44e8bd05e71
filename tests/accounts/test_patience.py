"""How long a request waits for Descope, with real threads and a clock that runs."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from django.db import connection
from pytest_django import Settings

from accounts import background, descope, patience
from accounts.background import repeat, start
from accounts.exceptions import NotDone, ProviderUnavailable

from .conftest import Wire


@pytest.fixture
def hanging() -> Iterator[threading.Event]:
    """What a call waits for that never comes. At the end it does, so that no thread is left over."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the background be one."""
    monkeypatch.setattr(background, "start", start)


@pytest.mark.usefixtures("threads")
def test_a_call_that_hangs_is_not_waited_for(hanging: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "REQUEST_SECONDS", 0.2)
    started = time.monotonic()

    with patience.of_one_request(), pytest.raises(TimeoutError):
        patience.bounded(hanging.wait)

    assert time.monotonic() - started < 5


@pytest.mark.usefixtures("threads")
def test_all_calls_of_a_request_share_its_time(hanging: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "REQUEST_SECONDS", 0.3)

    with patience.of_one_request():
        patience.bounded(lambda: time.sleep(0.05))
        before = patience.seconds_left()
        with pytest.raises(TimeoutError):
            patience.bounded(hanging.wait)
        after, is_over = patience.seconds_left(), patience.is_over()

    assert before <= 0.25
    assert (after, is_over) == (0, True)


def test_the_next_request_has_time_of_its_own_and_commands_have_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "REQUEST_SECONDS", 0)
    with patience.of_one_request():
        in_request = patience.is_over()

    assert (in_request, patience.is_over()) == (True, False)
    assert patience.bounded(threading.get_ident) == threading.get_ident()


@pytest.mark.usefixtures("threads")
def test_what_a_call_returns_or_raises_comes_through() -> None:
    with patience.of_one_request():
        assert patience.bounded(lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            patience.bounded(lambda: 1 // 0)


def test_work_in_the_background_leaves_no_connection_open() -> None:
    kept = []

    def work() -> None:
        kept.append(connection._connections["default"])  # type: ignore[attr-defined]  # Django's proxy: this thread's own
        connection.ensure_connection()

    start(work).result(timeout=60)

    assert kept[0].connection is None


def test_work_that_is_repeated_outlives_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "PAUSE_AFTER_A_FAULT_SECONDS", 0.0)
    times, is_enough = [], threading.Event()

    def work() -> float:
        times.append(time.monotonic())
        if len(times) >= 3:
            is_enough.set()
            return 3600.0
        raise RuntimeError("once")

    repeat(work, first_in_seconds=0.0)

    assert is_enough.wait(timeout=60)


# What that means for a question to Descope


def test_a_request_whose_time_is_up_asks_nothing(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "REQUEST_SECONDS", 0)

    with patience.of_one_request(), pytest.raises(NotDone):
        descope.load_person("U1")

    assert wire.asked == []
    assert not descope.breaker.is_open


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("is_plain", [True, False])
def test_a_call_that_is_cut_short_opens_the_breaker_only_if_it_took_long(
    is_plain: bool, wire: Wire, hanging: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(request: httpx.Request) -> httpx.Response:
        hanging.wait(timeout=60)
        return httpx.Response(500)

    descope.client()
    wire.answers("/mgmt/user", hang)
    monkeypatch.setattr(patience, "REQUEST_SECONDS", 0.3)
    monkeypatch.setattr(descope, "PLAINLY_SLOW_SECONDS", 0.1 if is_plain else 5)

    with patience.of_one_request(), pytest.raises(ProviderUnavailable) as cut:
        descope.load_person("U1")

    assert not isinstance(cut.value, NotDone)
    assert descope.breaker.is_open == is_plain


def test_an_answer_that_came_late_is_taken_and_nobody_else_asks_for_a_while(wire: Wire, settings: Settings) -> None:
    settings.DESCOPE_TIMEOUT = timedelta(0)
    wire.says("/mgmt/user", {"user": {"userId": "U1", "name": "Nell"}})

    profile = descope.load_person("U1")

    assert profile is not None
    assert profile.name == "Nell"
    assert descope.breaker.is_open
