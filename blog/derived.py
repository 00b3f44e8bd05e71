"""Writing what can be made again at any time: nobody waits until it is on the disk."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def may_be_lost() -> Iterator[None]:
    """Let what is committed inside be lost if the power fails now. What was committed before is safe, as ever.

    A process that is killed loses nothing of it. Inside a transaction of somebody's it changes nothing: theirs may hold
    more than that. Source: SQLite, PRAGMA synchronous; PostgreSQL, synchronous_commit.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        _ask("PRAGMA synchronous=NORMAL")
        try:
            yield
        finally:
            _ask("PRAGMA synchronous=FULL")
    else:
        with transaction.atomic():
            _ask("SET LOCAL synchronous_commit TO off")
            yield


def _ask(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
