"""The history page: every revision and everything done, any two texts compared, and the way back to one."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from blog.models import HistoryEntry, Post, Revision
from tests.conftest import bearer, signed_in


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def fates(answer: Any) -> list[tuple[int, str]]:
    return [(row.revision.number, row.fate) for row in answer.context["rows"]]


@pytest.fixture
def path(submitted: Post) -> str:
    return f"/desk/posts/{submitted.pk}/history"


def go_on(post: Post, by: User, body: str, note: str = "", title: str = "On proofs") -> None:
    post.edit(by=by, version=post.version, title=title, body=body, tags=["craft"])
    post.submit(by=by, note=note)


def make_many(post: Post, by: User, wanted: int) -> None:
    """Add revisions and history by the hundred, as the verbs would, but faster."""
    at = timezone.now()
    numbers = range(post.revisions.count() + 1, wanted + 1)
    first = Revision.objects.get(post=post, number=1)
    same = {
        field.attname: getattr(first, field.attname)
        for field in Revision._meta.concrete_fields
        if field.attname not in ("id", "number")
    }
    Revision.objects.bulk_create(Revision(**(same | {"number": number})) for number in numbers)
    HistoryEntry.objects.bulk_create(
        HistoryEntry(post=post, by=by, verb="edit", from_status="in_review", to_status="in_review", at=at)
        for _ in numbers
    )


# All revisions and all that was done


def test_every_revision_is_there_with_who_when_and_what_became_of_it(
    submitted: Post, editor: User, admin: User, path: str
) -> None:
    submitted.request_changes(by=admin, revision=1, reason="Shorter, please.")
    go_on(submitted, editor, "Two.", note="As you <asked>.")
    submitted.publish(by=admin, revision=2)
    go_on(submitted, editor, "Three.")

    answer = signed_in(editor).get(path)

    assert fates(answer) == [(3, "waits for review"), (2, "is live"), (1, "was returned")]
    page = answer.content.decode()
    assert "As you &lt;asked&gt;." in page
    assert "Shorter, please." in page
    assert re.search(r"Ed Editor \d+ \w+ \d{4}, \d\d:\d\d UTC", text_of(answer))
    assert [entry.verb for entry in answer.context["entries"]] == [
        "submit", "edit", "publish", "submit", "edit", "request_changes", "submit", "write",
    ]  # fmt: skip


def test_what_goes_live_later_says_so(submitted: Post, editor: User, admin: User, path: str) -> None:
    submitted.schedule(by=admin, revision=1, at=timezone.now() + timedelta(days=1))

    answer = signed_in(editor).get(path)

    assert fates(answer) == [(1, "is scheduled")]
    assert re.search(r"scheduled it for \d+ \w+ \d{4}, \d\d:\d\d UTC", text_of(answer))


def test_a_draft_that_was_never_submitted_has_a_history_without_revisions(draft: Post, editor: User) -> None:
    answer = signed_in(editor).get(f"/desk/posts/{draft.pk}/history")

    assert "Nothing was submitted yet" in text_of(answer)
    assert "started it" in text_of(answer)
    assert "<select" not in answer.content.decode()


def test_it_is_for_those_who_may_open_the_post_on_the_desk(
    published: Post, other_editor: User, reader: User, admin: User, path: str
) -> None:
    assert signed_in(admin).get(path).status_code == 200
    for person in (other_editor, reader):
        assert signed_in(person).get(path).status_code == 403
        assert signed_in(person).get(path, {"to": "1"}).status_code == 403
    assert Client().get(path).status_code != 200


def test_five_hundred_revisions_come_in_pages_and_in_as_many_queries_as_three(
    submitted: Post, editor: User, path: str
) -> None:
    client = signed_in(editor)
    make_many(submitted, editor, 3)
    with CaptureQueriesContext(connection) as few:
        client.get(path)

    make_many(submitted, editor, 500)
    with CaptureQueriesContext(connection) as many:
        first = client.get(path)
    last = client.get(path, {"page": "25", "entries": "17"})

    assert len(many) == len(few)
    assert [row.revision.number for row in first.context["rows"]][:2] == [500, 499]
    assert [row.revision.number for row in last.context["rows"]][-1] == 1
    assert last.context["entries"][-1].verb == "write"
    assert len(first.content) < 200_000


# Two texts side by side


@pytest.fixture
def three(submitted: Post, editor: User) -> Post:
    go_on(submitted, editor, "Read it *thrice*.")
    go_on(submitted, editor, "Read it *four times*.", title="On galley proofs")
    submitted.edit(by=editor, version=submitted.version, title="Typed since", body="Typed since.", tags=[])
    return submitted


@pytest.mark.parametrize(
    ("asked", "old", "new"),
    [
        ({"from": "1", "to": "3"}, "twice", "four times"),
        ({"from": "3", "to": "1"}, "four times", "twice"),
        ({"from": "2", "to": "working-copy"}, "thrice", "Typed since"),
        ({"from": "working-copy", "to": "2"}, "Typed since", "thrice"),
    ],
)
def test_any_two_are_compared(three: Post, editor: User, path: str, asked: dict[str, str], old: str, new: str) -> None:
    answer = signed_in(editor).get(path, asked | {"show": "source"})

    comparison = answer.context["spread"].comparison
    assert old in comparison.old.body
    assert new in comparison.new.body
    assert "source-diff" in answer.content.decode()


def test_one_text_alone_opens_as_readers_would_see_it_with_the_one_before_at_hand(
    three: Post, editor: User, path: str
) -> None:
    answer = signed_in(editor).get(path, {"to": "2"})

    assert "Read it <em>thrice</em>." in answer.content.decode()
    assert answer.context["earlier"].number == 1
    assert "Older: revision 1" in text_of(answer)
    assert "Newer: revision 3" in text_of(answer)


def test_the_working_copy_is_shown_as_it_would_look_and_is_kept_as_nothing(
    three: Post, editor: User, path: str
) -> None:
    answer = signed_in(editor).get(path, {"to": "working-copy", "show": "details"})

    assert "Typed since" in answer.content.decode()
    assert "It is not sealed" in text_of(answer)
    assert three.revisions.count() == 3


@pytest.mark.parametrize("asked", ["0", "4", "-1", "x", "", "9" * 30, "١", "1;2"])
@pytest.mark.parametrize("end", ["from", "to"])
def test_a_revision_that_there_is_not_is_not_found(three: Post, editor: User, path: str, asked: str, end: str) -> None:
    if (end, asked) == ("from", ""):
        return  # Nobody chose one: it is compared with the one before.
    assert signed_in(editor).get(path, {"from": "1", "to": "2"} | {end: asked}).status_code == 404


def test_a_text_that_does_not_render_is_compared_in_its_source(submitted: Post, editor: User, path: str) -> None:
    submitted.edit(by=editor, version=1, title="Brackets", body="1. " * 5_000, tags=[])

    answer = signed_in(editor).get(path, {"from": "1", "to": "working-copy", "show": "source"})

    assert answer.status_code == 200
    assert "It does not make a page yet." in text_of(answer)


# Back to an earlier one


def test_going_back_makes_a_new_working_copy_and_removes_nothing(three: Post, editor: User, path: str) -> None:
    client = signed_in(editor)
    page = client.get(path, {"to": "1"}).content.decode()
    form = dict(re.findall(r'name="(version|revision)" value="(\d+)"', page))

    answer = client.post(f"/desk/posts/{three.pk}/restore", form)

    assert "nothing is removed" in page
    assert answer.headers["Location"] == f"/desk/posts/{three.pk}/edit"
    kept = Post.objects.get(pk=three.pk)
    assert kept.body == "Read it *twice*."
    assert fates(client.get(path))[0] == (4, "was kept")
    assert kept.revisions.get(number=4).body == "Typed since."


def test_going_back_after_somebody_saved_is_refused(three: Post, editor: User, path: str) -> None:
    client = signed_in(editor)
    form = dict(re.findall(r'name="(version|revision)" value="(\d+)"', client.get(path, {"to": "1"}).content.decode()))
    three.edit(by=editor, version=three.version, title="Newer", body="Newer.", tags=[])

    answer = client.post(f"/desk/posts/{three.pk}/restore", form)

    assert answer.status_code == 409
    assert Post.objects.get(pk=three.pk).body == "Newer."


def test_only_its_author_is_offered_the_way_back(three: Post, admin: User, path: str) -> None:
    assert "/restore" not in signed_in(admin).get(path, {"to": "1"}).content.decode()


def test_to_where_one_is_already_there_is_no_way_back(submitted: Post, editor: User, path: str) -> None:
    assert "/restore" not in signed_in(editor).get(path, {"to": "1"}).content.decode()


def test_what_a_program_did_is_told_with_its_door(draft: Post, editor: User) -> None:
    sent = {"title": "By a program", "content": "Words."}
    Client().post("/api/posts/create", sent, content_type="application/json", headers=bearer(editor))
    made = Post.objects.get(title="By a program")

    assert "through the API" in text_of(signed_in(editor).get(f"/desk/posts/{made.pk}/history"))


@pytest.mark.parametrize("page", ["", "/edit"])
def test_the_post_and_its_form_lead_to_the_history(draft: Post, editor: User, page: str) -> None:
    assert (
        f'href="/desk/posts/{draft.pk}/history"'
        in signed_in(editor).get(f"/desk/posts/{draft.pk}{page}").content.decode()
    )
