"""What readers get where a post was: only once they have seen it, by every address of it, and never round in circles."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User, Visitor
from blog.checks import site
from blog.exceptions import NotReady
from blog.explaining import doors
from blog.models import Outcome, Post
from blog.status import GoneAs
from tests.conftest import signed_in

SAID = "Withdrawn by order of a court."
GONE = Outcome(GoneAs.GONE, note=SAID)


@pytest.fixture(autouse=True)
def open_to_all(settings: Settings) -> None:
    settings.VISIBILITY = "public"


def in_days(days: int) -> datetime:
    return timezone.now() + timedelta(days=days)


def statuses(post: Post) -> set[int]:
    """Return what a visitor is answered at the addresses of a post."""
    return {Client().get(f"/posts/{name}").status_code for name in (post.slug, post.pk)}


@pytest.fixture
def planned(submitted: Post, admin: User) -> Post:
    """A post that readers will see tomorrow for the first time, until its end."""
    submitted.schedule(by=admin, revision=1, at=in_days(1))
    submitted.unpublish_later(by=admin, at=in_days(2), outcome=GONE)
    return submitted


def test_nothing_is_told_of_what_readers_never_saw(planned: Post, admin: User) -> None:
    while_planned = statuses(planned), SAID in " ".join(doors(planned))
    on_desk = signed_in(admin).get(f"/desk/posts/{planned.pk}").content.decode()
    planned.unschedule(by=admin)

    assert while_planned == ({404}, False)
    assert on_desk.count(SAID) >= 1
    assert statuses(planned) == {404}
    assert planned.gone_as == GoneAs.NOT_FOUND
    assert SAID not in " ".join(doors(planned))


def test_it_is_told_once_the_clock_has_shown_the_post_and_ended_it(
    planned: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = in_days(3)
    monkeypatch.setattr(timezone, "now", lambda: later)

    unsettled = statuses(planned)
    Post.objects.settle_due()

    assert unsettled == statuses(planned) == {410}


def test_what_is_said_at_the_next_end_is_not_said_before_it(published: Post, admin: User) -> None:
    published.unpublish(by=admin)
    published.schedule(by=admin, revision=1, at=in_days(1))

    published.unpublish_later(by=admin, at=in_days(2), outcome=GONE)

    assert statuses(published) == {404}


def test_what_was_said_stays_where_a_schedule_is_called_off(published: Post, admin: User) -> None:
    published.unpublish(by=admin, outcome=GONE)
    published.schedule(by=admin, revision=1, at=in_days(1))
    published.unschedule(by=admin)

    assert statuses(published) == {410}


def test_keeping_it_published_drops_what_was_to_be_said(published: Post, admin: User) -> None:
    published.unpublish_later(by=admin, at=in_days(1), outcome=GONE)

    published.keep_published(by=admin)

    assert (published.gone_as, published.gone_note) == (GoneAs.NOT_FOUND, "")


def test_a_link_to_what_is_to_move_and_was_never_seen_is_dead(submitted: Post, admin: User, reader: User) -> None:
    submitted.schedule(by=admin, revision=1, at=in_days(1))
    submitted.unpublish_later(by=admin, at=in_days(2), outcome=Outcome(GoneAs.MOVED, to="https://example.org/"))

    path = f"/posts/{submitted.slug}"
    resolves = site.resolves_for(reader, Post.objects.all(), f'<a href="{path}">')

    assert not resolves(path)
    assert not Post.objects.gone_for(Visitor()).exists()


def test_a_link_to_what_has_moved_leads_on(published: Post, admin: User, reader: User) -> None:
    published.unpublish(by=admin, outcome=Outcome(GoneAs.MOVED, to="https://example.org/"))

    path = f"/posts/{published.slug}"

    assert site.resolves_for(reader, Post.objects.all(), f'<a href="{path}">')(path)


def test_both_addresses_of_a_post_know_what_became_of_it(published: Post, admin: User) -> None:
    published.unpublish(by=admin, outcome=Outcome(GoneAs.MOVED, to="https://example.org/new"))
    moved = [Client().get(f"/posts/{name}") for name in (published.slug, published.pk)]
    published.publish(by=admin, revision=1)
    published.unpublish(by=admin, outcome=GONE)

    assert [(answer.status_code, answer["Location"]) for answer in moved] == [(302, "https://example.org/new")] * 2
    assert statuses(published) == {410}
    assert SAID in Client().get(f"/posts/{published.pk}").content.decode()


@pytest.mark.parametrize(
    "to",
    [
        "/posts/{slug}",
        "/posts/{pk}",
        "http://localhost:8000/posts/{slug}",
        "https://LOCALHOST/posts/{slug}",
        "/posts/On-Proofs?from=here#top",
        "/posts/on%2Dproofs",
        "/posts/x/../{slug}",
    ],
)
@pytest.mark.parametrize("verb", ["unpublish", "unpublish_later"])
def test_no_post_leads_to_itself(published: Post, admin: User, to: str, verb: str) -> None:
    when = {"at": in_days(1)} if verb == "unpublish_later" else {}
    outcome = Outcome(GoneAs.MOVED, to=to.format(slug=published.slug, pk=published.pk))

    with pytest.raises(NotReady, match="this post itself"):
        getattr(published, verb)(by=admin, outcome=outcome, **when)

    assert Post.objects.get().gone_as == GoneAs.NOT_FOUND


@pytest.mark.parametrize("to", ["/posts/on-proofs-2", "/", "https://example.org/posts/on-proofs", "/nowhere"])
def test_a_post_leads_anywhere_else(published: Post, admin: User, to: str) -> None:
    published.unpublish(by=admin, outcome=Outcome(GoneAs.MOVED, to=to))

    assert Client().get(f"/posts/{published.slug}")["Location"] == to
