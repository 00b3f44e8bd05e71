"""What feeds say."""

import calendar
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from accounts.models import User
from blog.models import Post
from tests.blog.feeds.reading import SITE, items_of, links_of, parsed
from tests.blog.posts import post_in

pytestmark = pytest.mark.usefixtures("public")

NOT_FOR_READERS = re.compile(r"tabindex|role=|aria-|loading|srcset|sizes|data-|onclick|<script|<input|permalink|id=")


@pytest.mark.parametrize("address", SITE)
def test_texts_are_whole_and_fit_for_any_reader(everything: Post, address: str) -> None:
    (item,) = items_of(address)
    html = BeautifulSoup(item["html"], "html.parser")

    assert not NOT_FOR_READERS.search(item["html"])
    for link in html.select("a[href]"):
        assert str(link["href"]).startswith(("https://", "http://", "mailto:"))
    assert [str(image["alt"]) for image in html("img")] == ["The same sheet, as a cover", 'A "red" sheet', "Elsewhere"]
    assert all(str(image["src"]).startswith(("http://localhost:8000/media/", "https://")) for image in html("img"))
    assert html.figure is not None
    assert html.figure == html.find(True)
    assert html.code is not None
    code = html.find("code", class_="language-python")
    assert code is not None
    assert code.get_text() == """def f(): return '<a href="/x">' + " src=\\"/y\\""\n"""
    assert html.find_all("ul")[-1].get_text().endswith("The year was 1452, not 1425.")
    assert html.find("td", align="right") is not None
    assert "☑ done" in html.get_text()


@pytest.mark.parametrize("address", SITE)
def test_footnotes_lead_to_the_post_itself(everything: Post, address: str) -> None:
    (item,) = items_of(address)
    page = BeautifulSoup(Client().get(everything.get_absolute_url()).content, "html.parser")

    html = BeautifulSoup(item["html"], "html.parser")
    within = [str(link["href"]).split("#")[1] for link in html.select("a[href*='#in-']")]

    assert within
    assert all(page.find(id=name) for name in within if name != "in-nothing")
    assert all(str(link["href"]).split("#")[0] == item["address"] for link in html.select("a[href*='#in-']"))


@pytest.mark.parametrize("address", SITE)
def test_the_id_outlives_title_words_and_date(published: Post, editor: User, admin: User, address: str) -> None:
    before = items_of(address)[0]["id"]

    published.edit(by=editor, version=published.version, title="Another title", body="Other words.", tags=[])
    published.submit(by=editor)
    published.publish(by=admin, revision=2)
    Post.objects.filter(pk=published.pk).update(published_at=timezone.now())

    assert items_of(address)[0] | {"id": before} == items_of(address)[0]
    assert items_of(address)[0]["title"] == "Another title"
    assert before == f"tag:localhost,{published.created_at:%Y-%m-%d}:post/{published.pk}"


def test_the_authority_stays_where_the_site_moves(published: Post, settings: SimpleNamespace) -> None:
    before = items_of("/feeds/atom.xml")[0]["id"]

    settings.SITE_URL = "https://new.example"

    assert items_of("/feeds/atom.xml")[0]["id"] == before
    assert items_of("/feeds/atom.xml")[0]["address"].startswith("https://new.example/")


@pytest.mark.parametrize(
    ("source_id", "is_kept"),
    [
        ("https://old.example/?p=12", True),
        ("tag:old.example,2009:12", True),
        ("urn:uuid:9a1c", True),
        (f"sha256:{'0' * 64}", False),
        ("http://old.example/a b", False),
    ],
)
def test_what_was_imported_keeps_the_id_of_its_old_feed(published: Post, source_id: str, is_kept: bool) -> None:
    Post.objects.filter(pk=published.pk).update(source_id=source_id)

    assert (items_of("/feeds/rss.xml")[0]["id"] == source_id) is is_kept


def test_updated_moves_with_the_words_alone(published: Post, editor: User, admin: User) -> None:
    def updated() -> datetime:
        entry = parsed(Client().get("/feeds/atom.xml").content).entries[0]
        return datetime.fromtimestamp(calendar.timegm(entry.updated_parsed), tz=UTC)

    assert published.published_at is not None
    first = published.published_at - timedelta(days=2)
    Post.objects.filter(pk=published.pk).update(published_at=first, live_since=first)
    published.refresh_from_db()
    first = first.replace(microsecond=0)
    assert updated() == first

    published.unpublish(by=admin)
    published.publish(by=admin, revision=1)
    assert updated() == first

    published.edit(by=editor, version=published.version, title="On proofs", body="New words.", tags=["craft"])
    published.submit(by=editor)
    published.publish(by=admin, revision=2)
    assert updated() > first + timedelta(days=1)


@pytest.mark.parametrize("address", SITE)
def test_nothing_that_xml_cannot_hold_gets_in(editor: User, admin: User, address: str) -> None:
    post = Post.objects.write(
        by=editor, title="Odd \x0b\x01\ufffe title", body="Odd \x1b\uffff words.", tags=["o\x07dd"]
    )
    post.submit(by=editor)
    post.publish(by=admin, revision=1)

    (item,) = items_of(address)

    assert item["title"].split() == ["Odd", "title"]
    assert "Odd" in item["html"]
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", Client().get(address).content.decode())


@pytest.mark.parametrize("address", SITE)
def test_another_language_is_told(published: Post, editor: User, admin: User, address: str) -> None:
    post, _ = Post.objects.write_once(by=editor, write_key="", title="مرحبا", body="نص", language="ar")
    post.submit(by=editor)
    post.publish(by=admin, revision=1)

    item = items_of(address)[0]

    assert item["html"].startswith('<div dir="rtl" lang="ar">') or item["html"].startswith('<div lang="ar" dir="rtl">')
    assert not items_of(address)[1]["html"].startswith("<div")


@pytest.mark.parametrize("file", ["rss.xml", "atom.xml", "feed.json"])
def test_there_is_a_feed_of_each_tag_author_and_series(everything: Post, published: Post, file: str) -> None:
    author = everything.author.as_author.slug

    assert [item["title"] for item in items_of(f"/tags/rd-x/feeds/{file}")] == ["On <proofs> & presses"]
    assert len(items_of(f"/tags/craft/feeds/{file}")) == 2
    assert len(items_of(f"/authors/{author}/feeds/{file}")) == 2
    assert [item["title"] for item in items_of(f"/series/presses/feeds/{file}")] == ["On <proofs> & presses"]
    assert links_of(f"/series/presses/feeds/{file}")["self"] == f"http://localhost:8000/series/presses/feeds/{file}"


def test_the_feed_of_what_has_nothing_to_show_is_not_there(published: Post, admin: User) -> None:
    addresses = ("/tags/craft/feeds/rss.xml", "/authors/ed-editor/feeds/feed.json", "/tags/none/feeds/atom.xml")
    assert [Client().get(address).status_code for address in addresses] == [200, 200, 404]

    published.unpublish(by=admin)

    assert [Client().get(address).status_code for address in addresses] == [404, 404, 404]


def test_a_tag_renamed_leads_on_in_one_hop(published: Post) -> None:
    tagging = published.taggings.get()
    tagging.tag.former_slugs.create(slug="trade")

    answer = Client().get("/tags/trade/feeds/atom.xml")

    assert (answer.status_code, answer.headers["Location"]) == (301, "http://localhost:8000/tags/craft/feeds/atom.xml")


@pytest.mark.parametrize("address", SITE)
@pytest.mark.parametrize("state", ["draft", "in_review", "scheduled", "archived", "archived+past", "taken-down"])
def test_only_what_readers_see_is_in_it(editor: User, admin: User, address: str, state: str) -> None:
    post_in(state, editor, admin)

    assert items_of(address) == []


@pytest.mark.parametrize("address", SITE)
def test_a_schedule_is_kept_to_the_second(
    editor: User, admin: User, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = post_in("scheduled", editor, admin)
    assert post.scheduled_at is not None

    for seconds, count in ((-1, 0), (0, 1), (1, 1)):
        now = post.scheduled_at + timedelta(seconds=seconds)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        assert len(items_of(address)) == count
    monkeypatch.undo()
    post.refresh_from_db()
    assert post.live_revision is None  # Nothing had to be written down for it.


@pytest.mark.parametrize("address", SITE)
def test_a_scheduled_change_comes_with_its_own_words(
    editor: User, admin: User, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = post_in("published+planned", editor, admin)
    assert post.scheduled_at is not None
    assert [item["title"] for item in items_of(address)] == ["On proofs"]

    now = post.scheduled_at
    monkeypatch.setattr(timezone, "now", lambda: now)

    (item,) = items_of(address)
    assert item["title"] == "On proofs, again"
    assert "Thrice." in item["html"]


@pytest.mark.parametrize("address", SITE)
@pytest.mark.parametrize("state", ["draft+live", "in_review+live"])
def test_a_next_draft_leaves_no_trace(editor: User, admin: User, address: str, state: str) -> None:
    post_in(state, editor, admin)

    answer = Client().get(address)

    assert "again" not in answer.content.decode()
    assert "Thrice" not in answer.content.decode()
