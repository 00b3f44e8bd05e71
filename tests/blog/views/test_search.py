"""The search page, and the same for programs."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from blog.feeds.addresses import Whereabouts
from blog.models import Post
from tests.blog.searching.posts import publish
from tests.conftest import bearer, signed_in


@pytest.fixture
def page(reader: User) -> Client:
    return signed_in(reader)


def test_what_is_found_is_marked_and_escaped(page: Client, editor: User, admin: User) -> None:
    publish(editor, admin, "Of <b> & galleys", "Once `<script>alert(1)</script>` was in a *galley*.")

    text = page.get("/search", {"q": "galley"}).content.decode()

    assert "<h1>1 post found</h1>" in text
    assert "Of &lt;b&gt; &amp; <mark>galleys</mark>" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; was in a <mark>galley</mark>." in text
    assert "<script>alert" not in text


def test_what_was_typed_comes_back_escaped(page: Client) -> None:
    text = page.get("/search", {"q": '"><script>alert(1)</script>'}).content.decode()

    assert 'value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in text
    assert "<script>alert" not in text


def test_what_was_understood_is_said_and_can_be_left_out(page: Client, published: Post) -> None:
    text = page.get("/search", {"q": "proofs tag:craft from:2024-05 -ink"}).content.decode()

    for said in ("with the tag “craft”", "since May 2024", "without “ink”"):
        assert said in text
    assert 'href="/search?q=proofs+from%3A2024-05+-ink"' in text


def test_nothing_found_leads_on(page: Client, published: Post) -> None:
    text = page.get("/search", {"q": "crafts nowhere"}).content.decode()

    assert "<h1>Nothing found</h1>" in text
    assert "Did you mean" in text
    assert 'href="/tags/craft"' in text


def test_tags_and_authors_of_that_name_are_told(page: Client, published: Post) -> None:
    assert 'href="/tags/craft">Posts tagged craft' in page.get("/search", {"q": "craft"}).content.decode()
    assert 'href="/authors/ed-editor">Posts by Ed Editor' in page.get("/search", {"q": "ed editor"}).content.decode()


def test_without_a_query_it_says_how_to_look(page: Client) -> None:
    text = page.get("/search").content.decode()

    assert "How to look" in text
    assert 'role="search"' in text
    assert re.search(r'<meta name="robots" content="[^"]*noindex', text)


def test_it_is_paged(page: Client, editor: User, admin: User) -> None:
    for number in range(21):
        publish(editor, admin, f"Kite {number}", "High up.")

    first = page.get("/search", {"q": "kite"}).content.decode()
    second = page.get("/search", {"q": "kite", "page": "2"}).content.decode()

    assert "21 posts found" in first
    assert 'rel="next" href="?q=kite&amp;page=2"' in first
    assert first.count("<article") == 20
    assert second.count("<article") == 1
    assert "<ol" in second
    assert 'start="21"' in second
    assert page.get("/search", {"q": "kite", "page": "99"}).headers["Location"] == "/search?q=kite&page=2"


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "²", ""])
def test_a_page_that_is_no_number_is_the_first(page: Client, published: Post, number: str) -> None:
    assert page.get("/search", {"q": "proofs", "page": number}, follow=True).status_code == 200


def test_programs_find_the_same(published: Post, reader: User) -> None:
    answer = Client().get("/api/posts/search", {"q": "reading"}, headers=bearer(reader))

    found = answer.json()["data"]
    assert found["total"] == 1
    assert found["understood"] == ["with “reading”"]
    assert found["posts"][0]["slug"] == "on-proofs"
    assert {"text": "Read", "isMatch": True} in found["posts"][0]["snippet"]


def test_visitors_find_nothing_where_members_read(published: Post, settings: object) -> None:
    assert Client().get("/search", {"q": "proofs"}).status_code == 302
    assert Client().get("/api/posts/search", {"q": "proofs"}).status_code == 401


def test_visitors_find_posts_on_a_public_site(published: Post, settings: "pytest.FixtureRequest") -> None:
    settings.VISIBILITY = "public"  # type: ignore[attr-defined]  # pytest-django's wrapper has no type

    assert "1 post found" in Client().get("/search", {"q": "proofs"}).content.decode()
    assert Client().get("/api/posts/search", {"q": "proofs"}).json()["data"]["total"] == 1


def test_an_address_that_searches_too_often_is_asked_to_wait(published: Post, settings: Settings) -> None:
    settings.VISIBILITY, settings.SEARCH_LIMIT = "public", (2, 86400)
    feed = Whereabouts("search", query="ink").address("atom")
    ways = ("/search", urlsplit(feed).path, "/api/posts/search", "/search")

    answers = [Client().get(way, {"q": "ink"}) for way in ways]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert "One moment, please" in answers[-1].content.decode()
    assert answers[-1].headers["Retry-After"]


def test_nothing_typed_is_no_search(published: Post, settings: Settings) -> None:
    settings.VISIBILITY, settings.SEARCH_LIMIT = "public", (1, 86400)

    assert [Client().get("/search").status_code for _ in range(3)] == [200, 200, 200]


def test_whoever_is_signed_in_is_counted_by_themselves(
    page: Client, editor: User, published: Post, settings: Settings
) -> None:
    settings.SEARCH_LIMIT = (1, 86400)

    statuses = [client.get("/search", {"q": "ink"}).status_code for client in (page, page, signed_in(editor))]

    assert statuses == [200, 429, 200]
