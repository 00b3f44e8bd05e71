"""A database that gives and does not take: on a read-only connection, each page and each program is told so."""

import errno
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from accounts.models import User
from accounts.seldom import Seldom
from blog import turns
from blog.models import Post
from config import outages
from tests.conftest import bearer, signed_in


@pytest.fixture(autouse=True)
def _nothing_was_said_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outages, "seldom", Seldom(logging.getLogger("config.outages")))
    monkeypatch.setattr(outages, "_mistrusted_until", float("-inf"))


@contextmanager
def only_read() -> Iterator[None]:
    """Meanwhile nothing can be written."""
    is_sqlite = connection.vendor == "sqlite"
    with transaction.atomic():
        connection.cursor().execute("PRAGMA query_only = ON" if is_sqlite else "SET TRANSACTION READ ONLY")
        try:
            yield
        finally:
            transaction.set_rollback(True)  # With which PostgreSQL forgets it.
            if is_sqlite:
                connection.connection.execute("PRAGMA query_only = OFF")  # Django's cursor may refuse by now.


def test_what_was_typed_comes_back_and_may_be_sent_again(draft: Post, editor: User) -> None:
    browser = signed_in(editor)

    with only_read():
        page = browser.post(f"/desk/posts/{draft.pk}/edit", {"title": "Proofs", "body": "An <hour>.", "version": "1"})

    assert page.status_code == 503
    assert "An &lt;hour&gt;." in page.content.decode()
    assert int(page["Retry-After"]) > 0
    assert "no-store" in page["Cache-Control"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks rows alone")
@pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])
def test_who_has_waited_too_long_for_their_turn_to_write_has_their_text_back(
    draft: Post, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, words = signed_in(editor), {"title": "Proofs", "body": "An hour of words.", "version": "1"}

    with (
        closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other,
        monkeypatch.context() as so,
    ):
        other.execute("BEGIN IMMEDIATE")
        so.setattr(turns, "PATIENCE_SECONDS", 0.05)
        refused = browser.post(f"/desk/posts/{draft.pk}/edit", words)
    saved = browser.post(f"/desk/posts/{draft.pk}/edit", words)

    assert refused.status_code == 503
    assert "An hour of words." in refused.content.decode()
    assert int(refused["Retry-After"]) > 0
    assert saved.status_code == 302


def test_a_program_is_told_in_json(editor: User) -> None:
    headers = bearer(editor)

    with only_read():
        answer = Client().post(
            "/api/posts/create", {"title": "On proofs", "content": "Words."}, "application/json", headers=headers
        )

    assert answer.status_code == 503
    assert answer["Content-Type"].startswith("application/problem+json")
    assert answer.json()["status"] == 503
    assert int(answer["Retry-After"]) > 0


def test_readers_go_on_reading(published: Post, reader: User) -> None:
    browser = signed_in(reader)

    with only_read():
        statuses = [browser.get(path).status_code for path in ("/", published.get_absolute_url(), "/search?q=proofs")]

    assert statuses == [200, 200, 200]


def test_where_not_even_a_session_can_be_looked_up_it_is_the_same(
    editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(editor, raise_request_exception=False)

    def gone() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", gone)
    page = browser.post("/write", {"title": "On proofs", "body": "An hour of work."})

    assert page.status_code == 503
    assert "An hour of work." in page.content.decode()
    assert int(page["Retry-After"]) > 0


def test_the_log_says_it_once_and_without_a_traceback(
    draft: Post, editor: User, caplog: pytest.LogCaptureFixture
) -> None:
    browser = signed_in(editor)
    caplog.clear()

    for number in range(3):
        with only_read():
            browser.post("/write", {"title": f"Number {number}", "body": "Words.", "write_key": f"key-{number}"})

    told = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.name for record in told] == ["config.outages"]
    assert "read" in told[0].getMessage()
    assert not told[0].exc_info


def test_a_statement_of_ours_that_is_wrong_is_no_outage() -> None:
    with pytest.raises(Exception, match="nonsense") as refused, connection.cursor() as cursor:
        cursor.execute("SELECT nonsense")

    assert not outages.is_outage(refused.value)


def test_a_disk_that_is_full_is_one_and_a_file_that_is_not_there_is_none() -> None:
    assert outages.is_outage(OSError(errno.ENOSPC, "No space left on device"))
    assert not outages.is_outage(FileNotFoundError(errno.ENOENT, "No such file"))
