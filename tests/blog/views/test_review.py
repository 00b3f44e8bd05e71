"""The review page: what a reviewer reads, what it is compared with, and what they can decide there."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from blog.models import Post, Revision
from tests.blog.posts import post_in
from tests.conftest import SignUp, signed_in

SIDES = ["page", "changes", "source", "details"]


def review(client: Client, post: Post, **query: str) -> Any:
    return client.get(f"/desk/posts/{post.pk}/review", query)


def text_of(answer: Any) -> str:
    """Return the words of a page in one line, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def another_admin(sign_up: SignUp) -> User:
    return sign_up("Grace Admin", "admin")


@pytest.fixture
def next_one(published: Post, editor: User) -> Post:
    """A live post of which another revision waits."""
    published.edit(
        by=editor,
        version=published.version,
        title="On galley proofs",
        body="Read it *thrice*.",
        tags=["print"],
        excerpt="Why proofs are read.",
        canonical_url="https://first.example/",
    )
    published.submit(by=editor, note="The ending is <new>.")
    return published


# What is read, and beside what


def test_it_opens_on_the_sealed_text_as_readers_will_see_it(next_one: Post, admin: User) -> None:
    page = review(signed_in(admin), next_one).content.decode()

    assert "<h1>On galley proofs</h1>" in page
    assert "Read it <em>thrice</em>." in page
    assert re.search(r'aria-current="page">As readers see it<', page)


def test_its_sides_are_plain_links_and_one_is_the_current_one(next_one: Post, admin: User) -> None:
    client = signed_in(admin)

    for side in SIDES:
        page = review(client, next_one, show=side).content.decode()
        assert re.findall(r'<a href="\?show=(\w+)"( aria-current="page")?>', page) == [
            (each, ' aria-current="page"' if each == side else "") for each in SIDES
        ]


@pytest.mark.parametrize("asked", ["", "nonsense", "PAGE"])
def test_a_side_that_there_is_not_is_the_page(next_one: Post, admin: User, asked: str) -> None:
    assert "Read it <em>thrice</em>." in review(signed_in(admin), next_one, show=asked).content.decode()


def test_the_page_is_compared_with_what_readers_see(next_one: Post, admin: User) -> None:
    answer = review(signed_in(admin), next_one, show="changes")

    page = answer.content.decode()
    assert "Revision 2, against revision 1, which readers see now." in text_of(answer)
    assert re.search(r"<del[^>]*>\s*(<em>)?twice", page)
    assert re.search(r"<ins[^>]*>\s*(<em>)?thrice", page)


def test_the_source_is_compared_as_it_was_typed(next_one: Post, admin: User) -> None:
    page = review(signed_in(admin), next_one, show="source").content.decode()

    assert "source-diff" in page
    assert re.search(r"<del[^>]*>[*]*twice", page)


def test_title_tags_description_and_address_count_among_the_changes(next_one: Post, admin: User) -> None:
    client = signed_in(admin)

    for side in ("changes", "details"):
        page = review(client, next_one, show=side).content.decode()
        for removed, added in [("craft", "print")]:
            assert f'<del data-diff="removed">{removed}</del>' in page
            assert f'<ins data-diff="added">{added}</ins>' in page
        assert "Why proofs are read" in page
        assert "https://first.example/" in page
        assert re.search(r"<ins[^>]*>galley ?</ins>", page)


def test_a_description_taken_from_the_text_is_no_change_of_its_own(submitted: Post, editor: User, admin: User) -> None:
    submitted.publish(by=admin, revision=1)
    submitted.edit(by=editor, version=1, title=submitted.title, body="Other words.", tags=submitted.tags)
    submitted.submit(by=editor)

    page = review(signed_in(admin), submitted, show="changes").content.decode()

    assert "<dt>Description</dt>" not in page


def test_a_post_that_is_not_live_is_compared_with_the_one_reviewed_last(
    submitted: Post, editor: User, admin: User
) -> None:
    submitted.request_changes(by=admin, revision=1, reason="Shorter.")
    for words in ("Never read.", "Read at last."):
        submitted.edit(by=editor, version=submitted.version, title="On proofs", body=words, tags=["craft"])
        submitted.submit(by=editor)

    answer = review(signed_in(admin), submitted, show="changes")

    assert answer.context["revision"].number == 3
    assert "Revision 3, against revision 1, which was reviewed last." in text_of(answer)


def test_what_was_unpublished_is_not_compared_with_itself(published: Post, admin: User) -> None:
    published.unpublish(by=admin)

    answer = review(signed_in(admin), published, show="changes")

    assert "nothing to compare it with" in text_of(answer)


@pytest.mark.parametrize("side", SIDES)
def test_a_new_post_has_nothing_to_compare_it_with_and_says_so(submitted: Post, admin: User, side: str) -> None:
    answer = review(signed_in(admin), submitted, show=side)

    assert answer.status_code == 200
    assert "New: nobody has reviewed it before, and there is nothing to compare it with." in text_of(answer)
    assert 'class="source-diff"' not in answer.content.decode()


def test_the_details_hold_what_the_page_does_not_show(next_one: Post, admin: User) -> None:
    told = text_of(review(signed_in(admin), next_one, show="details"))

    revision = Revision.objects.get(post=next_one, number=2)
    assert revision.digest in told
    assert "/posts/on-proofs" in told
    assert "Written by Ed Editor" in told


def test_the_authors_note_is_for_the_reviewer(next_one: Post, admin: User) -> None:
    page = review(signed_in(admin), next_one).content.decode()

    assert "Ed Editor says" in page
    assert "The ending is &lt;new&gt;." in page


def test_what_the_checks_find_is_on_the_page(editor: User, admin: User) -> None:
    post = Post.objects.write(by=editor, title="Pictures", body="Look: ![](https://pictures.example/a.png)", tags=[])
    post.submit(by=editor)

    told = text_of(review(signed_in(admin), post))

    assert "Say what this picture shows" in told
    assert re.search(r"The checks found \d+ things? worth a look", told)


def test_it_is_said_since_when_it_waits_and_where_in_the_queue(submitted: Post, editor: User, admin: User) -> None:
    later = post_in("in_review", editor, admin, title="Later")
    client = signed_in(admin)

    assert "next in the queue" in text_of(review(client, submitted))
    assert "number 2 in the queue" in text_of(review(client, later))
    assert re.search(r"waits since \d+ \w+ \d{4}, \d\d:\d\d UTC", text_of(review(client, submitted)))


# What can be decided


def buttons(answer: Any) -> list[str]:
    return re.findall(r'data-verb="(\w+)"', answer.content.decode())


def test_the_buttons_decide_about_the_revision_that_is_read(next_one: Post, admin: User) -> None:
    answer = review(signed_in(admin), next_one)

    assert buttons(answer) == ["publish", "schedule", "request_changes", "claim"]
    assert answer.content.decode().count('name="revision" value="2"') == 3


def test_who_wrote_it_is_told_why_they_cannot_publish_it(editor_and_admin: User, admin: User, settings: Any) -> None:
    settings.REQUIRE_SECOND_PERSON = True
    post = post_in("in_review", editor_and_admin, admin)

    answer = review(signed_in(editor_and_admin), post)

    assert "publish" not in buttons(answer)
    assert "this site asks for a second person" in text_of(answer)


def test_who_has_it_in_hand_is_told_and_the_others_may_decide_all_the_same(
    submitted: Post, admin: User, another_admin: User
) -> None:
    signed_in(another_admin).post(f"/desk/posts/{submitted.pk}/claim")

    theirs, mine = review(signed_in(another_admin), submitted), review(signed_in(admin), submitted)

    assert "You have it in hand since" in text_of(theirs)
    assert "Grace Admin has it in hand since" in text_of(mine)
    assert "You can decide all the same" in text_of(mine)
    assert buttons(mine) == ["publish", "schedule", "request_changes", "unclaim"]
    decided = signed_in(admin).post(f"/desk/posts/{submitted.pk}/publish", {"revision": "1"})
    assert decided.status_code == 302


def test_a_schedule_is_asked_for_with_its_zone(submitted: Post, admin: User, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"

    told = text_of(review(signed_in(admin), submitted))

    assert "Day and time in Europe/Berlin" in told
    assert re.search(r"It is now \d+ \w+ \d{4}, \d\d:\d\d CES?T", told)


def test_a_decision_about_an_older_revision_leads_to_the_newer_one_with_the_reason_kept(
    submitted: Post, editor: User, admin: User
) -> None:
    client = signed_in(admin)
    review(client, submitted)
    submitted.edit(by=editor, version=1, title="On proofs", body="Something else.", tags=[])
    submitted.submit(by=editor)
    reason = 'Shorter, "please" & <soon>.'

    answer = client.post(f"/desk/posts/{submitted.pk}/request-changes", {"revision": "1", "reason": reason})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "A newer revision came in" in page
    assert f'href="/desk/posts/{submitted.pk}/review"' in page
    assert "Shorter, &quot;please&quot; &amp; &lt;soon&gt;." in page


def test_a_decision_that_came_too_late_leads_to_the_post(submitted: Post, editor: User, admin: User) -> None:
    submitted.withdraw(by=editor)

    answer = signed_in(admin).post(
        f"/desk/posts/{submitted.pk}/schedule", {"revision": "1", "when": "2031-01-01T10:00"}
    )

    assert answer.status_code == 409
    assert f'href="/desk/posts/{submitted.pk}"' in answer.content.decode()


# How one comes there


def test_a_link_in_a_mail_leads_there_through_sign_in(submitted: Post) -> None:
    answer = Client().get(f"/desk/posts/{submitted.pk}/review")

    assert f"/sign-in?next=%2Fdesk%2Fposts%2F{submitted.pk}%2Freview" in str(answer.headers.get("Location", "")) + (
        answer.content.decode()
    )


def test_what_was_decided_meanwhile_is_told_on_the_posts_own_page(submitted: Post, admin: User) -> None:
    submitted.schedule(by=admin, revision=1, at=timezone.now() + timedelta(days=1))

    answer = signed_in(admin).get(f"/desk/posts/{submitted.pk}/review", follow=True)

    assert answer.redirect_chain == [(f"/desk/posts/{submitted.pk}", 302)]
    assert "Revision 1 goes live on" in text_of(answer)


def test_the_page_skips_to_the_decision_and_offers_the_tabs_before_the_text(next_one: Post, admin: User) -> None:
    page = review(signed_in(admin), next_one).content.decode()

    places = [
        page.index(mark) for mark in ('href="#decision"', "spread-tabs", "<h1>", 'id="decision"', 'id="history-title"')
    ]
    assert places == sorted(places)


@pytest.mark.parametrize("side", SIDES)
def test_a_long_history_takes_no_more_queries(next_one: Post, editor: User, admin: User, side: str) -> None:
    client = signed_in(admin)
    review(client, next_one)
    with CaptureQueriesContext(connection) as short:
        review(client, next_one, show=side)

    for number in range(12):
        next_one.edit(by=editor, version=next_one.version, title="On proofs", body=f"Try {number}.", tags=[])
        next_one.submit(by=editor, note="Again.")
    with CaptureQueriesContext(connection) as long:
        review(client, next_one, show=side)

    assert len(long) == len(short)


def test_it_is_never_cached_and_never_found_by_search(next_one: Post, admin: User) -> None:
    answer = review(signed_in(admin), next_one)

    assert "no-store" in answer.headers["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in answer.content.decode()
