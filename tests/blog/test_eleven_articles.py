"""Eleven real articles, from their feed to the page a reader gets: nothing of them is lost on the way.

They are dev.to's HTML. The feed is not ours to ship, so where it is not beside the checkout, this is skipped.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import feedparser
import pytest
from bs4 import BeautifulSoup, Tag
from django.conf import settings
from django.core.management import call_command

from accounts.models import User
from blog.models import Post
from tests.conftest import signed_in

FEED = Path(settings.BASE_DIR).parent / "shared" / "corpus" / "feed.rss.xml"
pytestmark = pytest.mark.skipif(not FEED.exists(), reason=f"no {FEED}: the eleven articles are not on this machine")


@dataclass
class Contents:
    """What must be the same in the feed and on the page."""

    words: str
    headings: list[tuple[int, str]]
    code_blocks: list[str]
    code_spans: list[str]
    links: list[str]
    images: list[tuple[str, str]]
    list_items: list[str]
    quotes: list[str]
    strong: str
    emphasis: str
    tables: int

    @classmethod
    def of(cls, html: Tag) -> "Contents":
        def texts(selector: str) -> list[str]:
            return [_squeezed(tag) for tag in html.select(selector)]

        return cls(
            words=_squeezed(html),
            headings=_outline(html.select("h1, h2, h3, h4, h5, h6")),
            code_blocks=[
                "\n".join(line.rstrip() for line in pre.get_text().strip().split("\n")) for pre in html("pre")
            ],
            code_spans=[_squeezed(code) for code in html.find_all("code") if code.find_parent("pre") is None],
            links=[str(link["href"]) for link in html.select("a[href]")],
            images=[(str(image["src"]), str(image["alt"])) for image in html.find_all("img")],
            list_items=texts("li"),
            quotes=texts("blockquote"),
            strong="".join(texts("strong")),
            emphasis="".join(texts("em")),
            tables=len(html.find_all("table")),
        )


def _outline(headings: Iterable[Tag]) -> list[tuple[int, str]]:
    """Return each heading with the number of those it stands under. Levels that are skipped are no matter here."""
    outline, above = [], list[str]()
    for heading in headings:
        above = [name for name in above if name < heading.name]
        outline.append((len(above), _squeezed(heading)))
        above.append(heading.name)
    return outline


def _squeezed(tag: Tag) -> str:
    return re.sub(r"\s+", "", tag.get_text())


def in_feed() -> dict[str, BeautifulSoup]:
    """Return what the feed says of each article. A video shown within the page counts as a link to it."""
    articles = {}
    parsed = feedparser.parse(FEED.read_bytes(), sanitize_html=False, resolve_relative_uris=False)
    for entry in parsed.entries:
        html = BeautifulSoup(entry.summary, "html.parser")
        for frame in html.find_all("iframe"):
            link = html.new_tag("a", href=str(frame["src"]))
            link.string = str(frame["src"])
            frame.replace_with(link)
        articles[entry.id] = html
    return articles


def on_page(page: bytes) -> Tag:
    """Return the article on the page, without what the page adds to it."""
    body = BeautifulSoup(page, "html.parser").select_one(".prose")
    assert body is not None
    for link in body.select(".permalink"):
        link.decompose()
    return body


@pytest.fixture
def imported(editor: User) -> list[Post]:
    call_command("import_feed", str(FEED), author=editor.email)
    return list(Post.objects.order_by("pk"))


def test_each_article_is_whole_on_the_page_it_is_read_on(
    imported: list[Post], editor: User, admin: User, reader: User
) -> None:
    writing, reviewing, reading = signed_in(editor), signed_in(admin), signed_in(reader)
    expected = {name: Contents.of(html) for name, html in in_feed().items()}

    found = {}
    for post in imported:
        writing.post(f"/desk/posts/{post.pk}/submit")
        reviewing.post(f"/desk/posts/{post.pk}/publish", {"revision": "1"})
        found[post.source_id] = Contents.of(on_page(reading.get(f"/posts/{post.slug}").content))

    assert len(found) == 11
    for name, contents in expected.items():
        assert found[name] == contents, name
