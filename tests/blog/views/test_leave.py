"""What becomes of the posts of somebody who deletes their account."""

from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from accounts import departures, upkeep
from accounts.models import User
from blog.models import HistoryEntry, Letter, Notification, Post, Wish
from blog.notifications import unsubscribing
from blog.notifications.kinds import Cadence, Kind
from blog.notifications.unsubscribing import Unsubscription
from tests.conftest import signed_in


def goodbye(editor: User, **choice: str) -> Any:
    return signed_in(editor).post("/account/delete", {"confirmation": "delete", **choice})


def pages_of(reader: Client, post: Post) -> str:
    addresses = ("/", f"/posts/{post.slug}", f"/api/posts/{post.pk}", "/api/posts/retrieve")
    return "\n".join(reader.get(address).content.decode() for address in addresses)


def test_posts_that_stay_are_read_under_the_chosen_name_everywhere(
    published: Post, editor: User, reader: User, admin: User
) -> None:
    browser = signed_in(reader)
    assert "Ed Editor" in pages_of(browser, published)

    goodbye(editor, posts="keep", name="  The   Night Desk ")

    pages = pages_of(browser, published)
    assert "Ed Editor" not in pages
    assert pages.count("The Night Desk") >= 4
    assert published.revisions.get().author_name == "Ed Editor"
    assert "Ed Editor" not in signed_in(admin).get("/desk").content.decode()


def test_posts_that_go_are_gone_from_readers_at_once_and_drafts_are_wiped(
    published: Post, editor: User, reader: User
) -> None:
    draft = Post.objects.write(by=editor, title="A secret draft", body="Nobody has read this.", tags=["secret"])
    browser = signed_in(reader)

    response = goodbye(editor, posts="take-down", name="A former author")

    draft.refresh_from_db()
    published.refresh_from_db()
    assert (draft.title, draft.body, draft.tags) == ("", "", [])
    assert not published.is_live
    assert browser.get(f"/posts/{published.slug}").status_code == 410
    assert "On proofs" not in browser.get("/").content.decode()
    assert "Your posts stay" not in response.content.decode()
    assert User.objects.get(pk=editor.pk).name == "A former member"
    assert HistoryEntry.objects.filter(post=published).latest("pk").by_id == editor.pk


@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"posts": "keep"},
        {"posts": "keep", "name": "   "},
        {"posts": "keep", "name": "x" * 101},
        {"posts": "burn", "name": "A former author"},
    ],
)
def test_who_has_posts_has_to_choose_and_finds_what_they_typed(
    choice: dict[str, str], published: Post, editor: User
) -> None:
    response = goodbye(editor, **choice)

    page = response.content.decode()
    assert response.status_code == 422
    assert 'class="errorlist"' in page
    assert 'value="delete"' in page
    assert User.objects.get(pk=editor.pk).left_at is None
    published.refresh_from_db()
    assert published.is_live


def test_only_who_has_posts_is_asked_about_them(published: Post, editor: User, reader: User) -> None:
    of_editor = signed_in(editor).get("/account/delete").content.decode()
    of_reader = signed_in(reader).get("/account/delete").content.decode()

    assert "You have 1 post here, of which readers see 1." in of_editor
    assert 'value="A former author"' in of_editor
    assert "sealed record" in of_editor
    assert 'name="posts"' not in of_reader
    assert "sealed record" not in of_reader


@pytest.mark.parametrize("posts", ["keep", "take-down"])
def test_what_they_were_told_and_how_they_wished_to_hear_of_it_goes_and_nobody_elses(
    posts: str, submitted: Post, editor: User, other_editor: User, admin: User
) -> None:
    Wish.objects.say(editor, Kind.RETURNED, mail=Cadence.DAILY)
    Wish.objects.say(other_editor, Kind.RETURNED, mail=Cadence.DAILY)
    theirs = Post.objects.write(by=other_editor, title="Theirs", body="Words.")
    theirs.submit(by=other_editor)
    for post in (submitted, theirs):
        post.publish(by=admin, revision=1)
    letters = list(Letter.objects.filter(person=editor))

    goodbye(editor, posts=posts, name="A former author")

    assert letters
    for rows in (Notification, Letter, Wish):
        people = set(rows.objects.values_list("person", flat=True))
        assert editor.pk not in people
        assert other_editor.pk in people


def test_a_letter_that_is_being_taken_up_while_its_reader_leaves_is_let_be(
    published: Post, editor: User, mailoutbox: list[EmailMessage]
) -> None:
    taken_up = Letter.objects.filter(person=editor)[0]

    goodbye(editor, posts="keep", name="A former author")
    taken_up.send()

    assert not Letter.objects.filter(person=editor).exists()
    assert mailoutbox == []


def test_the_page_names_what_goes(reader: User) -> None:
    page = signed_in(reader).get("/account/delete").content.decode()

    assert "What you were told of posts" in page


def test_a_departure_that_stopped_half_way_takes_the_posts_along_when_it_is_finished(
    published: Post, editor: User
) -> None:
    departures.write_down(editor, "A former member", keeps_posts=False)

    upkeep.close(editor.subject)

    published.refresh_from_db()
    assert not published.is_live


def test_nothing_of_it_is_done_where_the_posts_cannot_be_taken_down(
    published: Post, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    departure = departures.write_down(editor, "A former member", keeps_posts=False)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(Post, "take_down", fail)

    with pytest.raises(RuntimeError):
        departures.carry_out(departure, is_gone_at_descope=True)

    assert User.objects.get(pk=editor.pk).left_at is None
    assert departures.subjects_leaving() == {editor.subject}


def test_a_link_in_an_old_mail_makes_nothing_for_who_has_left(editor: User) -> None:
    User.objects.filter(pk=editor.pk).update(left_at=timezone.now())
    token = unsubscribing.token_for(Unsubscription(editor.pk, Kind.RETURNED))

    answer = Client().post(f"/notifications/unsubscribe/{token}")

    assert answer.status_code == 200
    assert not Wish.objects.exists()
