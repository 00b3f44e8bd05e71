"""What the site says of itself, from a file or from what is so."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import User
from blog import markup, own_pages
from blog.models import Post
from blog.own_pages import page_of
from tests.blog.posts import STATES, post_in
from tests.conftest import signed_in

PAGES = ["/about", "/privacy"]

Spoil = Callable[[Path], None]


@pytest.fixture
def text(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "page.md"
    path.write_text("# Who we are\n\nWe print *slowly*. <script>alert(1)</script>", encoding="utf-8")
    yield path
    own_pages._pages.clear()


@pytest.mark.parametrize("path", PAGES)
def test_a_site_for_members_tells_members(path: str, reader: User) -> None:
    assert Client().get(path).headers["Location"] == f"/sign-in?next=%2F{path[1:]}"
    assert signed_in(reader).get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_public_site_tells_everybody_and_sets_no_cookie(path: str, settings: Settings) -> None:
    settings.VISIBILITY = "public"

    page = Client().get(path)

    assert page.status_code == 200
    assert not page.cookies


def test_about_names_those_alone_whom_readers_can_read(
    reader: User, editor: User, other_editor: User, admin: User
) -> None:
    for state in STATES:
        post_in(state, editor, admin)
    Post.objects.write(by=other_editor, title="A draft", body="Hidden.")

    page = signed_in(reader).get("/about")

    assert [author.user.name for author in page.context["authors"]] == ["Ed Editor"]
    assert f"a blog with {Post.objects.live().count()} posts" in page.content.decode()


@pytest.mark.parametrize(("posts", "told"), [(0, "nothing is published on it yet"), (1, "a blog with 1 post.")])
def test_about_counts_honestly(posts: int, told: str, reader: User, editor: User, admin: User) -> None:
    for _ in range(posts):
        post_in("published", editor, admin)

    assert told in signed_in(reader).get("/about").content.decode()


def test_about_asks_as_often_whoever_writes(reader: User, editor: User, other_editor: User, admin: User) -> None:
    client = signed_in(reader)
    counts = []
    for author in (editor, other_editor):
        for _ in range(3):
            post_in("published", author, admin)
        with CaptureQueriesContext(connection) as asked:
            client.get("/about")
        counts.append(len(asked))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(("path", "setting"), [("/about", "ABOUT_FILE"), ("/privacy", "PRIVACY_FILE")])
def test_a_file_takes_the_place_of_it(path: str, setting: str, text: Path, reader: User, settings: Settings) -> None:
    setattr(settings, setting, text)

    page = signed_in(reader).get(path).content.decode()

    assert "<em>slowly</em>" in page
    assert "<script>alert" not in page
    assert page.count("<h1") == 1
    assert "only read" not in page


def test_a_file_is_rendered_once_until_it_changes(text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []
    render = markup.render

    def counted(source: str) -> str:
        rendered.append(source)
        return render(source)

    monkeypatch.setattr(markup, "render", counted)

    page_of(text)
    page_of(text)
    text.write_text("Anew.", encoding="utf-8")
    os.utime(text, ns=(1, 1))

    assert "Anew." in str(page_of(text))
    assert len(rendered) == 2


def unrenderable(text: Path) -> None:
    text.write_text("Fine.\n\n" + "1. " * 5_000, encoding="utf-8")


def no_text(text: Path) -> None:
    text.write_bytes(b"\xff\xfe\x00")


SPOILT = [(unrenderable, r"line \d+: "), (no_text, "utf-8"), (Path.unlink, "No such file")]


@pytest.mark.parametrize(("path", "setting"), [("/about", "ABOUT_FILE"), ("/privacy", "PRIVACY_FILE")])
@pytest.mark.parametrize(("spoil", "why"), SPOILT)
def test_a_file_that_makes_no_page_any_more_leaves_the_one_before_and_is_told_of_once(
    path: str,
    setting: str,
    spoil: Spoil,
    why: str,
    text: Path,
    reader: User,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    setattr(settings, setting, text)
    client = signed_in(reader)
    client.get(path)
    spoil(text)

    pages = [client.get(path) for _ in range(2)]

    assert [page.status_code for page in pages] == [200, 200]
    assert all("<em>slowly</em>" in page.content.decode() for page in pages)
    assert len(re.findall(rf"page\.md makes no page, .*{why}", caplog.text)) == 1


@pytest.mark.parametrize(("path", "setting"), [("/about", "ABOUT_FILE"), ("/privacy", "PRIVACY_FILE")])
@pytest.mark.parametrize(("spoil", "why"), SPOILT)
def test_a_file_that_never_made_a_page_leaves_what_is_so(
    path: str, setting: str, spoil: Spoil, why: str, text: Path, reader: User, settings: Settings
) -> None:
    before = signed_in(reader).get(path)
    setattr(settings, setting, text)
    spoil(text)

    page = signed_in(reader).get(path)

    assert page.status_code == 200
    assert re.findall("<h2.*", page.content.decode()) == re.findall("<h2.*", before.content.decode()) != []


def test_a_file_that_is_mended_is_shown(text: Path) -> None:
    text.unlink()
    assert page_of(text) is None

    text.write_text("Anew.", encoding="utf-8")

    assert "Anew." in str(page_of(text))


def test_the_newer_text_waits_while_the_machine_is_busy(text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def render(source: str) -> str:
        raise markup.Busy

    before = page_of(text)
    text.write_text("Anew, and longer.", encoding="utf-8")
    monkeypatch.setattr(markup, "render", render)

    assert page_of(text) == before


def test_privacy_tells_what_the_settings_make_of_it(reader: User, settings: Settings) -> None:
    settings.SIGN_IN_CSP, settings.IMAGE_SOURCES, settings.SENDS_MAIL = {"font-src": ["https://x.example"]}, [], False
    elsewhere = signed_in(reader).get("/privacy").content.decode()
    settings.SIGN_IN_CSP, settings.IMAGE_SOURCES, settings.SENDS_MAIL = {}, ["https:"], True
    here = signed_in(reader).get("/privacy").content.decode()

    for sentence, is_elsewhere in [
        ("your browser talks to Descope", True),
        ("So do pictures", True),
        ("A picture in a post may be shown from the site", False),
        ("get mail about posts", False),
    ]:
        assert (sentence in elsewhere, sentence in here) == (is_elsewhere, not is_elsewhere), sentence


def test_what_privacy_says_of_cookies_is_so(published: Post, settings: Settings) -> None:
    settings.VISIBILITY = "public"
    visitor = Client()

    for path in ("/", published.get_absolute_url(), "/about", "/privacy", "/nothing-here"):
        assert not visitor.get(path).cookies, path
    cookie = visitor.post("/theme", {"theme": "dark"}, headers={"Sec-Fetch-Site": "same-origin"}).cookies
    page = visitor.get("/privacy").content.decode()

    assert list(cookie) == ["theme"]
    assert "<code>theme</code>" in page
    assert "for a year" in page
    assert "30 days at most and 14 unused" in page
    assert "cleared away a day after" in page
