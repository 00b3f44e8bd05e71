"""That a session read past the ORM is the one that the ORM reads, and that nobody shares it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts import session_rows, sessions
from accounts.models import Session, User
from accounts.vault import digest
from tests.conftest import signed_in


@pytest.fixture
def key(reader: User) -> str:
    return str(signed_in(reader).cookies[settings.SESSION_COOKIE_NAME].value)


def columns_of(instance: models.Model) -> dict[str, object]:
    return {field.attname: getattr(instance, field.attname) for field in instance._meta.concrete_fields}


def test_every_column_is_as_the_orm_reads_it(key: str, reader: User) -> None:
    now = timezone.now()
    User.objects.filter(pk=reader.pk).update(
        is_disabled=True, tokens_not_before=now, left_at=now - timedelta(days=3), known_roles=["editor", "ü"]
    )
    Session.objects.update(ended_at=now.replace(microsecond=0), is_key_outdated=True, former_key_until=now)
    row = session_rows.row_of(digest(key))
    by_orm = Session.objects.select_related("user").get()

    assert row is not None
    session = session_rows.session_in(row)

    assert columns_of(session) == columns_of(by_orm)
    assert columns_of(session.user) == columns_of(by_orm.user)


def test_sessions_that_are_recalled_share_nothing_that_can_change(key: str) -> None:
    sessions.resume(key)
    one, other = sessions.resume(key), sessions.resume(key)
    assert one is not None
    assert other is not None

    one.payload["roles"] = ["admin"]
    one.user.name = "Somebody else"
    again = sessions.resume(key)

    assert again is not None
    assert "admin" not in str([other.payload, again.payload])
    assert other.user.name == again.user.name == "Rita Reader"
