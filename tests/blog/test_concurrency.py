"""Many at once, each on a connection of their own: one wins, and the others are told."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import User
from blog.exceptions import AnotherRevision, EditedMeanwhile, NotReady, WrongStatus
from blog.models import FormerSlug, FormerTagSlug, Post, Tag, Tagging, tag_keeping
from blog.status import Status
from tests.blog.posts import with_roles
from tests.conftest import SignUp, signed_in

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])


@pytest.fixture(autouse=True)
def _without_webhooks(settings: Any) -> None:
    """Keep the sandbox from telling the site of each sign-up, in a thread that outlives the test."""
    settings.DESCOPE_WEBHOOK_SECRET = ""


def at_once(*attempts: Callable[[], object]) -> Counter[str]:
    """Start all of these in the same moment. Returns how often each came about: a status, ok, or an exception."""
    ready = threading.Barrier(len(attempts))

    def run(attempt: Callable[[], object]) -> str:
        try:
            ready.wait(timeout=30)
            return str(attempt() or "ok")
        except WrongStatus as late:
            return type(late).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(attempts)) as threads:
        return Counter(threads.map(run, attempts))


def as_seen_by(post: Post, person: User) -> tuple[Post, User]:
    """Return both as another request would have loaded them."""
    return Post.objects.get(pk=post.pk), with_roles(person, *person.roles)


def test_of_ten_admins_who_publish_at_once_one_does(submitted: Post, sign_up: SignUp) -> None:
    def publisher(number: int) -> Callable[[], None]:
        post, admin = as_seen_by(submitted, sign_up(f"Admin {number}", "admin"))
        return lambda: post.publish(by=admin, revision=1)

    outcomes = at_once(*[publisher(number) for number in range(10)])

    assert outcomes == {"ok": 1, "WrongStatus": 9}
    assert submitted.history.filter(verb="publish").count() == 1


def test_of_twenty_saves_on_one_version_one_is_kept(draft: Post, editor: User) -> None:
    def save(number: int) -> Callable[[], None]:
        post, author = as_seen_by(draft, editor)
        return lambda: post.edit(by=author, version=1, title=f"Take {number}", body=f"Words of {number}.")

    outcomes = at_once(*[save(number) for number in range(20)])

    kept = Post.objects.get(pk=draft.pk)
    assert outcomes == {"ok": 1, EditedMeanwhile.__name__: 19}
    assert kept.version == 2
    assert kept.title.removeprefix("Take ") == kept.body.removeprefix("Words of ").removesuffix(".")


def test_of_twenty_saves_from_open_pages_one_is_kept_and_the_others_show_both_texts(draft: Post, editor: User) -> None:
    def save(number: int) -> Callable[[], int]:
        browser = signed_in(editor)
        words = {"title": "Take", "body": f"Words of {number}.", "version": "1"}
        return lambda: browser.post(f"/desk/posts/{draft.pk}/edit", words).status_code

    outcomes = at_once(*[save(number) for number in range(20)])

    assert outcomes == {"302": 1, "409": 19}


def test_an_author_who_submits_anew_while_an_admin_publishes_never_puts_the_unread_text_out(
    submitted: Post, editor: User, admin: User
) -> None:
    submitted.edit(by=editor, version=submitted.version, title="Unread", body="Unread.")
    theirs, author = as_seen_by(submitted, editor)
    read, reviewer = as_seen_by(submitted, admin)

    outcomes = at_once(
        lambda: theirs.submit(by=author),
        lambda: read.publish(by=reviewer, revision=1),
    )

    kept = Post.objects.get(pk=submitted.pk)
    was_too_late = bool(outcomes[AnotherRevision.__name__])
    assert kept.live_revision == (None if was_too_late else kept.revisions.get(number=1))
    assert kept.submitted_revision == kept.revisions.get(number=2)


def test_an_author_who_withdraws_while_an_admin_publishes_leaves_one_outcome(
    submitted: Post, editor: User, admin: User
) -> None:
    theirs, author = as_seen_by(submitted, editor)
    read, reviewer = as_seen_by(submitted, admin)

    outcomes = at_once(lambda: theirs.withdraw(by=author), lambda: read.publish(by=reviewer, revision=1))

    kept = Post.objects.get(pk=submitted.pk)
    assert outcomes == {"ok": 1, "WrongStatus": 1}
    assert (kept.status, kept.live_revision is None) in [(Status.DRAFT, True), (Status.PUBLISHED, False)]


def test_a_form_sent_ten_times_at_once_starts_one_post(editor: User) -> None:
    def send() -> Callable[[], None]:
        author = with_roles(editor, *editor.roles)
        return lambda: _discard(Post.objects.write_once(by=author, title="Once", body="Words.", write_key="key"))

    outcomes = at_once(*[send() for _ in range(10)])

    assert outcomes == {"ok": 10}
    assert Post.objects.count() == 1


def test_ten_people_who_choose_one_title_at_once_get_ten_addresses(sign_up: SignUp) -> None:
    def start(number: int) -> Callable[[], None]:
        author = sign_up(f"Editor {number}", "editor")
        return lambda: _discard(Post.objects.write(by=author, title="Same", body="Words."))

    outcomes = at_once(*[start(number) for number in range(10)])

    slugs = set(Post.objects.values_list("slug", flat=True))
    assert outcomes == {"ok": 10}
    assert slugs == {"same", *(f"same-{number}" for number in range(2, 11))}


def test_ten_people_who_change_to_one_title_at_once_get_ten_addresses(sign_up: SignUp) -> None:
    def change(number: int) -> Callable[[], None]:
        author = sign_up(f"Editor {number}", "editor")
        post = Post.objects.write(by=author, title=f"Own {number}", body="Words.")
        return lambda: post.edit(by=author, version=1, title="Same", body="Words.")

    outcomes = at_once(*[change(number) for number in range(10)])

    assert outcomes == {"ok": 10}
    assert Post.objects.filter(slug__startswith="same").count() == 10


def _discard(result: object) -> None:
    """Nothing to tell but that it came about."""


def test_of_ten_admins_who_claim_at_once_one_does(submitted: Post, sign_up: SignUp) -> None:
    def claimer(number: int) -> Callable[[], None]:
        post, admin = as_seen_by(submitted, sign_up(f"Admin {number}", "admin"))
        return lambda: post.claim(by=admin)

    outcomes = at_once(*[claimer(number) for number in range(10)])

    assert outcomes == {"ok": 1, "WrongStatus": 9}
    assert submitted.history.filter(verb="claim").count() == 1


def test_what_is_published_and_scheduled_at_once_is_one_of_the_two(submitted: Post, sign_up: SignUp) -> None:
    at = timezone.now() + timedelta(hours=1)

    def decider(number: int) -> Callable[[], None]:
        post, admin = as_seen_by(submitted, sign_up(f"Admin {number}", "admin"))
        if number % 2:
            return lambda: post.schedule(by=admin, revision=1, at=at)
        return lambda: post.publish(by=admin, revision=1)

    outcomes = at_once(*[decider(number) for number in range(8)])

    assert outcomes == {"ok": 1, "WrongStatus": 7}
    kept = Post.objects.get(pk=submitted.pk)
    assert kept.is_live is not kept.is_scheduled


def test_what_the_clock_did_is_written_down_once(submitted: Post, admin: User) -> None:
    submitted.schedule(by=admin, revision=1, at=timezone.now() + timedelta(seconds=1))
    time.sleep(1.1)

    at_once(*[Post.objects.settle_due for _ in range(6)])

    assert [entry.verb for entry in submitted.history.order_by("pk")] == ["write", "submit", "schedule", "publish"]


def test_two_admins_who_merge_each_into_the_other_leave_one(submitted: Post, sign_up: SignUp) -> None:
    admin = sign_up("Ada Admin", "admin")
    submitted.publish(by=admin, revision=1)
    one = Tag.objects.get()
    other = Tag.objects.named("other")

    outcomes = at_once(
        lambda: tag_keeping.merge(one, by=admin, into=other) and None,
        lambda: tag_keeping.merge(other, by=admin, into=one) and None,
    )

    assert outcomes == {"ok": 1, "WrongStatus": 1}
    assert Tagging.objects.get().tag == Tag.objects.get()
    assert FormerTagSlug.objects.count() == 1


def test_what_is_approved_while_its_tag_is_merged_has_the_other(submitted: Post, sign_up: SignUp) -> None:
    admin = sign_up("Ada Admin", "admin")
    one, other = Tag.objects.named("craft"), Tag.objects.named("other")

    outcomes = at_once(
        lambda: submitted.publish(by=admin, revision=1), lambda: tag_keeping.merge(one, by=admin, into=other) and None
    )

    assert outcomes == {"ok": 2}
    assert Tagging.objects.get().tag == other


def test_of_two_posts_that_take_one_address_at_once_one_has_it(editor: User, sign_up: SignUp) -> None:
    admin = sign_up("Ada Admin", "admin")
    posts = []
    for title in ("One", "Two"):
        post = Post.objects.write(by=editor, title=title, body="Words.")
        post.submit(by=editor)
        posts.append(post)

    def taking(post: Post) -> Callable[[], str | None]:
        def take() -> str | None:
            try:
                post.readdress(by=admin, to="three")
            except NotReady:
                return "NotReady"
            return None

        return take

    assert at_once(*map(taking, posts)) == {"ok": 1, "NotReady": 1}
    assert Post.objects.filter(slug="three").count() == FormerSlug.objects.count() == 1


def test_an_address_that_is_left_is_nobody_elses_in_that_very_moment(
    submitted: Post, editor: User, sign_up: SignUp
) -> None:
    admin = sign_up("Ada Admin", "admin")

    outcomes = at_once(
        lambda: submitted.readdress(by=admin, to="elsewhere"),
        *[lambda: Post.objects.write(by=editor, title="On proofs", body="Words.") and None for _ in range(4)],
    )

    assert outcomes == {"ok": 5}
    assert FormerSlug.objects.get().post == submitted
    assert not Post.objects.filter(slug="on-proofs").exists()
