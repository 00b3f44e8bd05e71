"""The row of a session together with its person's, in one query by cursor.

Every request asks for it, and the ORM takes ten times as long to put the question together as the database to answer.
All is read as text: two rows with the same text are the same row, and only one that is new must be made sense of.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models

from .models import Session, User

Row = tuple[str | None, ...]
M = TypeVar("M", bound=models.Model)

SESSION_FIELDS = Session._meta.concrete_fields
USER_FIELDS = User._meta.concrete_fields


@cache
def query(*also: str) -> str:
    """Return the SQL for the row of the key whose digest is its parameter. What is asked for also stands after it."""
    session, user = (model._meta.db_table for model in (Session, User))
    columns = [f"CAST({session}.{field.column} AS TEXT)" for field in SESSION_FIELDS]
    columns += [f"CAST({user}.{field.column} AS TEXT)" for field in USER_FIELDS]
    return (
        f"SELECT {', '.join([*columns, *also])} FROM {session} "  # noqa: S608 — names of our own.
        f"JOIN {user} ON {user}.id = {session}.user_id WHERE {session}.key_digest = %s"
    )


def row_of(key_digest: str) -> Row | None:
    """Return the row of the session that this key opens. One indexed query."""
    with connection.cursor() as cursor:
        cursor.execute(query(), [key_digest])
        row: Row | None = cursor.fetchone()
    return row


def session_in(row: Row) -> Session:
    """Return the session of this row, with its person."""
    of_session = len(SESSION_FIELDS)
    session = _instance(Session, SESSION_FIELDS, row[:of_session])
    session.user = _instance(User, USER_FIELDS, row[of_session:])
    return session


def copy_of(session: Session) -> Session:
    """Return the same session and person again, for somebody who may change them."""
    copy = _again(session)
    copy.user = _again(session.user)
    return copy


def _instance(model: type[M], fields: tuple[Any, ...], row: Row) -> M:
    values = [_value(field, text) for field, text in zip(fields, row, strict=True)]
    return model.from_db(connection.alias, [field.attname for field in fields], values)


def _again(instance: M) -> M:
    names = [field.attname for field in instance._meta.concrete_fields]
    return type(instance).from_db(instance._state.db, names, [deepcopy(getattr(instance, name)) for name in names])


def _value(field: models.Field[Any, Any], text: str | None) -> Any:
    return None if text is None else READERS[field.get_internal_type()](text)


def _instant(text: str) -> datetime:
    """SQLite keeps instants in UTC and does not say so."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


READERS: dict[str, Callable[[str], Any]] = {
    "BigAutoField": int,
    "ForeignKey": int,
    "BooleanField": lambda text: text in ("1", "true"),
    "DateTimeField": _instant,
    "JSONField": json.loads,
    "CharField": str,
    "TextField": str,
}
