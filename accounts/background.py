"""Work in a thread of its own, so that nobody waits for it longer than they choose to."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from django.db import connections

from observability import request_ids

T = TypeVar("T")

logger = logging.getLogger(__name__)

PAUSE_AFTER_A_FAULT_SECONDS = 60.0


def start(work: Callable[[], T]) -> Future[T]:
    """Begin the work and return its result to come. It goes on when nobody waits any more, and dies with the process."""
    result: Future[T] = Future()
    request_id = request_ids.current()  # What comes of a request is logged as part of it.

    def run() -> None:
        try:
            try:
                with request_ids.within(request_id):
                    value = work()
            finally:
                connections.close_all()  # This thread's own.
        except BaseException as error:  # noqa: BLE001 — whoever asks for the result gets it.
            result.set_exception(error)
        else:
            result.set_result(value)

    threading.Thread(target=run, daemon=True).start()
    return result


def repeat(work: Callable[[], float], *, first_in_seconds: float) -> None:
    """Do the work again and again; it returns the pause until the next time. It touches no database."""

    def run() -> None:
        pause = first_in_seconds
        while True:
            time.sleep(pause)
            try:
                pause = work()
            except Exception:
                logger.exception("Work in the background failed; it goes on in a minute")
                pause = PAUSE_AFTER_A_FAULT_SECONDS

    threading.Thread(target=run, daemon=True).start()
