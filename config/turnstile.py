"""Turns away whoever sends again at once what was refused as too often, before Django looks at it.

To know somebody by their session, find the view and count takes Django 2 ms, and those who take no notice send without
a pause. What they would be answered is known: it is what they were answered a moment ago.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import Any

from .metrics import request_answered

Headers = list[tuple[str, str]]

MOST_REMEMBERED = 1000
LONGEST_SECONDS = 5
AGAIN = b"That is still too often. Wait a little; your browser still has what you typed, on the page before.\n"
LEFT_OUT = ("set-cookie", "content-length", "x-request-id")


class Turnstile:
    """A WSGI application around another."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self._refused: dict[bytes, tuple[float, str, Headers]] = {}  # Until when, and with which status and headers.

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST" or "HTTP_COOKIE" not in environ:
            return self.application(environ, start_response)  # type: ignore[no-any-return]
        began_at, sender = time.perf_counter(), _name_of(environ)
        until, status, headers = self._refused.get(sender, (0.0, "", []))
        if time.monotonic() < until:
            request_answered("turned_away", "POST", int(status[:3]), time.perf_counter() - began_at)
            start_response(status, headers)
            return [AGAIN]

        def noting(status: str, headers: Headers, *more: Any) -> Any:
            if status.startswith("429 "):
                self._note(sender, status, headers)
            return start_response(status, headers, *more)

        return self.application(environ, noting)  # type: ignore[no-any-return]

    def _note(self, sender: bytes, status: str, headers: Headers) -> None:
        """Remember a refusal that is a line of text: who gets a page has not been told before."""
        told = {name.lower(): value for name, value in headers}
        if not told.get("content-type", "").startswith("text/plain"):
            return
        now = time.monotonic()
        if len(self._refused) >= MOST_REMEMBERED:
            self._refused = {one: kept for one, kept in list(self._refused.items()) if kept[0] > now}
        kept = [(name, value) for name, value in headers if name.lower() not in LEFT_OUT]
        until = now + min(int(told.get("retry-after", "0")), LONGEST_SECONDS)
        self._refused[sender] = (until, status, [*kept, ("Content-Length", str(len(AGAIN)))])


def _name_of(environ: Mapping[str, Any]) -> bytes:
    """Return what a browser and what it sends to are known by."""
    return blake2b(f"{environ['HTTP_COOKIE']} {environ['PATH_INFO']}".encode(errors="replace"), digest_size=16).digest()
