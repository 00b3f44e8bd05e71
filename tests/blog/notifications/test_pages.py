"""The list, the choice and the link in the mail, as a browser meets them."""

import re
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from blog.models import Letter, Notification, Post, Wish
from blog.notifications.kinds import Cadence, Kind
from tests.blog.notifications.conftest import Outbox, with_lost_roles
from tests.blog.posts import with_roles
from tests.conftest import signed_in

LIST, READ_ALL, WISHES = "/desk/notifications", "/desk/notifications/read", "/account/notifications"


@pytest.fixture
def notification(admin: User, submitted: Post) -> Notification:
    return Notification.objects.get(person=admin)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_tells_what_happened_and_links_to_the_review_page(notification: Notification, admin: User) -> None:
    page = text(signed_in(admin), LIST)

    assert "Ed Editor submitted “On proofs” for review." in page
    assert f'href="/desk/posts/{notification.entry.post_id}/review"' in page
    assert ">New</span>" in page


def test_the_author_finds_the_reason_and_a_link_to_the_desk(submitted: Post, admin: User, editor: User) -> None:
    submitted.request_changes(by=admin, revision=1, reason="Shorter & <b>sweeter</b>.")

    page = text(signed_in(editor), LIST)

    assert "Shorter &amp; &lt;b&gt;sweeter&lt;/b&gt;." in page
    assert f'href="/desk/posts/{submitted.pk}"' in page


def test_one_is_marked_as_read(notification: Notification, admin: User) -> None:
    client = signed_in(admin)

    answer = client.post(f"{LIST}/{notification.pk}/read", follow=True)

    assert ">New</span>" not in answer.content.decode()
    assert Notification.objects.get().read_at is not None


def test_all_that_were_on_the_page_are_marked_as_read_and_none_that_came_later(
    notification: Notification, admin: User, editor: User
) -> None:
    client = signed_in(admin)
    text(client, LIST)
    Post.objects.write(by=with_roles(editor, *editor.roles), title="Later", body="Words.").submit(by=editor)

    client.post(READ_ALL, {"newest": str(notification.pk)})

    assert [later.entry.post.title for later in Notification.objects.unread()] == ["Later"]


@pytest.mark.parametrize("newest", ["", "x", "-1", "9" * 30, "٣"])
def test_a_made_up_number_marks_nothing(newest: str, notification: Notification, admin: User) -> None:
    answer = signed_in(admin).post(READ_ALL, {"newest": newest})

    assert answer.status_code == 302
    assert Notification.objects.unread().count() == 1


def test_the_notification_of_somebody_else_is_not_there(
    notification: Notification, other_admin: User, editor: User
) -> None:
    for person in (other_admin, editor):
        client = signed_in(person)
        assert "On proofs" not in text(client, LIST)
        assert client.post(f"{LIST}/{notification.pk}/read").status_code == 404
        client.post(READ_ALL, {"newest": str(notification.pk)})

    assert Notification.objects.unread().count() == 1


def test_what_somebody_may_no_longer_see_is_neither_listed_nor_counted(
    submitted: Post, admin: User, editor: User, other_editor: User
) -> None:
    submitted.request_changes(by=admin, revision=1, reason="Shorter.")
    client = signed_in(editor)
    before = text(client, "/desk")

    submitted.hand_over(by=admin, to=other_editor, reason="Ed is away.")

    assert "1<span" in before
    assert "masthead__count" not in text(client, "/desk")
    assert "On proofs" not in text(client, LIST)


def test_readers_have_no_list(reader: User) -> None:
    client = signed_in(reader)

    assert client.get(LIST).status_code == 403
    assert client.post(READ_ALL, {"newest": "1"}).status_code == 403
    assert client.post(f"{LIST}/1/read").status_code == 403


def test_visitors_are_asked_to_sign_in(notification: Notification) -> None:
    for address in (LIST, WISHES):
        assert Client().get(address).headers["Location"].startswith("/sign-in")
    assert Client().post(READ_ALL, {"newest": str(notification.pk)}).status_code == 302
    assert Notification.objects.unread().count() == 1


@pytest.mark.parametrize("address", [READ_ALL, f"{LIST}/1/read"])
def test_marking_asks_for_post_and_for_the_csrf_token(address: str, notification: Notification, admin: User) -> None:
    client = signed_in(admin, enforce_csrf_checks=True)

    assert client.get(address).status_code == 405
    assert client.post(address, {"newest": "1"}).status_code == 403


def test_the_number_of_unread_ones_stands_beside_the_desk(notification: Notification, admin: User) -> None:
    page = text(signed_in(admin), "/desk")

    link = re.search(r'<a class="masthead__count" href="/desk/notifications">(.*?)</a>', page)
    assert link
    assert link[1] == '1<span class="visually-hidden"> unread notification</span>'


def test_readers_cost_no_query_for_a_number_they_do_not_get(reader: User, admin: User) -> None:
    def queries(person: User) -> list[str]:
        client = signed_in(person)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get("/account")
        return [query["sql"] for query in captured if "blog_notification" in query["sql"]]

    assert queries(reader) == []
    assert len(queries(admin)) == 1


def test_the_list_asks_as_many_queries_for_thirty_as_for_one(admin: User, editor: User, submitted: Post) -> None:
    client = signed_in(admin)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        return len(captured)

    with_one = queries()
    for number in range(40):
        Post.objects.write(by=editor, title=f"Take {number}", body="Words.").submit(by=editor)

    assert queries() == with_one
    assert "Page 1 of 2" in text(client, LIST)
    assert "Page 2 of 2" in text(client, f"{LIST}?page=2")


def test_somebody_chooses_how_to_hear_of_each_kind(admin: User) -> None:
    client = signed_in(admin)

    answer = client.post(WISHES, {"submitted-mail": "daily"}, follow=True)

    wish = Wish.objects.get(person=admin)
    assert (wish.kind, wish.is_listed, wish.mail) == (Kind.SUBMITTED, False, Cadence.DAILY)
    assert "Saved." in answer.content.decode()
    assert '<input type="radio" name="submitted-mail" value="daily" id="id_submitted-mail_1" required checked>' in (
        answer.content.decode()
    )


def test_a_cadence_that_does_not_exist_changes_nothing(admin: User) -> None:
    answer = signed_in(admin).post(WISHES, {"submitted-mail": "hourly"})

    assert answer.status_code == 422
    assert not Wish.objects.exists()


def test_editors_choose_for_what_happens_to_their_posts_and_readers_have_nothing_to_choose(
    editor: User, reader: User
) -> None:
    assert 'name="returned-mail"' in text(signed_in(editor), WISHES)
    assert 'name="submitted-mail"' not in text(signed_in(editor), WISHES)
    assert "There is nothing to choose yet." in text(signed_in(reader), WISHES)
    assert signed_in(reader).post(WISHES, {"submitted-mail": "daily"}).status_code == 403


def test_a_site_without_mail_says_so(editor: User, settings: Any) -> None:
    settings.SENDS_MAIL = False
    client = signed_in(editor)

    page = text(client, WISHES)
    client.post(WISHES, {"returned-is_listed": "on"})

    assert "This site sends no mail" in page
    assert 'name="returned-mail"' not in page
    assert Wish.objects.get(person=editor, kind=Kind.RETURNED).mail == Cadence.AT_ONCE  # For when it does.


@pytest.fixture
def unsubscribe_url(notification: Notification, mailoutbox: Outbox) -> str:
    Letter.objects.get().send()
    return str(mailoutbox[0].message()["List-Unsubscribe"]).strip("<>").removeprefix("http://localhost:8000")


def test_the_link_in_the_mail_ends_the_kind_with_one_click_and_without_a_sign_in(
    unsubscribe_url: str, admin: User, other_admin: User
) -> None:
    answer = Client(enforce_csrf_checks=True).post(unsubscribe_url, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert "no more mail of the kind “A post waits for review”" in answer.content.decode()
    wish = Wish.objects.get()
    assert (wish.person, wish.kind, wish.mail, wish.is_listed) == (admin, Kind.SUBMITTED, Cadence.NEVER, True)


def test_looking_at_the_link_ends_nothing(unsubscribe_url: str) -> None:
    answer = Client().get(unsubscribe_url)

    assert answer.status_code == 200
    assert "Send me no more" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert not Wish.objects.exists()


def test_the_link_of_a_daily_mail_ends_the_daily_mail_alone(admin: User) -> None:
    Wish.objects.say(admin, Kind.SUBMITTED, mail=Cadence.DAILY)
    Wish.objects.say(admin, Kind.RETURNED, mail=Cadence.AT_ONCE)
    token = signing.dumps([admin.pk, "daily"], salt="blog.notifications.unsubscribe")

    Client().post(f"/notifications/unsubscribe/{token}")

    assert {wish.kind: wish.mail for wish in Wish.objects.all()} == {"submitted": "never", "returned": "at_once"}


@pytest.mark.parametrize("token", ["x", "WzEsInN1Ym1pdHRlZCJd:1abc:def", "a:b:c:d"])
def test_a_made_up_link_is_not_there(token: str, admin: User) -> None:
    assert Client().get(f"/notifications/unsubscribe/{token}").status_code == 404
    assert Client().post(f"/notifications/unsubscribe/{token}").status_code == 404


def test_something_else_that_was_signed_is_no_link(admin: User) -> None:
    token = signing.dumps([admin.pk, "submitted"], salt="something.else")

    assert Client().post(f"/notifications/unsubscribe/{token}").status_code == 404


def test_what_somebody_was_told_is_in_their_data_without_the_words_of_others(
    notification: Notification, admin: User
) -> None:
    Wish.objects.say(admin, Kind.SUBMITTED, mail=Cadence.DAILY)

    answer = signed_in(admin).get("/account/data")

    told = answer.json()["notifications"]
    assert [(one["kind"], one["post"], one["mail"]) for one in told] == [
        ("submitted", notification.entry.post_id, "waiting")
    ]
    assert answer.json()["notification_wishes"] == [{"kind": "submitted", "is_listed": True, "mail": "daily"}]
    assert "On proofs" not in answer.content.decode()


def test_one_who_lost_the_role_finds_nothing_of_what_they_were_told(notification: Notification, admin: User) -> None:
    client = signed_in(with_lost_roles(admin))

    assert client.get(LIST).status_code == 403
