"""When a post came out, beside each of its tags, its author and its series: the database copies it there by itself.

So one index has the posts of each label in the order of lists, and a page of them costs the same however many there are.
The post's own date is the one that counts. Whoever writes another one beside a label gets the post's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Model, OuterRef, Q, Subquery

from accounts.guards import Event
from blog.models import Edition, Post, Tagging

POST = Post._meta.db_table
LABELLED: tuple[type[Model], ...] = (Tagging, Edition)
COLUMN = "published_at"
OF_POST = f"(SELECT {POST}.{COLUMN} FROM {POST} WHERE {POST}.id = NEW.post_id)"  # noqa: S608 — names of our own.


@dataclass(frozen=True)
class Copy:
    """Takes the date of a post over to the rows of a table that label it: when they are written, or when the post is."""

    model: type[Model]
    event: Event
    is_of_post: bool = False

    @property
    def rows(self) -> str:
        return self.model._meta.db_table

    @property
    def table(self) -> str:
        return POST if self.is_of_post else self.rows

    @property
    def name(self) -> str:
        return f"{self.rows}_date_of_post" if self.is_of_post else f"{self.rows}_date_on_{self.event.lower()}"

    @property
    def tables(self) -> frozenset[str]:
        return frozenset({POST, self.rows})

    def is_for(self, connection: BaseDatabaseWrapper) -> bool:
        """Not where an earlier release is to run, which knows no such column."""
        with connection.cursor() as cursor:
            columns = connection.introspection.get_table_description(cursor, self.rows)
        return any(column.name == COLUMN for column in columns)

    def statements(self, vendor: str) -> list[str]:
        return {"sqlite": self._for_sqlite, "postgresql": self._for_postgresql}[vendor]()

    def _for_sqlite(self) -> list[str]:
        other = f"OLD.{COLUMN}" if self.is_of_post else OF_POST
        return [
            f"DROP TRIGGER IF EXISTS {self.name}",
            f"CREATE TRIGGER {self.name} AFTER {self.event} ON {self.table} FOR EACH ROW "
            f"WHEN NEW.{COLUMN} IS NOT {other} BEGIN {self._to_rows}; END",
        ]

    def _for_postgresql(self) -> list[str]:
        when, what = ("AFTER", self._to_rows) if self.is_of_post else ("BEFORE", f"NEW.{COLUMN} := {OF_POST}")
        condition = f"WHEN (NEW.{COLUMN} IS DISTINCT FROM OLD.{COLUMN}) " if self.is_of_post else ""
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger AS $$ BEGIN {what}; RETURN NEW; END "
            "$$ LANGUAGE plpgsql",
            f"CREATE OR REPLACE TRIGGER {self.name} {when} {self.event} ON {self.table} FOR EACH ROW {condition}"
            f"EXECUTE FUNCTION {self.name}()",
        ]

    @property
    def _to_rows(self) -> str:
        post, at = ("NEW.id", f"NEW.{COLUMN}") if self.is_of_post else ("NEW.post_id", OF_POST)
        return f"UPDATE {self.rows} SET {COLUMN} = {at} WHERE post_id = {post}"  # noqa: S608 — as above.


COPIES = [
    *(Copy(model, "UPDATE", is_of_post=True) for model in LABELLED),
    *(Copy(model, event) for model in LABELLED for event in ("INSERT", "UPDATE")),
]


def fill(using: str) -> None:
    """Copy what was written while the triggers were away."""
    if all(copy.is_for(connections[using]) for copy in COPIES):
        for rows in _wrong(using):
            rows.update(published_at=Subquery(Post.objects.filter(pk=OuterRef("post")).values(COLUMN)))


def mismatches(using: str) -> Iterator[str]:
    """Name the posts that stand under a label with another date than their own. Nothing is changed."""
    for rows in _wrong(using):
        for post in rows.order_by("post").values_list("post", flat=True).distinct():
            table = rows.model._meta.db_table
            yield f"post {post} has another date in {table} than its own; run manage.py migrate"


def _wrong(using: str) -> Iterator[Any]:
    for model in LABELLED:
        is_same = Q(published_at=F("post__published_at")) | Q(published_at=None, post__published_at=None)
        yield model._default_manager.using(using).exclude(is_same)
