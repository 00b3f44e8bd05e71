"""Pages that are not what somebody looked for lead on, to what they may read and nothing else."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from blog.models import Outcome, Post
from blog.status import GoneAs
from config import errors
from tests.blog.posts import STATES, post_in
from tests.conftest import signed_in


def led_to(page: str) -> list[str]:
    """Return the titles of the posts that a page leads on to."""
    part = page.partition('<section class="way-on"')[2].partition("</section>")[0]
    return re.findall(r'<li><a href="/posts/[^"]+">(.*?)</a>', part)


@pytest.fixture
def gone(editor: User, admin: User) -> Post:
    post = post_in("published", editor, admin, title="Once here")
    post.unpublish(by=admin, outcome=Outcome(GoneAs.GONE, note="It was not ours to print."))
    return post


def test_who_finds_nothing_is_shown_the_latest_of_what_readers_see(reader: User, editor: User, admin: User) -> None:
    for state in STATES:
        post_in(state, editor, admin, title=f"A {state}")
    for number in range(5):
        post_in("published", editor, admin, title=f"Post {number}")

    for person in (reader, editor, admin):
        page = signed_in(person).get("/nothing-here").content.decode()
        assert led_to(page) == ["Post 4", "Post 3", "Post 2", "Post 1", "Post 0"]


@pytest.mark.parametrize("path", ["/nothing-here", "/posts/nothing", "/colours"])
def test_a_visitor_of_a_site_for_members_is_asked_to_sign_in(path: str) -> None:
    assert Client().get(path).headers["Location"].startswith("/sign-in?next=")


def test_a_visitor_of_a_site_for_members_is_led_to_nothing(published: Post) -> None:
    answer = Client().get("/shared/nothing")
    page = answer.content.decode()

    assert answer.status_code == 404
    assert led_to(page) == []
    assert "On proofs" not in page
    assert 'type="search"' not in page


def test_a_visitor_of_a_public_site_is_led_on_and_gets_no_cookie(published: Post, settings: Settings) -> None:
    settings.VISIBILITY = "public"

    answer = Client().get("/nothing-here")

    assert (answer.status_code, led_to(answer.content.decode())) == (404, ["On proofs"])
    assert not answer.cookies


def test_what_is_gone_says_so_and_leads_on(gone: Post, editor: User, admin: User, reader: User) -> None:
    post_in("published", editor, admin, title="Still here")

    answer = signed_in(reader).get(gone.get_absolute_url())

    assert answer.status_code == 410
    assert "It was not ours to print." in answer.content.decode()
    assert led_to(answer.content.decode()) == ["Still here"]


def test_who_may_not_is_told_as_whom_they_are_signed_in(reader: User) -> None:
    page = signed_in(reader).get("/write").content.decode()

    assert "You are signed in as Rita Reader." in page
    assert 'href="/account"' in page


def test_a_visitor_who_may_not_is_offered_to_sign_in(client: Client) -> None:
    page = client.post("/theme", {"theme": "dark"}, headers={"Sec-Fetch-Site": "cross-site"}).content.decode()

    assert "You are not signed in." in page
    assert '<a class="button" href="/sign-in">' in page


@pytest.mark.django_db(databases=[])
def test_what_broke_says_so_with_no_database_and_in_the_look_that_was_chosen(rf: object) -> None:
    request = rf.get("/")  # type: ignore[attr-defined]
    request.COOKIES["theme"] = "dark"

    page = errors.broken(request).content.decode()

    assert '<html lang="en" data-theme="dark">' in page
    assert "Something broke here" in page
