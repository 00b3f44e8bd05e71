"""The letter that tells of a day, once a day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from blog.models import Letter, Notification, Post, Wish
from blog.notifications.kinds import Cadence, Kind
from tests.blog.notifications.conftest import Outbox, with_lost_roles

Send = Callable[[], None]
Clock = Callable[[datetime], None]
NOON = datetime(2030, 3, 10, 12, tzinfo=UTC)
NEXT_MORNING = datetime(2030, 3, 11, 8, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Clock:
    """Return a function that sets the clock."""
    settings.TIME_ZONE = "UTC"

    def show(now: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: now)
        # Descope was asked a moment before, whenever that is.
        User.objects.exclude(roles_known_at=None).update(roles_known_at=now)

    return show


@pytest.fixture
def daily(admin: User) -> User:
    """An admin who wants one mail a day."""
    Wish.objects.say(admin, Kind.SUBMITTED, mail=Cadence.DAILY)
    return admin


def submit(author: User, *titles: str) -> None:
    for title in titles:
        post = Post.objects.write(by=author, title=title, body="Words.")
        post.submit(by=author)
        # A column's default keeps the clock it was made with.
        Notification.objects.filter(entry__post=post).update(created_at=timezone.now())


def test_a_days_news_comes_in_one_letter_at_eight(
    daily: User, editor: User, clock: Clock, mailoutbox: Outbox, send_all: Send
) -> None:
    clock(NOON)
    submit(editor, "One", "Two")
    clock(NEXT_MORNING)

    Notification.objects.write_daily_letters()
    send_all()

    assert [mail.subject for mail in mailoutbox] == ["2 things happened on Galley"]
    assert "- Ed Editor submitted “One” for review.\n- Ed Editor submitted “Two” for review.\n" in mailoutbox[0].body
    assert mailoutbox[0].body.count("://") == 1
    assert "http://localhost:8000/desk/notifications\n" in mailoutbox[0].body


def test_before_eight_it_does_not_come(daily: User, editor: User, clock: Clock) -> None:
    clock(NOON)
    submit(editor, "One")
    clock(NEXT_MORNING - timedelta(seconds=1))

    Notification.objects.write_daily_letters()

    assert not Letter.objects.exists()


def test_it_comes_once_however_often_the_worker_looks(
    daily: User, editor: User, clock: Clock, mailoutbox: Outbox, send_all: Send
) -> None:
    clock(NOON)
    submit(editor, "One")
    clock(NEXT_MORNING)

    for _ in range(3):
        Notification.objects.write_daily_letters()
        send_all()

    assert len(mailoutbox) == 1


def test_what_comes_after_eight_is_for_the_next_day(
    daily: User, editor: User, clock: Clock, mailoutbox: Outbox, send_all: Send
) -> None:
    for now, title in [(NOON, "One"), (NEXT_MORNING, "Two"), (NEXT_MORNING + timedelta(hours=1), "Three")]:
        clock(now)
        submit(editor, title)
        Notification.objects.write_daily_letters()
        send_all()
    clock(NEXT_MORNING + timedelta(days=1))

    Notification.objects.write_daily_letters()
    send_all()

    assert [mail.subject for mail in mailoutbox] == ["One thing happened on Galley", "2 things happened on Galley"]


def test_a_worker_that_starts_late_sends_it_late(
    daily: User, editor: User, clock: Clock, mailoutbox: Outbox, send_all: Send
) -> None:
    clock(NOON)
    submit(editor, "One")
    clock(NEXT_MORNING + timedelta(days=3, hours=7))

    Notification.objects.write_daily_letters()
    send_all()

    assert len(mailoutbox) == 1


def test_eight_is_by_the_clock_of_the_site_on_the_day_it_changes(
    daily: User, editor: User, clock: Clock, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    clock(datetime(2030, 3, 30, 12, tzinfo=UTC))  # Berlin goes to summer time in the night after.
    submit(editor, "One")

    clock(datetime(2030, 3, 31, 5, 59, tzinfo=UTC))
    Notification.objects.write_daily_letters()
    before = Letter.objects.count()
    clock(datetime(2030, 3, 31, 6, 0, tzinfo=UTC))
    Notification.objects.write_daily_letters()

    assert (before, Letter.objects.count()) == (0, 1)


def test_a_day_without_news_has_no_letter(daily: User, editor: User, clock: Clock) -> None:
    clock(NEXT_MORNING)

    Notification.objects.write_daily_letters()

    assert not Letter.objects.exists()


def test_what_was_read_meanwhile_is_left_out(
    daily: User, editor: User, clock: Clock, mailoutbox: Outbox, send_all: Send
) -> None:
    clock(NOON)
    submit(editor, "One", "Two")
    Notification.objects.filter(entry__post__title="One").mark_read()
    clock(NEXT_MORNING)

    Notification.objects.write_daily_letters()
    send_all()

    assert "“One”" not in mailoutbox[0].body
    assert "“Two”" in mailoutbox[0].body


def test_a_daily_letter_names_no_post_to_somebody_who_lost_the_role(
    daily: User, editor: User, clock: Clock, mailoutbox: Outbox, send_all: Send
) -> None:
    clock(NOON)
    submit(editor, "One")
    with_lost_roles(daily)
    clock(NEXT_MORNING)

    Notification.objects.write_daily_letters()
    send_all()

    assert mailoutbox == []


def test_a_hundred_things_are_not_all_told(
    daily: User, editor: User, clock: Clock, mailoutbox: Outbox, send_all: Send
) -> None:
    clock(NOON)
    submit(editor, *[f"Take {number}" for number in range(60)])
    clock(NEXT_MORNING)

    Notification.objects.write_daily_letters()
    send_all()

    assert mailoutbox[0].subject == "60 things happened on Galley"
    assert mailoutbox[0].body.count("submitted") == 50
    assert "- and 10 more\n" in mailoutbox[0].body
