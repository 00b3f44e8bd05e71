"""Who asks, and what the site's version is: one query, past Django's cursors, which take longer than the database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.db import DEFAULT_DB_ALIAS, connection, connections

from accounts import session_rows, sessions
from accounts.models import User
from accounts.vault import digest
from blog.models import Notification, SiteVersion

from .unchanged import Row, unchanged

VERSION, OF_DESK = (
    f"(SELECT value FROM {SiteVersion._meta.db_table} WHERE id = {row})"  # noqa: S608 — names of our own.
    for row in SiteVersion.Row
)
# At most too many: not all that somebody was told of they may still see.
HAS_UNREAD = (
    f"EXISTS (SELECT 1 FROM {Notification._meta.db_table} told "  # noqa: S608 — as above.
    "WHERE told.person_id = accounts_user.id AND told.is_listed AND told.read_at IS NULL)"
)


def version() -> str | None:
    """Return the site's version; None where it has none yet."""
    row = _row(f"SELECT {VERSION}", ())
    return row[0] if row else None


@dataclass(frozen=True)
class Member:
    """Somebody who is signed in, and what is new to them."""

    user: User
    version: str
    desk_version: str  # Of all posts, whoever sees them.
    has_unread: bool  # At most too often: `HAS_UNREAD`.


def member(key: str) -> Member | None:
    """Return whose session this key opens; None where Django has to look.

    The session is new to this process, or over, or its token is, or it is due for another key.
    """
    used = digest(key)
    row = _row(_query(), (used,))
    if row is None:
        return None
    *own, site_version, desk_version, has_unread = row
    session = sessions.recalled(used, tuple(own))
    if session is None or session.is_key_outdated or site_version is None or desk_version is None:
        return None
    return Member(session.user, site_version, desk_version, bool(has_unread))


@cache
def _query() -> str:
    sql = session_rows.query(VERSION, OF_DESK, HAS_UNREAD)
    return sql.replace("%s", "?") if connection.vendor == "sqlite" else sql


def _row(sql: str, parameters: tuple[str, ...]) -> Row | None:
    here = connections[DEFAULT_DB_ALIAS]  # Each look at `connection` finds this thread's anew.
    if here.connection is None:
        here.ensure_connection()
    with here.wrap_database_errors:
        if here.vendor == "sqlite":
            return unchanged.row(here.connection, sql, parameters)
        row: Row | None = here.connection.execute(sql, parameters).fetchone()
    return row
