"""When the database does not take or give what is asked of it: gone, locked, full or read-only.

Whoever asks gets 503 with what they typed, and may try again; nothing of theirs is half done, because every change is
one transaction. A fault in a statement of ours is no outage, and is answered as any other fault.
"""

import errno
import logging
import sqlite3
import time
from contextlib import suppress

from django.core.signals import request_started
from django.db import Error, InterfaceError, InternalError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from accounts.http import ASKED_IN, posted_texts, problem, wants_json
from accounts.seldom import Seldom
from observability import counters

from .look import look_of

RETRY_AFTER_SECONDS = 10
# So long after an outage, each request opens its connection anew: one that was opened in it may be read-only for good.
MISTRUSTED_SECONDS = 60.0
SAVED = "What was saved before is safe. Try again in a minute."

# What it says where it was opened as one that may only be read, or is not there.
OPENED_IN_VAIN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
# What SQLite says of a file, a disk or a lock. Its plain SQLITE_ERROR is of a statement that is wrong.
SQLITE_OUTAGES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}
POSTGRESQL_READ_ONLY = "25006"  # As of a standby that has not taken over yet.
DISK_OUTAGES = {errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EFBIG}

seldom = Seldom(logging.getLogger(__name__))
_mistrusted_until = float("-inf")
_held: dict[str, sqlite3.Connection] = {}  # By database.


def is_outage(error: BaseException | None) -> bool:
    """Whether this is the database or the disk refusing, which passes, and no fault of ours."""
    if isinstance(error, OSError):
        return error.errno in DISK_OUTAGES
    cause = error.__cause__ if isinstance(error, Error) else None
    if isinstance(cause, sqlite3.Error):
        return _code(cause) in SQLITE_OUTAGES
    if isinstance(error, InternalError):
        return getattr(cause, "sqlstate", None) == POSTGRESQL_READ_ONLY
    return isinstance(error, OperationalError | InterfaceError)


def unavailable(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Answer 503 with nothing on the page that needs the database; but what was typed comes back."""
    begin_anew()
    if _code(error.__cause__) in OPENED_IN_VAIN:
        _held.clear()
    counters.database_errors.add(type(error).__name__)
    seldom.error("Answered 503, because the database or its disk refuses: %s: %s", type(error).__name__, _told(error))
    is_reading = request.method in ("GET", "HEAD")
    title = "We will be right back" if is_reading else "This could not be saved just now"
    if wants_json(request):
        response: HttpResponse = problem(503, f"{title}. {SAVED}")
    else:
        context = {"title": title, "saved": SAVED, "fields": posted_texts(request), "look": look_of(request)}
        response = HttpResponse(render_to_string("503.html", context), status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    add_never_cache_headers(response)
    patch_vary_headers(response, ASKED_IN)
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django's own mark: it would log each with a traceback.
    return response


def begin_anew() -> None:
    """Close what this thread has open, and have every request open its own for a while."""
    global _mistrusted_until
    _mistrusted_until = time.monotonic() + MISTRUSTED_SECONDS
    _close()


def keep_open() -> None:
    """Keep SQLite's file open in this process from its first connection on, whatever connections are closed meanwhile.

    Whoever closes it as the last takes down the index of the log beside it. Who comes next has to write that again before
    anything can be read, which a full disk refuses.
    """
    connection_created.connect(_hold, dispatch_uid="config.outages.keep_open")


def _hold(connection: BaseDatabaseWrapper, **told: object) -> None:
    if connection.vendor == "sqlite" and connection.alias not in _held:
        held = sqlite3.connect(connection.settings_dict["NAME"], check_same_thread=False)
        with suppress(sqlite3.Error):
            held.execute("PRAGMA schema_version").fetchone()  # Only then is the index open, too.
        _held[connection.alias] = held


def _close() -> None:
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


def _reopen(**told: object) -> None:
    if time.monotonic() < _mistrusted_until:
        _close()


def _code(cause: BaseException | None) -> int:
    """Return what SQLite says in one number, without the details."""
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF


def _told(error: BaseException) -> str:
    """Return the first line of what it says; what may follow is of the statement."""
    return str(error).partition("\n")[0][:200]


request_started.connect(_reopen, dispatch_uid="config.outages")
