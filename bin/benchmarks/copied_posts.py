"""Have the database copy posts that were put down before, each with a number, title, address, date and seal of its own.

What it copies never leaves the database: neither is it sent, nor compressed again. On PostgreSQL it is not taken into
words again either, for which the function that does so remembers what it said of each text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model

    from blog.models import Revision


@dataclass(frozen=True)
class Copied:
    """A published post that is to be as `original` is, but for what its own revision says."""

    original: int
    revision: Revision
    series: int | None  # The key.
    found_by: str  # What the index keeps of its title.
    written_at: datetime
    sealed_at: datetime
    at: datetime

    @property
    def row(self) -> list[Any]:
        revision = self.revision
        own = [revision.post_id, revision.pk, revision.slug, revision.title, revision.series, revision.digest]
        return [self.original, *own, self.series, self.found_by, self.written_at, self.sealed_at, self.at]


COLUMNS = {
    "original": "bigint",
    "post": "bigint",
    "revision": "bigint",
    "slug": "text",
    "title": "text",
    "series": "text",
    "digest": "text",
    "series_id": "bigint",
    "found_by": "text",
    "written_at": "timestamp with time zone",
    "sealed_at": "timestamp with time zone",
    "at": "timestamp with time zone",
}
TABLE = f"CREATE TEMPORARY TABLE copied ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})"
ROW = f"INSERT INTO copied VALUES ({', '.join(['%s'] * len(COLUMNS))})"  # noqa: S608 — names of our own.
# How rows that name no post are known to be of the original.
OF_LIVE_REVISION = "theirs.revision_id = (SELECT live_revision_id FROM blog_post WHERE blog_post.id = copied.original)"

REMEMBERED = (
    "CREATE TEMPORARY TABLE remembered AS SELECT DISTINCT ON (digest) md5(text) AS digest, "
    "blog_search_words(text, 'D') AS vector FROM blog_searchentry"
)
ORIGINAL = "SELECT prosrc, pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'blog_search_words'"
REMEMBERING = """
CREATE OR REPLACE FUNCTION blog_search_words(words text, weight text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT COALESCE((SELECT vector FROM remembered WHERE weight = 'D' AND digest = md5(words)), ({original}))
$$
"""


@contextmanager
def copying(cursor: Any, vendor: str) -> Iterator[None]:
    """Be ready to copy what is there by now. Afterwards the database is as it was."""
    cursor.execute(TABLE)
    if vendor == "postgresql":
        cursor.execute(ORIGINAL)
        [(original, definition)] = cursor.fetchall()
        cursor.execute(REMEMBERED)
        cursor.execute("CREATE INDEX ON remembered (digest)")
        cursor.execute("ANALYZE remembered")
        cursor.execute(REMEMBERING.format(original=original))
    try:
        yield
    finally:
        if vendor == "postgresql":
            cursor.execute(definition)
            cursor.execute("DROP TABLE remembered")
        cursor.execute("DROP TABLE copied")


def copy(cursor: Any, batch: Sequence[Copied]) -> None:
    """Put these down. Inside a transaction: keys of posts that are still to come are looked at when that ends."""
    cursor.execute("DELETE FROM copied")
    cursor.executemany(ROW, [one.row for one in batch])
    for model, changed in _changed().items():
        cursor.execute(_statement(model, changed))


def _changed() -> dict[type[Model], dict[str, str]]:
    """Return what a copy has of its own in each table, in the order in which the guards of the database want them."""
    from blog.models import Approval, Edition, HistoryEntry, Post, Revision, RevisionWriter, SearchEntry, Tagging

    words = {name: name for name in ("slug", "title", "series")}
    of_post = {"post_id": "post", "revision_id": "revision"}
    written = {"created_at": "sealed_at"}
    points = {"live_revision_id": "revision", "live_since": "at", "published_at": "at", "updated_at": "sealed_at"}
    done_at = "CASE verb WHEN 'write' THEN copied.written_at WHEN 'submit' THEN copied.sealed_at ELSE copied.at END"
    done_to = "CASE WHEN theirs.revision_id IS NOT NULL THEN copied.revision END"
    return {
        Revision: {"id": "revision", "post_id": "post", "digest": "digest", **words, **written},
        RevisionWriter: {"revision_id": "revision"},
        Approval: {"revision_id": "revision", "at": "at"},
        Post: {"id": "post", **words, **written, **points},
        Edition: {**of_post, "series_id": "series_id", "published_at": "at"},
        Tagging: {**of_post, "published_at": "at"},
        HistoryEntry: {"post_id": "post", "revision_id": done_to, "at": done_at},
        SearchEntry: {**of_post, "title": "found_by"},
    }


def _statement(model: type[Model], changed: dict[str, str]) -> str:
    """Return what copies the rows of the originals in one table. Keys that the database gives, it gives anew."""
    from django.db import connection
    from django.db.models import AutoField

    quoted, table = connection.ops.quote_name, model._meta.db_table
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    columns = [one.attname for one in fields if not isinstance(one, AutoField) or one.attname in changed]
    values = [_value(changed[name]) if name in changed else f"theirs.{quoted(name)}" for name in columns]
    ways = {"live_revision_id": "theirs.id = copied.original", "post_id": "theirs.post_id = copied.original"}
    way = next((way for name, way in ways.items() if name in columns), OF_LIVE_REVISION)
    insert = f"INSERT INTO {table} ({', '.join(map(quoted, columns))})"
    order = f"copied.post, theirs.{quoted(model._meta.pk.attname)}"
    return f"{insert} SELECT {', '.join(values)} FROM copied JOIN {table} theirs ON {way} ORDER BY {order}"  # noqa: S608


def _value(told: str) -> str:
    return told if " " in told else f"copied.{told}"
