"""Rows of SQLite that were read before and cannot have changed: it tells that sooner than it finds them again."""

from __future__ import annotations

import sqlite3
import threading
from typing import Any

Row = tuple[Any, ...]

MOST_ROWS = 200


class Unchanged(threading.local):
    """What one thread has read by its connection since anybody last wrote.

    SQLite gives the file another `data_version` for this connection once any other has committed, in this process or
    not, and counts by itself what this one has changed. Source: https://www.sqlite.org/pragma.html#pragma_data_version
    """

    def __init__(self) -> None:
        self._as_of: tuple[Any, ...] = ()
        self._rows: dict[tuple[str, tuple[str, ...]], Row | None] = {}

    def row(self, database: sqlite3.Connection, sql: str, parameters: tuple[str, ...]) -> Row | None:
        """Return the first row of a query that depends on nothing but what is in the database."""
        if database.in_transaction:  # What was written in it may yet be taken back, and none of the two would tell.
            return _read(database, sql, parameters)
        # Before the row: what is committed between the two has it read again.
        as_of = (database, database.execute("PRAGMA data_version").fetchone(), database.total_changes)
        if as_of != self._as_of or len(self._rows) >= MOST_ROWS:
            self._as_of, self._rows = as_of, {}
        asked = (sql, parameters)
        if asked not in self._rows:
            self._rows[asked] = _read(database, sql, parameters)
        return self._rows[asked]


def _read(database: sqlite3.Connection, sql: str, parameters: tuple[str, ...]) -> Row | None:
    row: Row | None = database.execute(sql, parameters).fetchone()
    return row


unchanged = Unchanged()
