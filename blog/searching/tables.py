"""The index that SQLite keeps beside the words of posts, and whether it is whole. PostgreSQL's is a column of theirs."""

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


def entries_in_index(using: str) -> set[int]:
    """Return the revisions whose words the index has."""
    if connections[using].vendor != "sqlite":
        return set(SearchEntry.objects.using(using).filter(waits=False).values_list("pk", flat=True))
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT id FROM {INDEX}_docsize")
        return {revision for (revision,) in cursor.fetchall()}
