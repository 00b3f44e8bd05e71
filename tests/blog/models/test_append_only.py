"""Revisions and history are written once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from accounts.models import User
from blog.models import HistoryEntry, Post, Revision, Sealed

MODELS: list[Any] = [Revision, HistoryEntry]
ATTEMPTS: dict[str, Callable[[Any], Any]] = {
    "save": lambda row: row.save(),
    "save some fields": lambda row: row.save(update_fields=["id"]),
    "delete": lambda row: row.delete(),
    "update": lambda row: type(row).objects.update(pk=row.pk),
    "filter and update": lambda row: type(row).objects.filter(pk=row.pk).update(pk=7),
    "delete many": lambda row: type(row).objects.all().delete(),
    "bulk_update": lambda row: type(row).objects.bulk_update([row], ["id"]),
    "update_or_create": lambda row: type(row).objects.update_or_create(pk=row.pk, defaults={"id": row.pk}),
    "bulk_create over it": lambda row: type(row).objects.bulk_create(
        [row], update_conflicts=True, update_fields=["post"], unique_fields=["id"]
    ),
    "related update": lambda row: row.post.revisions.update(number=7) or row.post.history.update(verb="write"),
    "related delete": lambda row: row.post.revisions.all().delete() or row.post.history.all().delete(),
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_nothing_changes_or_removes_what_is_written_once(published: Post, model: Any, attempt: str) -> None:
    row = model.objects.filter(post=published).last()
    before = list(model.objects.values())

    with pytest.raises(Sealed):
        ATTEMPTS[attempt](row)

    assert list(model.objects.values()) == before


def test_a_post_with_a_history_cannot_be_deleted(published: Post) -> None:
    with pytest.raises(models.ProtectedError):
        published.delete()


def test_a_person_who_wrote_cannot_be_deleted(published: Post, editor: User) -> None:
    with pytest.raises(models.ProtectedError):
        editor.delete()


def test_no_two_revisions_of_a_post_have_one_number(submitted: Post, editor: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.create(post=submitted, number=1, created_by=editor, word_count=1)
