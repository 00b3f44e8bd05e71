"""That only what can be made again is committed without waiting for the disk, and nothing after it."""

import pytest
from django.db import connection, transaction

from accounts.models import User
from blog.derived import may_be_lost
from blog.models import Post

committing = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])
FULL, NORMAL = {"sqlite": (2, 1), "postgresql": ("on", "off")}.get(connection.vendor, (None, None))


def waits_for() -> object:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous" if connection.vendor == "sqlite" else "SHOW synchronous_commit")
        return cursor.fetchone()[0]


@committing
def test_what_may_be_lost_is_not_waited_for_and_all_else_is() -> None:
    with may_be_lost():
        inside = waits_for()

    assert (inside, waits_for()) == (NORMAL, FULL)


@committing
def test_all_is_as_it_was_after_a_fault() -> None:
    with pytest.raises(ZeroDivisionError), may_be_lost():
        1 / 0  # noqa: B018 — on purpose.

    assert waits_for() == FULL


@committing
def test_a_transaction_that_holds_more_is_waited_for() -> None:
    with transaction.atomic(), may_be_lost():
        assert waits_for() == FULL


def test_a_text_is_committed_for_good_and_what_it_looks_like_is_made_again(editor: User) -> None:
    post = Post.objects.write(by=editor, title="On proofs", body="Read it *twice*.")
    Post.objects.filter(pk=post.pk).update(html="", html_version=0)  # As after a power failure.
    post.refresh_from_db()

    assert not post.is_rendered
    post.render()
    assert "<em>twice</em>" in post.safe_html
