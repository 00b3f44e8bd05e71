"""Whether feeds are what their standards say. The W3C's validator is not on PyPI: without it, its tests are skipped."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from blog.importing import IMPORTED, bring_in, parse
from blog.importing.source import Source
from blog.models import Post
from tests.blog.feeds.reading import SITE, items_of, parsed

FEED = Path(settings.BASE_DIR).parent / "shared" / "corpus" / "feed.rss.xml"
HOW_TO = "pip install lxml html5lib rdflib git+https://github.com/w3c/feedvalidator#subdirectory=src"
XML = [address for address in SITE if address.endswith(".xml")]
# Of a site at http://localhost, which is no address of the web.
NOT_OUR_FAULT = {"SelfDoesntMatchLocation", "InvalidFullLink", "InvalidURLAttribute", "InvalidIRI"}
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

pytestmark = pytest.mark.usefixtures("public")


@pytest.fixture
def eleven(editor: User, admin: User) -> list[Post]:
    """Eleven real articles, published."""
    if not FEED.exists():
        pytest.skip(f"no {FEED}: the eleven articles are not on this machine")
    call_command("import_feed", str(FEED), author=editor.email, stdout=io.StringIO())
    posts = list(Post.objects.exclude(source_id=""))
    for post in posts:
        post.submit(by=editor)
        post.publish(by=admin, revision=1)
    return posts


def complaints(content: bytes, media_type: str) -> list[str]:
    """Return what the W3C's validator has to say, as its page would."""
    feedvalidator = pytest.importorskip("feedvalidator", reason=f"the W3C's feed validator is not here: {HOW_TO}")
    from feedvalidator import compatibility
    from feedvalidator.formatter.text_plain import Formatter

    stream = io.BytesIO(content)
    stream.headers = {"content-type": media_type}  # type: ignore[attr-defined]  # as urllib's answers have them
    events = feedvalidator.validateStream(stream, base="http://localhost:8000/feeds/atom.xml")["loggedEvents"]
    ours = [event for event in compatibility.AA(events) if type(event).__name__ not in NOT_OUR_FAULT]
    return [f"{type(event).__name__}: {line}" for event, line in zip(ours, Formatter(ours), strict=True)]


@pytest.mark.parametrize("address", XML)
def test_the_validator_of_the_w3c_finds_nothing(everything: Post, eleven: list[Post], address: str) -> None:
    answer = Client().get(address)

    assert complaints(answer.content, answer.headers["Content-Type"]) == []


@pytest.mark.parametrize("address", XML)
def test_feedparser_finds_nothing_wrong(everything: Post, address: str) -> None:
    feed = parsed(Client().get(address).content)

    assert feed.version == ("rss20" if "rss" in address else "atom10")
    assert feed.feed.title == "Galley"
    assert feed.feed.language == "en"
    assert [entry.title for entry in feed.entries] == ["On <proofs> & presses"]


def test_the_json_feed_is_as_its_specification_says(everything: Post) -> None:
    feed = Client().get("/feeds/feed.json").json()

    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    kinds: dict[str, type] = {
        "title": str,
        "home_page_url": str,
        "feed_url": str,
        "description": str,
        "language": str,
        "items": list,
    }
    assert_only(feed, {"version": str, **kinds})
    for item in feed["items"]:
        kinds = {
            **dict.fromkeys(("id", "url", "title", "content_html", "summary", "image"), str),
            **dict.fromkeys(("date_published", "date_modified"), str),
            **dict.fromkeys(("authors", "tags"), list),
        }
        assert_only(item, kinds)
        assert DATE.fullmatch(item["date_published"])
        assert DATE.fullmatch(item["date_modified"])
        assert all(isinstance(tag, str) for tag in item["tags"])
        for author in item["authors"]:
            assert set(author) <= {"name", "url", "avatar"}


def assert_only(told: dict[str, Any], kinds: dict[str, type]) -> None:
    """Have all these members, of these types, and no others."""
    assert {name: type(value) for name, value in told.items()} == kinds


@pytest.mark.parametrize("address", XML)
def test_our_own_import_of_our_own_feed_brings_the_same_articles(
    eleven: list[Post], other_editor: User, address: str
) -> None:
    feed = parse(Source(Client().get(address).content, address=""))
    Post.objects.update(source_id="")  # As on another site, where they are not yet.

    outcomes = list(bring_in(feed, by=other_editor))

    assert [outcome.status for outcome in outcomes] == [IMPORTED] * len(eleven)
    for outcome in outcomes:
        copy = outcome.post
        original = next(post for post in eleven if post.title == outcome.title)
        assert copy is not None
        assert copy.source_id == Post.objects.get(pk=copy.pk).source_id
        assert squeezed(copy.html) == squeezed(original.html)
        assert copy.tags == original.tags
        assert copy.published_at == original.published_at


def squeezed(html: str) -> str:
    """Return the words and the code of a page, without what we add and without how it is laid out."""
    page = BeautifulSoup(html, "html.parser")
    for link in page.select("a.permalink"):
        link.decompose()
    return re.sub(r"\s+", "", page.get_text())


@pytest.mark.parametrize("address", SITE)
def test_every_article_is_whole_and_has_its_own_id(eleven: list[Post], address: str) -> None:
    items = items_of(address)

    assert len(items) == len(eleven)
    assert {item["id"] for item in items} == {post.source_id for post in eleven}
    for item in items:
        original = next(post for post in eleven if post.title == item["title"])
        assert squeezed(item["html"]) == squeezed(original.html)
