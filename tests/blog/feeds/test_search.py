"""A feed of what is found, now and later."""

import pytest
from django.test import Client

from accounts.models import User
from blog.models import Post
from tests.blog.feeds.reading import SITE, items_of, links_of, parsed
from tests.blog.shelves import fill_shelf

pytestmark = pytest.mark.usefixtures("public")


@pytest.mark.parametrize("address", SITE)
def test_it_has_what_the_page_finds_and_hears_of_more(published: Post, editor: User, admin: User, address: str) -> None:
    feed = f"/search{address}?q=twice"
    assert [item["title"] for item in items_of(feed)] == ["On proofs"]
    before = Client().get(feed).headers["ETag"]

    for title, body in (("Again", "Read it twice, too."), ("Elsewhere", "Read it once.")):
        post = Post.objects.write(by=editor, title=title, body=body)
        post.submit(by=editor)
        post.publish(by=admin, revision=1)

    assert [item["title"] for item in items_of(feed)] == ["Again", "On proofs"]
    assert Client().get(feed).headers["ETag"] != before
    assert links_of(feed)["self"] == f"http://localhost:8000{feed}"


@pytest.mark.parametrize("address", SITE)
def test_it_never_finds_what_readers_do_not_see(published: Post, draft: Post, editor: User, address: str) -> None:
    published.edit(by=editor, version=published.version, title="On proofs", body="Secretly.", tags=[])

    assert items_of(f"/search{address}?q=secretly") == []


def test_one_search_has_one_address(published: Post) -> None:
    answer = Client().get("/search/feeds/rss.xml", {"q": "  twice   proofs "})

    assert (answer.status_code, answer.headers["Location"]) == (
        301,
        "http://localhost:8000/search/feeds/rss.xml?q=twice+proofs",
    )


def test_a_search_for_nothing_has_no_feed(published: Post) -> None:
    assert Client().get("/search/feeds/rss.xml").status_code == 404
    assert Client().get("/search/feeds/rss.xml", {"q": " - "}).status_code in (301, 404)


def test_the_page_leads_to_it_and_it_to_the_page(published: Post) -> None:
    page = Client().get("/search", {"q": "twice"}).content.decode()

    assert 'href="http://localhost:8000/search/feeds/atom.xml?q=twice"' in page
    feed = parsed(Client().get("/search/feeds/atom.xml?q=twice").content).feed
    assert feed.link == "http://localhost:8000/search?q=twice"
    assert feed.id.endswith(":feed/search?q=twice")


@pytest.mark.parametrize("address", SITE)
def test_it_has_no_archives_since_what_is_found_does_not_stay(editor: User, admin: User, address: str) -> None:
    fill_shelf(65, editor, admin)

    assert len(items_of(f"/search{address}?q=tag:craft")) == 20
    assert set(links_of(f"/search{address}?q=tag:craft")) <= {"self", "alternate"}
    assert "prev-archive" in links_of("/feeds/atom.xml")
    for key in ("2025-11", "2025-11-2"):
        assert Client().get(f"/search{address}?q=tag:craft&archive={key}").status_code == 404
        assert Client().get(f"{address}?archive={key}").status_code == 200
