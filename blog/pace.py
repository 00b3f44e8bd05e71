"""How fast somebody may save: as often as a limit says, and one at a time of those who save on and on."""

import threading

from django.http import HttpRequest

from accounts import limits
from accounts.http import length_of, with_person

_one_in_a_hurry = threading.Semaphore(1)  # In each process. The rest give way.


def let_in(request: HttpRequest, limit: str) -> None:
    """Count one more call of whoever asks against the limit in this setting. Raises TooMany."""
    whose = str(with_person(request).user.pk)
    if limits.keep_pace(limit, whose, length_of(request)):
        if not _one_in_a_hurry.acquire(blocking=False):
            raise limits.give_way(limit, whose)
        request.is_in_a_hurry = True  # type: ignore[attr-defined]  # until it is answered


def let_go(request: HttpRequest) -> None:
    """Make room for the next in a hurry, now that this one is answered."""
    if getattr(request, "is_in_a_hurry", False):
        _one_in_a_hurry.release()
