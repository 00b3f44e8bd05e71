"""Who writes next on SQLite, where one writes at a time.

SQLite has those who wait try again by chance, and sleep the longer the longer they have waited: who came last is first,
and in a crowd some wait in vain. Here all who wait stand in a line in each process, and the first of each line tries again
every few milliseconds. PostgreSQL keeps a queue by itself.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

PATIENCE_SECONDS = 20.0
BETWEEN_TRIES_MS = 3  # SQLite tries once more within it.
READING = ("SELECT", "PRAGMA", "EXPLAIN")

_lines: dict[str, threading.Lock] = defaultdict(threading.Lock)  # By database.
_waits: ContextVar[bool] = ContextVar("waits", default=True)


def keep_in_line(connection: BaseDatabaseWrapper, **told: Any) -> None:
    """Have a connection that was opened wait in line before it writes."""
    if connection.vendor == "sqlite":
        connection.connection.execute(f"PRAGMA busy_timeout = {BETWEEN_TRIES_MS}")
        if _in_turn not in connection.execute_wrappers:
            connection.execute_wrappers.insert(0, _in_turn)


@contextmanager
def without_waiting() -> Iterator[None]:
    """Let SQLite say at once that somebody else writes. PostgreSQL locks rows alone, and is asked to skip those."""
    token = _waits.set(False)
    try:
        yield
    finally:
        _waits.reset(token)


def _in_turn(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    connection = context["connection"]
    if connection.in_atomic_block or many:  # Its turn came when the transaction began.
        return execute(sql, params, many, context)
    patience = PATIENCE_SECONDS if _waits.get() else 0
    give_up_at = time.monotonic() + patience
    if sql.startswith(READING):
        return _when_free(execute, sql, params, context, give_up_at)
    line = _lines[connection.alias]
    is_first = line.acquire(timeout=patience)
    try:
        return _when_free(execute, sql, params, context, give_up_at)
    finally:
        if is_first:
            line.release()


def _when_free(execute: Callable[..., Any], sql: str, params: Any, context: dict[str, Any], give_up_at: float) -> Any:
    while True:
        try:
            return execute(sql, params, False, context)
        except OperationalError as refused:
            code = getattr(refused.__cause__, "sqlite_errorcode", 0)
            if code & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= give_up_at:
                raise
