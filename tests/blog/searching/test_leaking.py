"""Never a word of what somebody may not read: not by what is found, how many, in which order, or what is shown of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from blog.models import Post, SearchEntry
from tests.conftest import bearer, signed_in

from .posts import publish, titles

SECRET = "Quixotry"
SOUGHT = (
    "quixotry",
    "quix",
    '"quixotry is"',
    "tag:quixotry",
    "common quixotry",
    "common",
    "-quixotry",
    "-common",
    "series:quixotry",
)


def hide_in_draft(editor: User, admin: User) -> None:
    Post.objects.write(by=editor, title=SECRET, body=f"{SECRET} is common. Windmills.", tags=[SECRET])


def hide_in_review(editor: User, admin: User) -> None:
    post = Post.objects.write(by=editor, title=SECRET, body=f"{SECRET} is common. Windmills.", tags=[SECRET])
    post.submit(by=editor)


def hide_in_next_revision(editor: User, admin: User) -> None:
    post = Post.objects.get(slug="a-common-post")
    post.edit(by=editor, version=post.version, title=SECRET, body=f"{SECRET} is common. Windmills.", tags=[SECRET])
    post.submit(by=editor)


def hide_in_schedule(editor: User, admin: User) -> None:
    post = Post.objects.write(by=editor, title=SECRET, body=f"{SECRET} is common. Windmills.", tags=[SECRET])
    post.submit(by=editor)
    post.schedule(by=admin, revision=1, at=timezone.now() + timedelta(days=1))


def hide_in_scheduled_revision(editor: User, admin: User) -> None:
    hide_in_next_revision(editor, admin)
    post = Post.objects.get(slug="a-common-post")
    post.schedule(by=admin, revision=2, at=timezone.now() + timedelta(days=1))


def hide_by_unpublishing(editor: User, admin: User) -> None:
    publish(editor, admin, SECRET, f"{SECRET} is common. Windmills.", tags=[SECRET]).unpublish(by=admin)


def hide_by_taking_down(editor: User, admin: User) -> None:
    publish(editor, admin, SECRET, f"{SECRET} is common. Windmills.", tags=[SECRET]).take_down(by=editor)


def hide_by_replacing(editor: User, admin: User) -> None:
    hide_in_next_revision(editor, admin)
    post = Post.objects.get(slug="a-common-post")
    post.publish(by=admin, revision=2)
    post.edit(
        by=editor, version=post.version, title="A common post", body="What all may read is common.", tags=["open"]
    )
    post.submit(by=editor)
    post.publish(by=admin, revision=3)


def hide_by_ending(editor: User, admin: User) -> None:
    post = publish(editor, admin, SECRET, f"{SECRET} is common. Windmills.", tags=[SECRET])
    Post.objects.filter(pk=post.pk).update(unpublish_at=timezone.now() - timedelta(seconds=1))


WAYS = [value for name, value in list(globals().items()) if name.startswith("hide_")]


@pytest.fixture
def common(editor: User, admin: User) -> Post:
    return publish(editor, admin, "A common post", "What all may read is common.", tags=["open"])


@pytest.mark.parametrize("hide", WAYS)
def test_what_is_hidden_changes_no_answer(
    common: Post, editor: User, admin: User, reader: User, other_editor: User, settings: Any, hide: Any
) -> None:
    people = [signed_in(reader), signed_in(other_editor)]
    before = answers(people, reader)

    hide(editor, admin)

    assert answers(people, reader) == before
    settings.VISIBILITY = "public"
    assert not any("windmill" in words(answer) for answer in answers([Client()], reader))


def answers(clients: list[Client], reader: User) -> list[tuple[str, int, str]]:
    asked = [
        (client, {"q": typed, "sort": order}) for client in clients for typed in SOUGHT for order in ("", "newest")
    ]
    pages = [
        (query["q"], page.status_code, told(page)) for client, query in asked for page in [client.get("/search", query)]
    ]
    headers = bearer(reader)
    calls = [Client().get("/api/posts/search", {"q": typed}, headers=headers) for typed in SOUGHT]
    return pages + [("", call.status_code, call.content.decode()) for call in calls]


def told(page: Any) -> str:
    """Return what the page tells of posts: all between its head and its foot."""
    return str(page.content.decode().partition("<main")[2].partition("</main>")[0])


def words(answer: tuple[str, int, str]) -> str:
    return answer[2].lower()


def test_no_index_has_a_word_of_what_waits(common: Post, editor: User, admin: User) -> None:
    hide_in_schedule(editor, admin)

    assert set(SearchEntry.objects.filter(waits=False)) == set(SearchEntry.objects.filter(post=common))


def test_no_index_has_a_word_of_what_has_ended_once_somebody_looks(
    common: Post, editor: User, admin: User, reader: User
) -> None:
    hide_by_ending(editor, admin)

    titles(reader, "common")

    assert set(SearchEntry.objects.filter(waits=False)) == set(SearchEntry.objects.filter(post=common))


def test_what_has_ended_and_is_shown_anew_is_found_anew(common: Post, reader: User) -> None:
    Post.objects.update(unpublish_at=timezone.now() - timedelta(seconds=1))
    assert titles(reader, "common") == []

    Post.objects.update(unpublish_at=timezone.now() + timedelta(days=1))
    Post.objects.get().save()

    assert titles(reader, "common") == ["A common post"]


def test_the_text_before_leaves_when_the_one_after_it_has_come(
    common: Post, editor: User, admin: User, reader: User
) -> None:
    hide_in_scheduled_revision(editor, admin)
    Post.objects.update(scheduled_at=timezone.now() - timedelta(seconds=1))

    assert titles(reader, "quixotry") == [SECRET]

    common.refresh_from_db()
    assert [entry.pk for entry in SearchEntry.objects.filter(waits=False)] == [common.scheduled_revision_id]
