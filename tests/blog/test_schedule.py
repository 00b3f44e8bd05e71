"""Time alone starts and ends what readers see: no worker runs in any of these tests."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from blog.doors import Door
from blog.exceptions import NotReady, WrongStatus
from blog.forms import WhenForm
from blog.models import Outcome, Post
from blog.moments import in_words
from blog.status import GoneAs, Status
from tests.conftest import signed_in

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
Clock = Callable[[datetime], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return a function that sets the time. It starts a day before noon."""

    def set_to(at: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: at)

    set_to(NOON - timedelta(days=1))
    return set_to


@pytest.fixture(autouse=True)
def open_to_all(settings: Settings) -> None:
    settings.VISIBILITY = "public"


@pytest.fixture
def waiting(clock: Clock, editor: User) -> Post:
    post = Post.objects.write(by=editor, title="At noon", body="Words of noon.", tags=["craft"])
    post.submit(by=editor)
    return post


@pytest.fixture
def changed(clock: Clock, editor: User, admin: User) -> Post:
    """A live post, with a change of it in review."""
    post = Post.objects.write(by=editor, title="Before noon", body="Words of the morning.")
    post.submit(by=editor)
    post.publish(by=admin, revision=1)
    post.edit(by=editor, version=post.version, title="At noon", body="Words of noon.")
    post.submit(by=editor)
    return post


def seen(post: Post) -> dict[str, str]:
    """Return the title under which each door shows the post to a visitor, or the status it answers with."""
    visitor = Client()
    page, home = visitor.get(f"/posts/{post.slug}"), visitor.get("/").content.decode()
    one = visitor.get(f"/api/posts/{post.pk}")
    listed = visitor.get("/api/posts/retrieve").json()["data"]
    titles = ("At noon", "Before noon")
    return {
        "page": next((t for t in titles if f"<h1>{t}</h1>" in page.content.decode()), str(page.status_code)),
        "home": next((t for t in titles if f">{t}</a>" in home), "404"),
        "api": one.json()["data"]["title"] if one.status_code == 200 else str(one.status_code),
        "list": next((row["title"] for row in listed), "404"),
        "live": next((p.current_revision.title for p in Post.objects.live() if p.current_revision), "404"),
    }


def everywhere(what: str) -> dict[str, str]:
    return dict.fromkeys(("page", "home", "api", "list", "live"), what)


def test_a_post_is_at_every_door_in_the_second_it_was_scheduled_for(clock: Clock, waiting: Post, admin: User) -> None:
    waiting.schedule(by=admin, revision=1, at=NOON)

    clock(NOON - SECOND)
    assert seen(waiting) == everywhere("404")
    clock(NOON)
    assert seen(waiting) == everywhere("At noon")


def test_a_scheduled_change_takes_the_place_of_what_is_live_in_its_second(
    clock: Clock, changed: Post, admin: User
) -> None:
    changed.schedule(by=admin, revision=2, at=NOON)

    clock(NOON - SECOND)
    assert seen(changed) == everywhere("Before noon")
    clock(NOON)
    assert seen(changed) == everywhere("At noon")


def test_an_end_takes_the_post_away_in_its_second(clock: Clock, changed: Post, admin: User) -> None:
    changed.unpublish_later(by=admin, at=NOON)

    clock(NOON - SECOND)
    assert seen(changed) == everywhere("Before noon")
    clock(NOON)
    assert seen(changed) == everywhere("404")


def test_it_can_be_scheduled_with_its_end(clock: Clock, waiting: Post, admin: User) -> None:
    waiting.schedule(by=admin, revision=1, at=NOON)
    waiting.unpublish_later(by=admin, at=NOON + SECOND)

    shown = []
    for at in (NOON - SECOND, NOON, NOON + SECOND):
        clock(at)
        shown.append(seen(waiting)["page"])

    assert shown == ["404", "At noon", "404"]


def test_another_time_is_the_one_that_counts(clock: Clock, waiting: Post, admin: User) -> None:
    waiting.schedule(by=admin, revision=1, at=NOON)
    waiting.reschedule(by=admin, at=NOON + SECOND)

    clock(NOON)
    assert seen(waiting) == everywhere("404")
    clock(NOON + SECOND)
    assert seen(waiting) == everywhere("At noon")
    assert Post.objects.get().published_at == NOON + SECOND


def test_what_is_taken_off_the_schedule_waits_for_review_again(clock: Clock, waiting: Post, admin: User) -> None:
    waiting.schedule(by=admin, revision=1, at=NOON)
    waiting.unschedule(by=admin)

    clock(NOON + SECOND)

    assert seen(waiting) == everywhere("404")
    waiting.publish(by=admin, revision=1)
    assert waiting.published_at == NOON + SECOND


def test_publishing_now_ends_the_schedule(clock: Clock, changed: Post, editor: User, admin: User) -> None:
    changed.schedule(by=admin, revision=2, at=NOON)
    changed.edit(by=editor, version=changed.version, title="Before noon", body="Better words.")
    changed.submit(by=editor)
    changed.publish(by=admin, revision=3)

    clock(NOON)

    assert seen(changed) == everywhere("Before noon")


def test_unpublishing_takes_what_was_scheduled_along(clock: Clock, changed: Post, admin: User) -> None:
    changed.schedule(by=admin, revision=2, at=NOON)
    changed.unpublish(by=admin)

    clock(NOON)

    assert seen(changed) == everywhere("404")
    assert (changed.status, changed.submitted_revision and changed.submitted_revision.number) == ("in_review", 2)


def test_what_the_clock_did_is_in_the_history_with_its_time(clock: Clock, changed: Post, admin: User) -> None:
    changed.schedule(by=admin, revision=2, at=NOON)
    changed.unpublish_later(by=admin, at=NOON + SECOND)
    clock(NOON + timedelta(hours=5))

    assert Post.objects.settle_due() == 1
    assert Post.objects.settle_due() == 0

    told = [(entry.verb, entry.door, entry.at) for entry in changed.history.order_by("pk")][-2:]
    assert told == [("publish", Door.CLOCK, NOON), ("unpublish", Door.CLOCK, NOON + SECOND)]
    changed.refresh_from_db()
    assert (changed.status, changed.live_revision_id) == (Status.IN_REVIEW, None)


def test_a_verb_first_writes_down_what_the_clock_did(clock: Clock, waiting: Post, editor: User, admin: User) -> None:
    waiting.schedule(by=admin, revision=1, at=NOON)
    clock(NOON + SECOND)

    with pytest.raises(WrongStatus):
        waiting.unschedule(by=admin)  # It is live by now.
    waiting.unpublish(by=admin)

    assert seen(waiting) == everywhere("404")
    assert [entry.verb for entry in waiting.history.order_by("pk")] == [
        "write", "submit", "schedule", "publish", "unpublish",
    ]  # fmt: skip


@pytest.mark.parametrize("at", [NOON - timedelta(days=1), NOON - timedelta(days=400), NOON.replace(year=2050)])
def test_a_time_that_will_not_do_is_refused_in_words(clock: Clock, waiting: Post, admin: User, at: datetime) -> None:
    with pytest.raises(NotReady):
        waiting.schedule(by=admin, revision=1, at=at)

    assert not waiting.is_scheduled


def test_nothing_begins_after_its_end(clock: Clock, changed: Post, admin: User) -> None:
    changed.unpublish_later(by=admin, at=NOON)

    with pytest.raises(NotReady):
        changed.schedule(by=admin, revision=2, at=NOON)


@pytest.mark.parametrize(
    ("outcome", "status", "says"),
    [
        (Outcome(), 404, "There is nothing at this address"),
        (Outcome(GoneAs.GONE, note="The offer has ended."), 410, "The offer has ended."),
        (Outcome(GoneAs.MOVED, to="https://example.org/new"), 302, ""),
    ],
)
def test_readers_get_what_was_chosen_for_them(
    clock: Clock, changed: Post, admin: User, outcome: Outcome, status: int, says: str
) -> None:
    changed.unpublish_later(by=admin, at=NOON, outcome=outcome)
    clock(NOON)

    answer = Client().get(f"/posts/{changed.slug}")

    assert answer.status_code == status
    assert says in answer.content.decode()
    if status == 302:
        assert answer["Location"] == "https://example.org/new"


@pytest.mark.parametrize(
    "to", ["javascript:alert(1)", "//evil.example", "", "ftp://x", "https://a b", "/\\evil", "https://["]
)
def test_readers_are_led_to_no_odd_address(changed: Post, admin: User, to: str) -> None:
    with pytest.raises(NotReady):
        changed.unpublish(by=admin, outcome=Outcome(GoneAs.MOVED, to=to))

    assert changed.is_live


# Summer and winter time: 29 March 2026 has no 2:30 in Berlin, 25 October 2026 has it twice.


@pytest.fixture
def berlin(settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("today", "typed", "meant", "shown"),
    [
        (datetime(2026, 3, 28, tzinfo=UTC), "2026-03-29T03:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "29 Mar 2026, 03:30 CEST"),
        (datetime(2026, 3, 28, tzinfo=UTC), "2026-03-29T01:30", datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "29 Mar 2026, 01:30 CET"),
        (datetime(2026, 10, 24, tzinfo=UTC), "2026-10-25T04:00", datetime(2026, 10, 25, 3, tzinfo=UTC), "25 Oct 2026, 04:00 CET"),
    ],
)  # fmt: skip
def test_a_time_across_the_change_of_the_clocks_is_the_one_that_was_meant(
    clock: Clock, waiting: Post, admin: User, today: datetime, typed: str, meant: datetime, shown: str
) -> None:
    clock(today)
    form = WhenForm({"when": typed})
    assert form.is_valid()

    waiting.schedule(by=admin, revision=1, at=form.cleaned_data["when"])

    assert waiting.scheduled_at == meant
    assert in_words(meant) == shown
    clock(meant - SECOND)
    assert seen(waiting)["page"] == "404"
    clock(meant)
    assert seen(waiting)["page"] == "At noon"


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize("typed", ["2026-03-29T02:30", "2026-10-25T02:30", "tomorrow", "", "2026-02-30T10:00"])
def test_a_time_that_is_not_there_or_is_there_twice_is_asked_about(typed: str) -> None:
    form = WhenForm({"when": typed})

    assert not form.is_valid()
    assert form.errors["when"]


def test_a_time_is_typed_on_the_page_and_refused_in_words(submitted: Post, admin: User) -> None:
    browser, to_come = signed_in(admin), timezone.localtime(timezone.now() + timedelta(days=30))

    refused = browser.post(f"/desk/posts/{submitted.pk}/schedule", {"revision": "1", "when": "2020-01-01T10:00"})
    done = browser.post(
        f"/desk/posts/{submitted.pk}/schedule", {"revision": "1", "when": f"{to_come:%Y-%m-%dT10:00}"}, follow=True
    )

    assert refused.status_code == 422
    assert "That time is past." in refused.content.decode()
    assert f"{to_come:%b %Y}, 10:00 UTC" in done.content.decode()
