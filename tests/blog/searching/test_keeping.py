"""What posts are found by is kept as they come to readers and go, and can be made again."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from blog.models import Post, SearchEntry
from blog.searching import tables

from .posts import titles

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's index is a column of the entries")


def check() -> str:
    said = StringIO()
    call_command("search_index", "--check", stdout=said)
    return said.getvalue()


def test_what_is_kept_is_what_readers_see(published: Post, editor: User, admin: User) -> None:
    Post.objects.write(by=editor, title="A draft", body="Of words.")

    assert "1 texts" in check()


@on_sqlite
def test_the_index_follows_the_entries(published: Post, admin: User) -> None:
    assert tables.indexed("default") == {published.live_revision_id}

    published.unpublish(by=admin)

    assert tables.indexed("default") == set()


def test_what_is_missing_is_told_and_made(published: Post, reader: User) -> None:
    SearchEntry.objects.all().delete()

    with pytest.raises(CommandError, match="1 mismatches"):
        check()
    assert titles(reader, "proofs") == []

    call_command("search_index", stdout=StringIO())

    assert titles(reader, "proofs") == ["On proofs"]


def test_what_nobody_took_out_is_told_and_found_by_nobody(published: Post, reader: User) -> None:
    Post.objects.filter(pk=published.pk).update(live_revision=None)

    assert titles(reader, "proofs") == []
    with pytest.raises(CommandError, match="1 mismatches"):
        check()

    SearchEntry.objects.make_missing()

    assert "0 texts" in check()


def test_what_has_ended_is_told_until_a_search_takes_it_out(published: Post, reader: User) -> None:
    Post.objects.update(unpublish_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(CommandError, match="1 mismatches"):
        check()
    assert titles(reader, "proofs") == []

    assert "1 texts" in check()


@on_sqlite
@pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])
def test_a_search_does_not_wait_for_who_writes(published: Post, reader: User) -> None:
    Post.objects.update(unpublish_at=timezone.now() - timedelta(seconds=1))
    tries: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("BEGIN"):
            tries.append(sql)
        return execute(sql, *rest)

    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with connection.execute_wrapper(note):
            assert titles(reader, "proofs") == []
    assert SearchEntry.objects.filter(waits=False).exists()
    assert len(tries) == 1

    assert titles(reader, "proofs") == []
    assert not SearchEntry.objects.filter(waits=False).exists()


def test_another_language_of_the_site_makes_it_anew(published: Post, settings: pytest.FixtureRequest) -> None:
    settings.SITE_LANGUAGE = "de"  # type: ignore[attr-defined]  # pytest-django's wrapper has no type

    assert SearchEntry.objects.make_missing() == 1
    assert SearchEntry.objects.get().stemmer == "german"
    assert SearchEntry.objects.make_missing() == 0


@on_sqlite
def test_the_triggers_are_put_back_after_a_migration(published: Post) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER blog_search_delete")

    tables.install("default")
    SearchEntry.objects.all().delete()

    assert tables.indexed("default") == set()
