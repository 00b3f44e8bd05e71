"""The number of the request at hand: on each line of the log, and on the page that says something broke."""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token

# What proxies make: UUIDs, hexadecimal digits, base64. Nothing that could end a line or a field of the log.
WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+/=:-]{7,63}")

KEY = (
    "galley.request_id"  # Where in a WSGI environment it is, once it is chosen: callers set nothing under such a name.
)

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """Return the number of the request at hand, or of the one that began this work; empty outside of any."""
    return _current.get()


def chosen(offered: str) -> str:
    """Return the number that somebody trusted has given the request, if it is well-formed, or else a new one."""
    if offered and WELL_FORMED.fullmatch(offered):
        return offered
    return f"{random.getrandbits(64):016x}"


@contextmanager
def within(request_id: str) -> Iterator[None]:
    """Let all that is done inside be part of this request."""
    token = enter(request_id)
    try:
        yield
    finally:
        leave(token)


def enter(request_id: str) -> Token[str]:
    """Begin what `within` does, for the middleware that each request goes through: a generator takes ten times longer."""
    return _current.set(request_id)


def leave(token: Token[str]) -> None:
    _current.reset(token)
