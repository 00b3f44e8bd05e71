"""What browsers may keep of the reading site: nothing that they show again without asking."""

from types import SimpleNamespace

import pytest
from django.test import Client

from accounts.models import User
from blog.models import Outcome, Post, Tag, tag_keeping
from blog.status import GoneAs
from tests.conftest import signed_in

PAGES = [
    "/", "/archive", "/posts/on-proofs", "/posts/on-proofs.md", "/tags/craft", "/search", "/search?q=proofs", "/about",
    "/privacy", "/feeds", "/feeds/rss.xml", "/robots.txt", "/sitemap.xml", "/no/such/page", "/posts/no-such",
    "/static/no-such.css",
]  # fmt: skip
LEADING_ON = [
    "/Archive/", "/archive?page=1", "/posts/first-words", "/posts/first-words.md", "/tags/old",
    "/tags/old/feeds/rss.xml", "/desk", "/posts/on-proofs/card-0000.png", "/card-0000.png",
]  # fmt: skip


@pytest.fixture(autouse=True)
def public(settings: SimpleNamespace) -> None:
    settings.VISIBILITY = "public"


@pytest.fixture
def post(submitted: Post, admin: User) -> Post:
    """A post that had another address, of a tag that had one."""
    submitted.publish(by=admin, revision=1)
    tag_keeping.rename(tag_keeping.rename(Tag.objects.get(), by=admin, to="old"), by=admin, to="craft")
    submitted.readdress(by=admin, to="first-words")
    submitted.readdress(by=admin, to="on-proofs")
    return submitted


def kept(client: Client, path: str) -> tuple[int, set[str]]:
    answer = client.get(path)
    return answer.status_code, set(answer.headers.get("Cache-Control", "").split(", "))


@pytest.mark.parametrize("path", PAGES)
def test_visitors_ask_before_they_see_a_page_again(path: str, post: Post) -> None:
    assert "no-cache" in kept(Client(), path)[1]


@pytest.mark.parametrize("path", LEADING_ON)
def test_browsers_ask_before_they_are_led_on_again(path: str, post: Post, reader: User) -> None:
    status, told = kept(Client(), path)

    assert status in (301, 302)
    assert told == {"no-cache"}
    assert kept(signed_in(reader), path)[1] == {"private", "no-store"}


def test_what_is_gone_may_come_back(post: Post, reader: User, admin: User) -> None:
    post.unpublish(by=admin, outcome=Outcome(GoneAs.GONE, note="It was wrong."))

    assert kept(Client(), "/posts/on-proofs") == (410, {"no-cache"})
    assert kept(signed_in(reader), "/posts/on-proofs") == (410, {"private", "no-store"})


def test_a_site_for_members_leads_visitors_to_sign_in_for_now(post: Post, settings: SimpleNamespace) -> None:
    settings.VISIBILITY = "members"

    assert kept(Client(), "/posts/on-proofs") == (302, {"no-cache"})


def test_a_refusal_for_programs_is_not_shown_to_people(client: Client) -> None:
    varies = {name.strip() for name in client.get("/no/such/page").headers["Vary"].split(",")}

    assert {"Accept", "Cookie", "Authorization"} <= varies
