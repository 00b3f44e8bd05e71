"""Whether a worker still works: it says so in memory that it shares with the process above it.

Its heart beats in a thread of its own. So it stops with a process that is stopped, or in which one thread keeps the
interpreter to itself. And it does not beat while every thread is busy and none takes up another request: then nobody
is served, however well the process is.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from multiprocessing.sharedctypes import RawValue
from typing import Any

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]

BEAT_SECONDS = 0.5


class Heart:
    """Made before a worker is forked: the process above looks at it, and the worker lets it beat."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._made_at = time.monotonic()
        self._last_beat = RawValue("d", 0.0)
        self._says_goodbye = RawValue("b", 0)
        self._busy: set[int] = set()
        self._taken_up = 0

    @property
    def has_begun(self) -> bool:
        return bool(self._last_beat.value)

    def silent_seconds(self) -> float:
        """Return how long ago it beat last, or was made."""
        return float(time.monotonic() - (self._last_beat.value or self._made_at))

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
            busy.add(thread)
            try:
                return application(environ, start_response)
            finally:
                busy.discard(thread)

        return counted

    def start(self) -> None:
        self._last_beat.value = time.monotonic()
        threading.Thread(target=self._go_on, name="heart", daemon=True).start()

    def _go_on(self) -> None:
        seen, above = -1, os.getppid()
        while True:
            if os.getppid() != above:
                os.kill(os.getpid(), signal.SIGTERM)  # The process above was killed: nobody would end this one.
            if len(self._busy) < self._threads or self._taken_up != seen:
                self._last_beat.value = time.monotonic()
            seen = self._taken_up
            time.sleep(BEAT_SECONDS)


def closing(start_response: Any) -> Any:
    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, ("Connection", "close")], *more)

    return start
