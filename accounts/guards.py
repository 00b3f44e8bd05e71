"""Rules the database keeps by itself, as triggers: no door, bulk update or slip in a shell gets around them.

They are laid aside while migrations run and put back afterwards, come what may, because SQLite loses the triggers of
a table that a migration makes anew. Who owns the database can lay them aside, too: `verify_seals` tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from django.apps import apps
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

Event = Literal["INSERT", "UPDATE", "DELETE", "TRUNCATE"]


class Trigger(Protocol):
    """Something that a database does by itself, and how it comes there and goes."""

    @property
    def name(self) -> str: ...

    @property
    def table(self) -> str: ...

    @property
    def tables(self) -> frozenset[str]: ...

    def is_for(self, connection: BaseDatabaseWrapper) -> bool: ...

    def statements(self, vendor: str) -> list[str]: ...


@dataclass(frozen=True)
class Guard:
    """Refuse an event on a table where a condition over OLD and NEW holds. The refusal is an IntegrityError."""

    name: str
    table: str
    event: Event
    refuses_if: str
    message: str

    @property
    def tables(self) -> frozenset[str]:
        """Those it does not work without."""
        return frozenset({self.table})

    def is_for(self, connection: BaseDatabaseWrapper) -> bool:
        """SQLite knows no TRUNCATE, and empties a table row by row."""
        return self.event != "TRUNCATE" or connection.vendor == "postgresql"

    def statements(self, vendor: str) -> list[str]:
        """Return what puts it in place, in SQL of this kind of database."""
        return {"sqlite": self._for_sqlite, "postgresql": self._for_postgresql}[vendor]()

    def _for_sqlite(self) -> list[str]:
        return [
            f"DROP TRIGGER IF EXISTS {self.name}",
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH ROW WHEN {self.refuses_if} "
            f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END",
        ]

    def _for_postgresql(self) -> list[str]:
        row = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(self.event, "NEW")
        each = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger AS $$ BEGIN IF {self.refuses_if} THEN "
            f"RAISE EXCEPTION '{self.message}' USING ERRCODE = 'check_violation'; END IF; RETURN {row}; END "
            "$$ LANGUAGE plpgsql",
            f"CREATE OR REPLACE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH {each} "
            f"EXECUTE FUNCTION {self.name}()",
        ]


def append_only(model: type[models.Model]) -> list[Guard]:
    """Return the guards of a table whose rows are written once."""
    table = model._meta.db_table
    return [
        Guard(f"{table}_never_changes", table, "UPDATE", "TRUE", f"rows of {table} are never changed"),
        Guard(f"{table}_never_shrinks", table, "DELETE", "TRUE", f"rows of {table} are never removed"),
        Guard(f"{table}_never_emptied", table, "TRUNCATE", "TRUE", f"rows of {table} are never removed"),
        # SQLite's REPLACE would remove the old row without a word.
        Guard(
            f"{table}_never_replaced",
            table,
            "INSERT",
            f"EXISTS (SELECT 1 FROM {table} WHERE {table}.id = NEW.id)",  # noqa: S608 — a table's name of our own.
            f"rows of {table} are never replaced",
        ),
    ]


def install(guards: Iterable[Trigger], using: str) -> None:
    """Put the guards in place, on the tables that are in this database. Each that is there already is so all the time."""
    connection = connections[using]
    with transaction.atomic(using), connection.cursor() as cursor:
        for guard in _of(guards, using):
            for statement in guard.statements(connection.vendor):
                cursor.execute(statement)


def remove(guards: Iterable[Trigger], using: str) -> None:
    """Lay the guards aside."""
    for guard in _of(guards, using):
        _drop(guard.name, guard.table, using)


def remove_former(guards: Iterable[Trigger], named: re.Pattern[str], using: str) -> None:
    """Drop what an earlier release has put in place under such names, and this one has not among its guards."""
    names = {guard.name for guard in guards}
    for name, table in _there(using).items():
        if named.fullmatch(name) and name not in names:
            _drop(name, table, using)


def _drop(name: str, table: str, using: str) -> None:
    on_table = "" if connections[using].vendor == "sqlite" else f" ON {table}"
    with connections[using].cursor() as cursor:
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")


def _of(guards: Iterable[Trigger], using: str) -> list[Trigger]:
    tables = set(connections[using].introspection.table_names())
    return [guard for guard in guards if guard.tables <= tables and guard.is_for(connections[using])]


def missing(guards: Iterable[Trigger], using: str) -> list[str]:
    """Return the names of the guards that are not in place. One query."""
    there = _there(using)
    return [guard.name for guard in guards if guard.name not in there and guard.is_for(connections[using])]


def _there(using: str) -> dict[str, str]:
    """Return the names of all triggers, and the table of each."""
    connection = connections[using]
    query = {
        "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE tgenabled <> 'D' AND relnamespace = current_schema()::regnamespace",  # A restore leaves others beside.
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())


def team_log() -> list[Guard]:
    """Return the guards of what admins did to accounts."""
    return append_only(apps.get_model("accounts", "TeamEntry"))
