"""Who gets a feed, and what the others are told."""

import pytest
from django.test import Client

from accounts.models import User
from blog.models import Post
from tests.blog.feeds.reading import SITE, items_of
from tests.conftest import bearer, signed_in

pytestmark = pytest.mark.parametrize("address", SITE)


def test_everybody_reads_along_on_a_public_site_from_any_page(published: Post, public: None, address: str) -> None:
    answer = Client().get(address, headers={"Origin": "https://elsewhere.example"})

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_strangers_are_refused_on_a_site_for_members_and_told_the_way(published: Post, address: str) -> None:
    answer = Client().get(address)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "http://localhost:8000/feeds" in answer.content.decode()
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["Content-Type"].startswith("application/problem+json" if "json" in address else "text/plain")


def test_members_read_it_in_their_browser_and_no_cache_shares_it(published: Post, reader: User, address: str) -> None:
    answer = signed_in(reader).get(address)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_bearer_reads_it_too(published: Post, reader: User, address: str) -> None:
    assert Client().get(address, headers=bearer(reader)).status_code == 200


def test_more_powers_show_no_more(
    published: Post, draft: Post, editor: User, admin: User, public: None, address: str
) -> None:
    Post.objects.write(by=editor, title="A draft", body="Words.")

    for person in (editor, admin):
        assert items_of(address, signed_in(person)) == items_of(address)


def test_it_can_only_be_read(published: Post, public: None, address: str) -> None:
    assert Client().post(address).status_code in (403, 405)
