"""What a database knows of how much is in its tables, by which it chooses between two ways to the same rows.

PostgreSQL keeps that by itself. SQLite never looks unless it is told to, and chooses blindly until then. Source:
https://www.sqlite.org/lang_analyze.html
"""

import time

from django.db import DEFAULT_DB_ALIAS, connections

REFRESHED_EVERY_SECONDS = 24 * 60 * 60.0
MOST_ROWS_LOOKED_AT = 1000  # Of each index: so it takes some milliseconds, however long the tables are.

_refreshed_at = float("-inf")


def refresh_daily() -> None:
    """Have SQLite look again, once a day in each process that asks for it."""
    global _refreshed_at
    if time.monotonic() - _refreshed_at >= REFRESHED_EVERY_SECONDS:
        refresh()
        _refreshed_at = time.monotonic()


def refresh() -> None:
    """Have SQLite look now."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit = {MOST_ROWS_LOOKED_AT}")
            cursor.execute("ANALYZE")
