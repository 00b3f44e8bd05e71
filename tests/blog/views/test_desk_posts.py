"""A post's own page on the desk: where it stands, in words that are true, and what can be done with it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from accounts.models import User
from blog.models import Outcome, Post
from blog.status import GoneAs
from tests.blog.posts import post_in
from tests.conftest import signed_in

MOMENT = r"\d+ \w{3} \d{4}, \d\d:\d\d UTC"
WORDS = {"title": "A title", "body": "Some words.", "tags": "one"}


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def page_of(post: Post, person: User) -> Any:
    return signed_in(person).get(f"/desk/posts/{post.pk}")


def verbs(answer: Any) -> tuple[list[str], list[str]]:
    """Return the verbs that come first, and those under "More"."""
    context = answer.context
    return [button.verb for button in context["moves"]], [button.verb for button in context["more_moves"]]


# Where it stands


def test_a_draft_is_told_to_be_seen_by_nobody_else(draft: Post, editor: User) -> None:
    assert "Readers do not see it." in text_of(page_of(draft, editor))


def test_what_waits_is_told_with_its_place_and_with_who_has_it_in_hand(
    submitted: Post, editor: User, admin: User
) -> None:
    later = post_in("in_review", editor, admin, title="Later")
    later.claim(by=admin)

    assert re.search(
        rf"Revision 1 waits for review since {MOMENT} ?, next in the queue", text_of(page_of(submitted, editor))
    )
    told = text_of(page_of(later, editor))
    assert "number 2 in the queue" in told
    assert re.search(rf"Ada Admin has it in hand since {MOMENT}", told)


def test_a_schedule_and_an_end_are_told_with_their_times(submitted: Post, editor: User, admin: User) -> None:
    submitted.schedule(by=admin, revision=1, at=timezone.now() + timedelta(days=1))
    outcome = Outcome(GoneAs.GONE, note="It was for <one> day.")
    submitted.unpublish_later(by=admin, at=timezone.now() + timedelta(days=2), outcome=outcome)

    answer = page_of(submitted, editor)

    told = text_of(answer)
    assert "Scheduled" in told
    assert "Published" not in told
    assert "Readers do not see it yet." in told
    assert re.search(rf"Revision 1 goes live on {MOMENT}", told)
    assert re.search(rf"It ends on {MOMENT}", told)
    assert escape("It was for <one> day.") in answer.content.decode()


def test_a_change_that_waits_for_its_time_is_told_beside_what_readers_see(
    published: Post, editor: User, admin: User
) -> None:
    published.edit(by=editor, version=1, title="On proofs", body="Other words.", tags=[])
    published.submit(by=editor)
    published.schedule(by=admin, revision=2, at=timezone.now() + timedelta(days=1))

    told = text_of(page_of(published, editor))

    assert re.search(rf"Readers see revision 1 ?\. First published {MOMENT}", told)
    assert re.search(rf"Revision 2 takes its place on {MOMENT}", told)


def test_what_was_taken_from_readers_is_told_with_what_they_get(published: Post, admin: User) -> None:
    published.unpublish(by=admin, outcome=Outcome(GoneAs.MOVED, to="https://elsewhere.example/"))

    assert "they are led to https://elsewhere.example/" in text_of(page_of(published, admin))


def test_a_returned_post_says_by_whom_and_when_beside_the_text(submitted: Post, editor: User, admin: User) -> None:
    submitted.request_changes(by=admin, revision=1, reason="Shorter, please.")

    assert re.search(rf"Ada Admin asked for changes Shorter, please\. {MOMENT}", text_of(page_of(submitted, editor)))


# What can be done


def test_deciding_has_its_page_and_the_post_leads_there(submitted: Post, admin: User) -> None:
    answer = page_of(submitted, admin)

    assert f'href="/desk/posts/{submitted.pk}/review">Read revision 1 and decide' in answer.content.decode()
    assert verbs(answer) == ([], ["hand_over", "readdress", "archive"])


def test_an_editor_is_not_led_to_a_decision(submitted: Post, editor: User) -> None:
    assert f"/desk/posts/{submitted.pk}/review" not in page_of(submitted, editor).content.decode()


@pytest.mark.parametrize(
    ("state", "for_author", "for_admin"),
    [
        ("draft", (["submit"], ["archive", "delete"]), ([], ["hand_over", "archive"])),
        ("in_review", (["withdraw"], ["archive"]), ([], ["hand_over", "readdress", "archive"])),
        ("published", ([], []), (["unpublish"], ["unpublish_later", "hand_over", "readdress"])),
        ("draft+live", (["submit"], []), (["unpublish"], ["unpublish_later", "hand_over", "readdress"])),
        ("archived", (["unarchive"], ["delete"]), (["unarchive"], ["hand_over"])),
    ],
)
def test_the_usual_comes_first_and_the_rare_under_more(
    editor: User, admin: User, state: str, for_author: Any, for_admin: Any
) -> None:
    post = post_in(state, editor, admin)

    assert verbs(page_of(post, editor)) == for_author
    assert verbs(page_of(post, admin)) == for_admin


def test_the_time_that_is_set_stands_in_the_field(submitted: Post, admin: User, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    at = (timezone.now() + timedelta(days=1)).replace(second=0, microsecond=0)
    submitted.schedule(by=admin, revision=1, at=at)

    page = page_of(submitted, admin).content.decode()

    assert f'value="{timezone.localtime(at):%Y-%m-%dT%H:%M}"' in page
    assert "Day and time in Asia/Tokyo" in page


def test_what_the_checks_find_is_told_before_submitting_and_not_after(editor: User) -> None:
    post = Post.objects.write(by=editor, title="Pictures", body="Look: ![](https://pictures.example/a.png)", tags=[])
    before = text_of(page_of(post, editor))
    post.submit(by=editor)

    assert "Say what this picture shows" in before
    assert "Say what this picture shows" not in text_of(page_of(post, editor))


# The note, and the fields that most posts leave empty


@pytest.mark.parametrize("path", ["/write", "/desk/posts/{}/edit"])
def test_a_note_goes_along_with_what_is_submitted(draft: Post, editor: User, path: str) -> None:
    sent = WORDS | {"version": "1", "then": "submit", "note": "The ending is new."}

    signed_in(editor).post(path.format(draft.pk), sent)

    post = Post.objects.get(title="A title")
    assert post.submitted_revision is not None
    assert post.submitted_revision.note == "The ending is new."


def test_a_note_goes_along_from_the_posts_own_page(draft: Post, editor: User) -> None:
    signed_in(editor).post(f"/desk/posts/{draft.pk}/submit", {"note": "Ready."})

    assert draft.revisions.get().note == "Ready."


def test_a_note_is_given_back_where_submitting_did_not_succeed(editor: User) -> None:
    sent = {"title": "", "body": "Words.", "then": "submit", "note": "Written <before> the title."}

    answer = signed_in(editor).post("/write", sent)

    page = answer.content.decode()
    post = Post.objects.get()
    assert answer.status_code == 422
    assert "Saved, but not submitted. Give the post a title" in page
    assert escape("Written <before> the title.") in page
    assert f'action="/desk/posts/{post.pk}/edit"' in page


def test_a_note_that_is_too_long_comes_back_and_nothing_is_saved(draft: Post, editor: User) -> None:
    sent = WORDS | {"version": "1", "then": "submit", "note": "x" * 501}

    answer = signed_in(editor).post(f"/desk/posts/{draft.pk}/edit", sent)

    assert answer.status_code == 422
    assert "x" * 501 in answer.content.decode()
    assert Post.objects.get().version == 1


def is_open(page: str, summary: str) -> bool:
    found = re.search(rf"<details[^>]*?( open)?>\s*<summary>{summary}", page)
    assert found, summary
    return found[1] is not None


def test_more_about_a_post_opens_by_itself_where_there_is_something_in_it(draft: Post, editor: User) -> None:
    client = signed_in(editor)
    path = f"/desk/posts/{draft.pk}/edit"
    before = client.get(path).content.decode()
    client.post(path, WORDS | {"version": "1", "excerpt": "In a sentence.", "canonical_url": "https://first.example/"})
    after = client.get(path).content.decode()
    wrong = client.post(path, WORDS | {"version": "2", "canonical_url": "not an address", "excerpt": ""})

    assert not is_open(before, "More about this post")
    assert is_open(after, "More about this post")
    assert "In a sentence." in after
    assert wrong.status_code == 422
    assert is_open(wrong.content.decode(), "More about this post")


def test_a_save_that_comes_too_late_keeps_every_field_of_both_texts(draft: Post, editor: User) -> None:
    theirs = {"excerpt": "Their description.", "canonical_url": "https://theirs.example/"}
    draft.edit(by=editor, version=1, title="Theirs", body="Their words.", tags=["theirs"], **theirs)
    mine = WORDS | {"excerpt": "My description.", "canonical_url": "https://mine.example/", "note": "My note."}

    answer = signed_in(editor).post(f"/desk/posts/{draft.pk}/edit", mine | {"version": "1"})

    page = answer.content.decode()
    assert answer.status_code == 409
    for text in [*theirs.values(), *mine.values(), "Theirs", "Their words.", "theirs"]:
        assert text in page
    assert is_open(page, "More about this post")
    assert is_open(page, "A note for the reviewer")


def test_who_was_signed_out_meanwhile_gets_every_field_back(draft: Post) -> None:
    typed = WORDS | {"excerpt": "A description.", "canonical_url": "https://mine.example/", "note": "A note."}

    page = Client().post(f"/desk/posts/{draft.pk}/edit", typed).content.decode()

    for text in typed.values():
        assert text in page
