"""The index that SQLite keeps beside the words of posts, and whether it is whole. PostgreSQL's is a column of theirs."""

from collections.abc import Iterator

from django.db import connections

from blog.models import SearchEntry

TABLE, INDEX = SearchEntry._meta.db_table, "blog_search"
COLUMNS = ("title", "tags", "excerpt", "text")
WORDS = ", ".join(COLUMNS)


def _of(row: str) -> str:
    return ", ".join(f"{row}.{column}" for column in COLUMNS)


ADD = f"INSERT INTO {INDEX} (rowid, {WORDS}) SELECT NEW.revision_id, {_of('NEW')} WHERE NOT NEW.waits"
DROP = (
    f"INSERT INTO {INDEX} ({INDEX}, rowid, {WORDS}) SELECT 'delete', OLD.revision_id, {_of('OLD')} WHERE NOT OLD.waits"
)
TRIGGERS = {"insert": [ADD], "update": [DROP, ADD], "delete": [DROP]}


def install(using: str) -> None:
    """Put the triggers in place by which the index follows the words, where there is one."""
    connection = connections[using]
    if connection.vendor != "sqlite" or not {TABLE, INDEX} <= set(connection.introspection.table_names()):
        return
    with connection.cursor() as cursor:
        for event, statements in TRIGGERS.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {INDEX}_{event}")
            cursor.execute(
                f"CREATE TRIGGER {INDEX}_{event} AFTER {event.upper()} ON {TABLE} BEGIN {'; '.join(statements)}; END"
            )


def mismatches(using: str) -> Iterator[str]:
    """Look for what can be found and should not be, and the other way round. Nothing is changed."""
    entries = SearchEntry.objects.using(using)
    for revision in entries.needless().order_by("pk").values_list("pk", flat=True):
        yield f"revision {revision} can be found, and readers do not see it"
    for revision in entries.outlived().order_by("pk").values_list("pk", flat=True):
        yield f"revision {revision} can be found, and its time is over; the next search takes it out"
    for revision in entries.missing():
        yield f"revision {revision} cannot be found, or by words of an earlier version; run manage.py migrate"
    if connections[using].vendor == "sqlite":
        kept = set(entries.filter(waits=False).values_list("pk", flat=True))
        for revision in sorted(kept ^ indexed(using)):
            yield f"revision {revision} is in one of the index and the entries only; run manage.py search_index"


def indexed(using: str) -> set[int]:
    """Return the revisions that SQLite's index has the words of."""
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT id FROM {INDEX}_docsize")
        return {revision for (revision,) in cursor.fetchall()}
