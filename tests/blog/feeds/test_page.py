"""The page that shows people where the feeds are."""

import re

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from accounts.models import User
from blog.models import Post
from tests.conftest import signed_in


def test_everybody_finds_every_feed_on_a_public_site(public: None, everything: Post, published: Post) -> None:
    page = BeautifulSoup(Client().get("/feeds").content, "html.parser")
    addresses = [str(field["value"]) for field in page.select("input[readonly]")]
    addresses += [str(link["href"]) for link in page.select(".account-list a[href*='/feeds/']")]

    assert len(addresses) == 3 + 3 * len(["Ed", "craft", "R&D", "Presses"])
    for address in addresses:
        assert Client().get(address.removeprefix("http://localhost:8000")).status_code == 200
    rows = [row.get_text(" ", strip=True) for row in page.select(".account-list li > div")]
    assert rows == ["Ed Editor 2 posts", "R&D <x> 1 post", "craft 2 posts", "Presses 1 post"]


def test_members_without_an_address_of_their_own_are_shown_the_way_to_one(published: Post, reader: User) -> None:
    page = signed_in(reader).get("/feeds").content.decode()

    assert 'href="/account/feeds"' in page
    assert not re.search(r"rss\.xml|atom\.xml|feed\.json", page)


def test_strangers_are_asked_to_sign_in_first(published: Post) -> None:
    assert Client().get("/feeds").headers["Location"] == "/sign-in?next=%2Ffeeds"


@pytest.mark.parametrize("written", ["/feeds/", "/Feeds"])
def test_it_has_one_address(public: None, written: str) -> None:
    answer = Client().get(written)

    assert (answer.status_code, answer.headers["Location"]) == (301, "/feeds")
