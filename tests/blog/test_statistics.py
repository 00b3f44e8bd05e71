"""SQLite knows how much is in its tables."""

import pytest
from django.db import connection

from blog import statistics
from blog.models import Post


def known_tables() -> set[str]:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps its statistics by itself")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name = 'sqlite_stat1'")
        if cursor.fetchone() is None:
            return set()
        cursor.execute("SELECT tbl FROM sqlite_stat1")
        return {table for (table,) in cursor.fetchall()}


@pytest.fixture(autouse=True)
def _anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "_refreshed_at", float("-inf"))


def test_sqlite_is_told_to_look_at_tables_with_posts_in_them(draft: Post) -> None:
    before = known_tables()

    statistics.refresh_daily()

    assert Post._meta.db_table not in before
    assert Post._meta.db_table in known_tables()


@pytest.mark.no_database
def test_it_is_told_once_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[None] = []
    now = {"now": 0.0}
    monkeypatch.setattr(statistics, "refresh", lambda: told.append(None))
    monkeypatch.setattr("blog.statistics.time.monotonic", lambda: now["now"])

    for now["now"] in (0.0, 1.0, statistics.REFRESHED_EVERY_SECONDS - 1, statistics.REFRESHED_EVERY_SECONDS):
        statistics.refresh_daily()

    assert len(told) == 2
