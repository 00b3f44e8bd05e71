"""A key ring of one's own for each test, and a hold on what Descope answers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from accounts import descope, keys

Answer = Callable[[httpx.Request], httpx.Response] | httpx.Response | Exception


class Wire:
    """What goes to Descope and comes back. The sandbox answers, unless a test says otherwise."""

    def __init__(self, sandbox: Callable[[httpx.HTTPTransport, httpx.Request], httpx.Response]) -> None:
        self.asked: list[str] = []
        self._sandbox = sandbox
        self._answers: dict[str, Answer] = {}

    def answers(self, path: str, answer: Answer) -> None:
        """Answer calls whose address contains `path` with this; an exception is raised in place of an answer."""
        self._answers[path] = answer

    def says(self, path: str, body: Any, status: int = 200) -> None:
        self.answers(path, httpx.Response(status, json=body))

    def is_down(self) -> None:
        self.answers("", httpx.ConnectError("nobody answers"))

    def recovers(self) -> None:
        """Answer as ever, to callers that have waited out the pause after a failure."""
        self._answers.clear()
        descope.breaker.answered()

    def times_asked(self, path: str) -> int:
        return sum(path in asked for asked in self.asked)

    def pass_on(self, request: httpx.Request) -> httpx.Response:
        """Return the sandbox's own answer, for an answer of a test's that wants it."""
        return self._sandbox(httpx.HTTPTransport(), request)

    def carry(self, transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        answer = next((a for path, a in self._answers.items() if path in request.url.path), None)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            # Each caller reads a response of its own.
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        return answer(request) if answer else self._sandbox(transport, request)


@pytest.fixture
def wire(network: None, monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire(httpx.HTTPTransport.handle_request)
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda *call: wire.carry(*call))
    return wire


@pytest.fixture(autouse=True)
def ring(monkeypatch: pytest.MonkeyPatch) -> keys.KeyRing:
    """An empty key ring: what one test fetched, or was refused, is nothing to the next."""
    ring = keys.KeyRing()
    monkeypatch.setattr(keys, "ring", ring)
    return ring


@pytest.fixture(autouse=True)
def grace(settings: Settings) -> None:
    """None: what an outage does is at its plainest without. tests/accounts/test_grace.py has it back."""
    settings.SESSION_GRACE = timedelta(days=-1)
