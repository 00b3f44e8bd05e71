"""Keeps a provider that does not answer from holding every thread."""

import time
from collections.abc import Callable


class Breaker:
    """After a failure nobody calls for a while; then one caller tries, and the others go on when it succeeds.

    Each process has its own. What is read and written is one number, so threads need no lock: at worst two of
    them try at the same moment.
    """

    def __init__(self, pause_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._pause_seconds = pause_seconds
        self._clock = clock
        self._closed_until = float("-inf")

    @property
    def is_open(self) -> bool:
        """Whether nobody may call at this moment. Asking changes nothing."""
        return self._clock() < self._closed_until

    def admits(self) -> bool:
        """Whether to call now. The first to be told so after a failure is the only one until it reports back."""
        if self._closed_until == float("-inf"):
            return True
        if self._clock() < self._closed_until:
            return False
        self.failed()
        return True

    def failed(self) -> None:
        self._closed_until = self._clock() + self._pause_seconds

    def answered(self) -> None:
        self._closed_until = float("-inf")
