"""Somebody deletes their account while something else is under way, each on a connection of its own."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts import departures, portraits
from accounts.models import User
from blog import leaving
from blog.models import Letter, Notification, Post
from blog.notifications.kinds import Cadence, Kind
from blog.status import Status
from tests.blog.posts import with_roles

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])

WAIT_SECONDS = 20


@pytest.fixture(autouse=True)
def rows_are_locked(settings: Any) -> None:
    both.reset()
    settings.DESCOPE_WEBHOOK_SECRET = ""  # The sandbox would tell of each sign-up, in a thread that outlives the test.
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one connection write at a time, so that nobody waits for a row")


# Two transactions that each hold a row before either goes on.
both = threading.Barrier(2)


def side_by_side(*attempts: Callable[[], object]) -> None:
    """Run these at once. Raises what one of them raises: a deadlock, above all."""

    def run(attempt: Callable[[], object]) -> None:
        try:
            attempt()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(attempts)) as threads:
        for result in [threads.submit(run, attempt) for attempt in attempts]:
            result.result(timeout=WAIT_SECONDS)


def let_go_after_the_meeting(person: User, *, keeps_posts: bool) -> None:
    """Their row is locked by now; the other has a post of theirs, and waits for nothing of ours."""
    both.wait(timeout=WAIT_SECONDS)
    time.sleep(0.3)  # The other gets to the row of the person, and would wait there.
    leaving.let_go(person, keeps_posts=keeps_posts)


@contextmanager
def holding(post: Post) -> Iterator[None]:
    """Be in the middle of a verb: the post is locked, and the rows that name people are yet to be written."""
    with transaction.atomic():
        Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
        both.wait(timeout=WAIT_SECONDS)
        yield


@pytest.fixture
def leave(settings: Any) -> Callable[[User], Callable[[], None]]:
    settings.LETS_GO = f"{__name__}.let_go_after_the_meeting"

    def leave(user: User) -> Callable[[], None]:
        departure = departures.write_down(user, "Gone", keeps_posts=False)
        return lambda: departures.carry_out(departure, is_gone_at_descope=True)

    return leave


def test_an_author_leaves_while_they_submit(leave: Any, draft: Post, editor: User) -> None:
    def submit() -> None:
        with holding(draft):
            Post.objects.get(pk=draft.pk).submit(by=with_roles(editor, *editor.roles))

    side_by_side(leave(editor), submit)

    assert User.objects.get(pk=editor.pk).left_at is not None
    assert Post.objects.get(pk=draft.pk).status == Status.ARCHIVED


def test_an_author_leaves_while_an_admin_publishes(leave: Any, submitted: Post, editor: User, admin: User) -> None:
    def publish() -> None:
        with holding(submitted):
            Post.objects.get(pk=submitted.pk).publish(by=admin, revision=1)

    side_by_side(leave(editor), publish)

    assert User.objects.get(pk=editor.pk).left_at is not None
    assert not Post.objects.live().exists()


def test_a_picture_comes_while_its_person_submits(draft: Post, editor: User) -> None:
    def take_picture() -> None:
        with transaction.atomic():
            portraits.remove(editor)
            both.wait(timeout=WAIT_SECONDS)
            time.sleep(0.3)
            Post.objects.select_for_update(of=("self",)).get(pk=draft.pk)

    def submit() -> None:
        with holding(draft):
            Post.objects.get(pk=draft.pk).submit(by=with_roles(editor, *editor.roles))

    side_by_side(take_picture, submit)

    assert Post.objects.get(pk=draft.pk).status == Status.IN_REVIEW


def test_a_daily_letter_is_queued_while_its_reader_submits(
    draft: Post, editor: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = draft.history.get()
    Notification.objects.create(
        person=editor,
        entry=entry,
        kind=Kind.SUBMITTED,
        mail=Cadence.DAILY,
        created_at=timezone.now().replace(year=2020),
    )
    queue = type(Letter.objects).queue

    def queue_after_the_meeting(*about: Any, **more: Any) -> Any:
        both.wait(timeout=WAIT_SECONDS)
        time.sleep(0.3)
        Post.objects.select_for_update(of=("self",)).get(pk=draft.pk)
        return queue(*about, **more)

    monkeypatch.setattr(type(Letter.objects), "queue", queue_after_the_meeting)

    def submit() -> None:
        with holding(draft):
            Post.objects.get(pk=draft.pk).submit(by=with_roles(editor, *editor.roles))

    side_by_side(Notification.objects.write_daily_letters, submit)

    assert Letter.objects.get().person == editor


def test_a_second_post_is_begun_while_the_first_is_submitted(
    draft: Post, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = Post.save_at_free_address

    def save_after_the_meeting(post: Post, *about: Any, **more: Any) -> Any:
        both.wait(timeout=WAIT_SECONDS)
        time.sleep(0.3)
        Post.objects.select_for_update(of=("self",)).get(pk=draft.pk)
        return save(post, *about, **more)

    monkeypatch.setattr(Post, "save_at_free_address", save_after_the_meeting)

    def submit() -> None:
        with holding(draft):
            Post.objects.get(pk=draft.pk).submit(by=with_roles(editor, *editor.roles))

    side_by_side(lambda: Post.objects.write(by=with_roles(editor, *editor.roles), title="Next", body=""), submit)

    assert Post.objects.count() == 2
