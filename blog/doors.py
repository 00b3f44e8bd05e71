"""By which door somebody came: the history keeps it with each move."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import TextChoices


class Door(TextChoices):
    PAGE = "page", "on the site"
    API = "api", "through the API"
    COMMAND = "command", "by a command"
    CLOCK = "clock", "as scheduled"


_door = ContextVar("door", default=Door.COMMAND)


def door() -> Door:
    """Return the door of what is being done now. Where nobody said, it is a command."""
    return _door.get()


@contextmanager
def entered_by(door: Door) -> Iterator[None]:
    token = _door.set(door)
    try:
        yield
    finally:
        _door.reset(token)
