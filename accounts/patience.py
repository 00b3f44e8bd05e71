"""How long one request waits for Descope: less than three seconds over all its calls, whatever it is that hangs.

Time-outs of sockets are not enough. They hold for each step anew: finding the host, each of its addresses, each part
of an answer that trickles. And an act of an admin's makes six calls in a row.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from . import background

T = TypeVar("T")

REQUEST_SECONDS = 2.5
TOO_LITTLE_SECONDS = 0.05

_ends_at: ContextVar[float | None] = ContextVar("patience_ends_at", default=None)


@contextmanager
def of_one_request() -> Iterator[None]:
    """Let all calls inside share the time of one request. Commands and background work have no such end."""
    token = _ends_at.set(time.monotonic() + REQUEST_SECONDS)
    try:
        yield
    finally:
        _ends_at.reset(token)


def seconds_left() -> float:
    """Return how long this request may still wait, never less than 0; outside of any, as long as a whole one."""
    ends_at = _ends_at.get()
    return REQUEST_SECONDS if ends_at is None else max(0.0, ends_at - time.monotonic())


def is_over() -> bool:
    """Whether a request has too little time left to ask anything."""
    return _ends_at.get() is not None and seconds_left() < TOO_LITTLE_SECONDS


def bounded(call: Callable[[], T]) -> T:
    """Return what the call returns. In a request, raises TimeoutError when its time is up, whatever the call does."""
    if _ends_at.get() is None:
        return call()
    return background.start(call).result(timeout=seconds_left())
