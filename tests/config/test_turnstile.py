"""Who takes no notice of a refusal is turned away at the door, and nobody else."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from config.turnstile import Turnstile

pytestmark = pytest.mark.no_database

TEXT, PAGE = "text/plain; charset=utf-8", "text/html; charset=utf-8"


class Inside:
    """An application that refuses everybody, and counts whom it sees."""

    def __init__(self, content_type: str = TEXT) -> None:
        self.headers = [("Content-Type", content_type), ("Retry-After", "3"), ("Set-Cookie", "a=b")]
        self.seen = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.seen += 1
        start_response("429 Too Many Requests", self.headers)
        return [b"Too often."]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    now = {"now": 1000.0}
    monkeypatch.setattr("config.turnstile.time.monotonic", lambda: now["now"])
    return now


def sent(application: Turnstile, cookie: str = "session=a", path: str = "/write", method: str = "POST") -> Any:
    answers: list[Any] = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_COOKIE": cookie}
    body = application(environ, lambda status, headers: answers.append((status, dict(headers))))
    return (*answers[0], b"".join(body))


def test_who_was_told_in_a_line_is_told_again_until_the_time_is_over(clock: dict[str, float]) -> None:
    inside = Inside()
    application = Turnstile(inside)

    sent(application)
    status, headers, body = sent(application)
    clock["now"] += 3
    sent(application)

    assert status == "429 Too Many Requests"
    assert headers == {"Content-Type": TEXT, "Retry-After": "3", "Content-Length": str(len(body))}
    assert inside.seen == 2


@pytest.mark.parametrize("other", [{"cookie": "session=b"}, {"path": "/posts"}, {"method": "GET"}])
def test_others_and_what_else_they_do_pass(other: dict[str, str]) -> None:
    inside = Inside()
    application = Turnstile(inside)

    sent(application)
    sent(application, **other)

    assert inside.seen == 2


def test_who_got_a_page_has_not_been_told_before() -> None:
    inside = Inside(PAGE)
    application = Turnstile(inside)

    sent(application)
    sent(application)

    assert inside.seen == 2


def test_no_more_are_remembered_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch, clock: dict[str, float]
) -> None:
    monkeypatch.setattr("config.turnstile.MOST_REMEMBERED", 2)
    application = Turnstile(Inside())

    for number in range(3):
        clock["now"] += 2
        sent(application, cookie=f"session={number}")

    assert len(application._refused) == 2


def test_who_is_turned_away_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[tuple[Any, ...]] = []
    monkeypatch.setattr("config.turnstile.request_answered", lambda *told: counted.append(told[:3]))
    application = Turnstile(Inside())

    sent(application)
    sent(application)

    assert counted == [("turned_away", "POST", 429)]
