"""Whether a worker still works: it says so in memory that it shares with the process above it.

Its heart beats in a thread of its own. So it stops with a process that is stopped, or in which one thread keeps the
interpreter to itself. And it does not beat while every thread is busy and none takes up another request: then nobody
is served, however well the process is. A thread that waits for what a caller sends is not busy: another worker would
have to wait for it as long.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.sharedctypes import RawValue
from typing import Any, BinaryIO, TypeVar

T = TypeVar("T")
WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]

BEAT_SECONDS = 0.5


class Heart:
    """Made before a worker is forked: the process above looks at it, and the worker lets it beat."""

    def __init__(self, threads: int) -> None:
        self._threads, self._above = threads, os.getpid()
        self._beats = RawValue("Q", 0)
        self._seen, self._silent_seconds = 0, 0.0
        self._says_goodbye = RawValue("b", 0)
        self._busy: set[int] = set()
        self._taken_up = 0

    @property
    def has_begun(self) -> bool:
        return bool(self._beats.value)

    def silent_seconds(self, passed_seconds: float) -> float:
        """Return for how long it has not beaten, where so many seconds have passed since this was asked last."""
        beats = self._beats.value
        self._silent_seconds = self._silent_seconds + passed_seconds if beats == self._seen else 0.0
        self._seen = beats
        return self._silent_seconds

    def say_goodbye(self) -> None:
        """From now on let each answer be the last on its connection, so that none is cut off when the worker ends."""
        self._says_goodbye.value = 1

    def counting(self, application: WSGI) -> WSGI:
        """Return the application with each request counted while it is answered."""
        busy, this_thread, goodbye = self._busy, threading.get_ident, self._says_goodbye

        def counted(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            if goodbye.value:
                start_response = closing(start_response)
            self._taken_up += 1  # Two threads at once may add but one: it only has to change.
            thread = this_thread()
            environ["wsgi.input"] = Body(environ["wsgi.input"], busy)
            busy.add(thread)
            try:
                return application(environ, start_response)
            finally:
                busy.discard(thread)

        return counted

    def start(self) -> None:
        self._beats.value += 1
        threading.Thread(target=self._go_on, name="heart", daemon=True).start()

    def _go_on(self) -> None:
        seen = -1
        while True:
            if os.getppid() != self._above:
                os.kill(os.getpid(), signal.SIGTERM)  # The process above was killed: nobody would end this one.
            if len(self._busy) < self._threads or self._taken_up != seen:
                self._beats.value += 1
            seen = self._taken_up
            time.sleep(BEAT_SECONDS)


class Body:
    """What a caller sends."""

    def __init__(self, body: BinaryIO, busy: set[int]) -> None:
        self._body, self._busy = body, busy

    def read(self, *size: int) -> bytes:
        return self._wait(self._body.read, *size)

    def readline(self, *size: int) -> bytes:
        return self._wait(self._body.readline, *size)

    def readlines(self, *hint: int) -> list[bytes]:
        return self._wait(self._body.readlines, *hint)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _wait(self, read: Callable[..., T], *size: int) -> T:
        thread = threading.get_ident()
        self._busy.discard(thread)
        try:
            return read(*size)
        finally:
            self._busy.add(thread)


def closing(start_response: Any) -> Any:
    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, ("Connection", "close")], *more)

    return start
