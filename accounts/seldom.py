"""Says a thing in the log at most once a minute, however often it happens."""

import logging
import time
from collections.abc import Callable

PAUSE_SECONDS = 60.0


class Seldom:
    """For faults that every request meets while they last. Each process has its own count.

    Threads need no lock: at worst two of them say it in the same moment.
    """

    def __init__(self, logger: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._logger = logger
        self._clock = clock
        self._said_at = float("-inf")
        self._unsaid = 0

    def error(self, message: str, *args: object) -> None:
        """Log this, and how often the like was not logged since the last time."""
        if self._clock() - self._said_at < PAUSE_SECONDS:
            self._unsaid += 1
            return
        self._said_at, unsaid, self._unsaid = self._clock(), self._unsaid, 0
        more = f" ({unsaid} times more since this was last said)" if unsaid else ""
        self._logger.error(message + "%s", *args, more)
