"""When readers get something else than before: the database notes it by itself, as triggers, whoever changes a row.

Pages that were made before and are kept are shown while the site has the version they were made of, and no longer.
Drafts, sessions and all that no reader sees leave that version alone, or every save would empty the store of pages.
What is kept for those with a desk has drafts in it, and goes by another version beside it: of all posts, of what was done
to them, and of the people who write.

On PostgreSQL it is noted as a transaction commits: the rows are locked as shortly as can be, after all else that it
locks, and both in one order, so that no two ever wait for each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from accounts.guards import Event
from accounts.models import Session, TeamEntry, User
from blog.models import (
    Author,
    Edition,
    HistoryEntry,
    Image,
    Notification,
    Post,
    Series,
    SiteVersion,
    Tag,
    Tagging,
)

VERSION = SiteVersion._meta.db_table
ANYTHING = ""
# What readers see of these: all of it, or the columns that are named. Sealed rows never change.
SHOWN: dict[type[Model], tuple[str, ...]] = {
    Post: (
        *("slug", "author_id", "published_at", "live_revision_id", "live_since", "text_changed_at"),
        *("scheduled_revision_id", "scheduled_at", "unpublish_at", "deleted_at"),
    ),
    User: ("name", "left_at", "picture"),
    Author: (),
    Edition: (),
    Image: (),
    Series: (),
    Tag: (),
    Tagging: (),
}
# A post of which nobody has seen anything yet may change as it likes.
ARE_READ: dict[type[Model], str] = {
    Post: "({row}.live_revision_id IS NOT NULL OR {row}.scheduled_revision_id IS NOT NULL)",
}
# A reader may take another name as often as they like.
WRITES = " OR ".join(
    f"EXISTS (SELECT 1 FROM {table} WHERE {column} = NEW.id)"  # noqa: S608 — names of our own.
    for table, column in ((Author._meta.db_table, "user_id"), (Post._meta.db_table, "author_id"))
)
# Whom those with a desk look after: people who come, are invited, are renamed, and whose accounts are closed.
OF_PEOPLE = ("name", "left_at", "is_disabled")
EVENTS: tuple[Event, ...] = ("INSERT", "UPDATE", "DELETE")
UNSEEN_AT_FIRST: frozenset[type[Model]] = frozenset({User, Image})  # Nothing that is read names them yet.


# The names of notes, of this release and of others.
NAMED = re.compile(r"\w+_notes_(?:insert|update|delete)_[0-9a-f]{8}")


@dataclass(frozen=True)
class Note:
    """Gives the site another version on an event of a table, where a condition over OLD and NEW holds.

    And where `beside` does, which may look into other tables.
    """

    table: str
    event: Event
    condition: str = ""
    beside: str = ""
    row: SiteVersion.Row = SiteVersion.Row.FOR_READERS

    @property
    def name(self) -> str:
        """It tells what is noted, so that one of an earlier release is known to be missing and not taken for it."""
        what = sha256(f"{self.condition}{self.beside}{self.row}".encode()).hexdigest()[:8]
        return f"{self.table}_notes_{self.event.lower()}_{what}"

    @property
    def tables(self) -> frozenset[str]:
        return frozenset({self.table, VERSION})

    def is_for(self, connection: BaseDatabaseWrapper) -> bool:
        return True

    def statements(self, vendor: str) -> list[str]:
        return {"sqlite": self._for_sqlite, "postgresql": self._for_postgresql}[vendor]()

    def _for_sqlite(self) -> list[str]:
        conditions = " AND ".join(f"({one})" for one in (self.condition, self.beside) if one)
        when = f"WHEN {conditions} " if conditions else ""
        return [
            f"DROP TRIGGER IF EXISTS {self.name}",
            f"CREATE TRIGGER {self.name} AFTER {self.event} ON {self.table} FOR EACH ROW {when}"
            f"BEGIN {self._renewal('lower(hex(randomblob(16)))')}; END",
        ]

    def _for_postgresql(self) -> list[str]:
        when = f"WHEN ({self.condition.replace(' IS NOT OLD.', ' IS DISTINCT FROM OLD.')}) " if self.condition else ""
        # Once a transaction, or every row of many would add to a chain of versions that the next one has to go along.
        once = f" WHERE {VERSION}.xmin <> pg_current_xact_id()::xid"
        # What looks into other tables cannot stand in WHEN.
        unless = f"IF NOT ({self.beside}) THEN RETURN NULL; END IF; " if self.beside else ""
        in_order = f"PERFORM 1 FROM {VERSION} ORDER BY id FOR UPDATE"
        renewal = self._renewal("replace(gen_random_uuid()::text, '-', '')") + once
        return [
            f"CREATE OR REPLACE FUNCTION {self._function}() RETURNS trigger AS $$ "
            f"BEGIN {unless}{in_order}; {renewal}; RETURN NULL; END $$ LANGUAGE plpgsql",
            f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}",
            f"CREATE CONSTRAINT TRIGGER {self.name} AFTER {self.event} ON {self.table} DEFERRABLE INITIALLY DEFERRED "
            f"FOR EACH ROW {when}EXECUTE FUNCTION {self._function}()",
        ]

    @property
    def _function(self) -> str:
        return self.name if self.beside else f"{VERSION}_renew_{self.row.name.lower()}"

    def _renewal(self, value: str) -> str:
        return (
            f"INSERT INTO {VERSION} (id, value) VALUES ({self.row}, {value}) "  # noqa: S608 — names of our own.
            "ON CONFLICT (id) DO UPDATE SET value = excluded.value"
        )


def _notes() -> Iterable[Note]:
    for model, columns in SHOWN.items():
        table, is_read = model._meta.db_table, ARE_READ.get(model, ANYTHING)
        if model not in UNSEEN_AT_FIRST:
            yield Note(table, "INSERT", is_read.format(row="NEW"))
        differs = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)
        was_or_is_read = f"({is_read.format(row='OLD')} OR {is_read.format(row='NEW')})" if is_read else ""
        condition = " AND ".join(filter(None, [was_or_is_read, f"({differs})" if differs else ""]))
        yield Note(table, "UPDATE", condition, WRITES if model is User else "")
        yield Note(table, "DELETE", is_read.format(row="OLD"))
    for model in (Post, Notification):
        for event in EVENTS:
            yield Note(model._meta.db_table, event, row=SiteVersion.Row.FOR_DESK)
    for model in (HistoryEntry, TeamEntry, Session, User):
        yield Note(model._meta.db_table, "INSERT", row=SiteVersion.Row.FOR_DESK)
    of_user = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in OF_PEOPLE)
    yield Note(User._meta.db_table, "UPDATE", f"({of_user})", row=SiteVersion.Row.FOR_DESK)


NOTES: list[Note] = list(_notes())
