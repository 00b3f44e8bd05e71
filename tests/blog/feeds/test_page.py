"""The page that shows people where the feeds are."""

import re

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from accounts.models import User
from blog.models import Post, PrivateFeed, Tag
from tests.conftest import signed_in


def test_everybody_finds_every_feed_on_a_public_site(public: None, everything: Post, published: Post) -> None:
    page = BeautifulSoup(Client().get("/feeds").content, "html.parser")
    addresses = [str(field["value"]) for field in page.select("input[readonly]")]
    addresses += [str(link["href"]) for link in page.select(".account-list a[href*='/feeds/']")]

    assert len(addresses) == 3 + 3 * len(["Ed", "craft", "R&D", "Presses"])
    for address in addresses:
        assert Client().get(address.removeprefix("http://localhost:8000")).status_code == 200
    rows = [row.get_text(" ", strip=True) for row in page.select(".account-list li > div")]
    assert rows == ["Ed Editor 2 posts", "craft 2 posts", "R&D <x> 1 post", "Presses 1 post"]


def test_of_many_those_with_the_most_posts_are_told_and_the_way_to_the_others(
    public: None, everything: Post, published: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blog.views.feeds.MOST_ROWS", 1)

    page = BeautifulSoup(Client().get("/feeds").content, "html.parser")

    rows = [row.get_text(" ", strip=True) for row in page.select(".account-list li > div")]
    assert rows == ["Ed Editor 2 posts", "craft 2 posts", "Presses 1 post"]
    for address in ("/authors", "/tags", "/series"):
        assert page.select_one(f".account-part a[href='{address}']"), address


def test_what_has_not_changed_is_not_sent_again(public: None, published: Post) -> None:
    etag = Client().get("/feeds").headers["ETag"]
    assert Client().get("/feeds", headers={"If-None-Match": etag}).status_code == 304

    Tag.objects.update(name="Crafts")

    assert Client().get("/feeds", headers={"If-None-Match": etag}).status_code == 200


def test_an_address_of_ones_own_is_there_as_soon_as_it_is_made(published: Post, reader: User) -> None:
    browser = signed_in(reader)
    before = browser.get("/feeds")
    assert (before.headers["Cache-Control"], "ETag" in before.headers) == ("private, no-store", False)

    PrivateFeed.objects.renew(reader)

    assert "/feeds/private/" in browser.get("/feeds", headers={"If-None-Match": "*"}).content.decode()


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
