"""What readers find posts by: lists by tag, author, series, year and month, and one address for each."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from blog.models import Author, FormerHandle, FormerTagSlug, Image, Post, Tag
from tests.blog.images.files import picture
from tests.blog.posts import post_in
from tests.blog.shelves import fill_shelf
from tests.conftest import signed_in

LISTS = ("/tags/craft", "/authors/ed-editor", "/series/a-series", "/archive/2025", "/archive/2025/11")
OVERVIEWS = ("/tags", "/authors", "/series", "/archive")


@pytest.fixture(params=["member", "visitor"])
def browser(request: pytest.FixtureRequest, reader: User, settings: SimpleNamespace) -> Client:
    """A browser of each kind of reader, on a site that is open to them."""
    settings.VISIBILITY = "members" if request.param == "member" else "public"
    return signed_in(reader) if request.param == "member" else Client()


@pytest.fixture(autouse=True)
def in_kiev(settings: SimpleNamespace) -> None:
    settings.TIME_ZONE = "Europe/Kyiv"


def publish(
    author: User, admin: User, title: str, *, tags: list[str] | None = None, series: str = "", at: str = ""
) -> Post:
    post, _ = Post.objects.write_once(
        by=author, write_key="", title=title, body="Words.", tags=["craft"] if tags is None else tags, series=series
    )
    post.submit(by=author)
    post.publish(by=admin, revision=1)
    if at:
        Post.objects.filter(pk=post.pk).update(published_at=datetime.fromisoformat(at).replace(tzinfo=UTC))
    return post


def titles(browser: Client, path: str) -> list[str]:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("Location"))
    return [entry.revision.title for entry in answer.context["entries"]]


def told(browser: Client, path: str) -> tuple[int, str]:
    answer = browser.get(path)
    return answer.status_code, answer.headers.get("Location", "")


def words(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_list_has_its_posts_and_no_others(browser: Client, editor: User, other_editor: User, admin: User) -> None:
    publish(editor, admin, "One", series="A series", at="2026-11-02T12:00")
    publish(other_editor, admin, "Two", tags=["Craft", "other"], at="2025-03-02T12:00")
    publish(editor, admin, "Three", tags=[], series="a SERIES", at="2026-11-03T12:00")

    assert titles(browser, "/tags/craft") == ["One", "Two"]
    assert titles(browser, "/authors/ed-editor") == ["Three", "One"]
    assert titles(browser, "/series/a-series") == ["One", "Three"]
    assert titles(browser, "/archive/2026") == titles(browser, "/archive/2026/11") == ["Three", "One"]
    assert titles(browser, "/archive/2025/03") == ["Two"]


def test_overviews_count_what_readers_see(browser: Client, editor: User, other_editor: User, admin: User) -> None:
    publish(editor, admin, "One", tags=["craft", "proofs"], series="A series", at="2023-11-02T12:00")
    publish(editor, admin, "Two", series="A series", at="2023-10-02T12:00")
    post_in("scheduled", other_editor, admin, title="Three")
    four = post_in("published+planned", editor, admin, title="Four")
    Post.objects.filter(pk=four.pk).update(published_at=datetime(2024, 2, 29, tzinfo=UTC))

    tags, authors, series, archive = (browser.get(path).context for path in OVERVIEWS)

    assert [(tag.name, tag.post_count) for tag in tags["tags"]] == [("craft", 3), ("proofs", 1)]
    assert [(author.slug, author.post_count) for author in authors["authors"]] == [("ed-editor", 3)]
    assert [(one.slug, one.post_count) for one in series["all_series"]] == [("a-series", 2)]
    months = [(month.address, month.post_count) for year in archive["years"] for month in year.months]
    assert months == [("/archive/2024/02", 1), ("/archive/2023/11", 1), ("/archive/2023/10", 1)]


def test_overviews_count_so_far_and_say_so(
    browser: Client, editor: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blog.long_lists.COUNTED_EACH", 2)
    fill_shelf(3, editor, admin)
    publish(editor, admin, "One", tags=["rare"])

    for path in ("/tags", "/authors", "/series", "/feeds"):
        assert "2+" in words(browser, path), path
    assert re.search(r"rare</bdi></a> <span[^>]*>1<", words(browser, "/tags"))


def test_what_readers_see_nothing_of_does_not_exist(
    browser: Client, editor: User, other_editor: User, admin: User
) -> None:
    later = publish(other_editor, admin, "Futura", tags=["futura"], series="Futura", at="2019-05-05T12:00")
    Post.objects.filter(pk=later.pk).update(unpublish_at=timezone.now() - timedelta(hours=1))
    live = publish(editor, admin, "Live", at="2018-05-05T12:00")
    live.edit(by=editor, version=live.version, title="Live", body="Next.", tags=["bembo"], series="Bembo")
    live.submit(by=editor)
    live.schedule(by=admin, revision=2, at=timezone.now() + timedelta(days=1))

    assert Tag.objects.filter(slug="bembo").exists()
    assert Author.objects.filter(slug="olga-editor").exists()
    for path in (
        *("/tags/futura", "/tags/bembo", "/authors/olga-editor", "/series/futura", "/series/bembo"),
        *("/archive/2019", "/archive/2019/05", "/archive/2018/06"),
    ):
        assert browser.get(path).status_code == 404, path
    for path in OVERVIEWS:
        page = words(browser, path)
        assert not any(word in page for word in ("futura", "bembo", "Olga", "2019")), path


def test_a_month_is_one_of_the_calendar_of_the_site(browser: Client, editor: User, admin: User) -> None:
    publish(editor, admin, "Midnight", at="2025-12-31T22:30")  # Half past midnight of 1 January in Kyiv.
    publish(editor, admin, "Evening", at="2025-12-31T21:30")

    assert titles(browser, "/archive/2026/01") == titles(browser, "/archive/2026") == ["Midnight"]
    assert titles(browser, "/archive/2025/12") == titles(browser, "/archive/2025") == ["Evening"]
    assert [year.number for year in browser.get("/archive").context["years"]] == [2026, 2025]


def test_who_has_left_has_no_page_and_no_link(browser: Client, editor: User, admin: User) -> None:
    publish(editor, admin, "Kept")
    assert 'href="/authors/ed-editor"' in words(browser, "/")

    User.objects.filter(pk=editor.pk).update(left_at=timezone.now(), name="A former author")

    assert browser.get("/authors/ed-editor").status_code == 404
    assert "A former author" not in words(browser, "/authors")
    assert "/authors/ed-editor" not in words(browser, "/")
    assert "A former author" in words(browser, "/")


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("/Tags", "/tags"),
        ("/tags/", "/tags"),
        ("/TAGS/Craft/", "/tags/craft"),
        ("/tags/CRAFT", "/tags/craft"),
        ("/tags/old", "/tags/craft"),
        ("/Tags/Old/", "/tags/craft"),
        ("/authors/Ed-Editor/", "/authors/ed-editor"),
        ("/authors/ED", "/authors/ed-editor"),
        ("/Series/A-Series", "/series/a-series"),
        ("/archive/2026/", "/archive/2026"),
        ("/archive/2026/1", "/archive/2026/01"),
        ("/Archive/2026/1/", "/archive/2026/01"),
        ("/posts/One/", "/posts/one"),
        ("/POSTS/one", "/posts/one"),
        ("/tags/craft?page=1", "/tags/craft"),
        ("/tags/CRAFT/?page=1&a=b", "/tags/craft?a=b"),
    ],
)
def test_one_address_for_each_page_in_one_step(
    browser: Client, editor: User, admin: User, written: str, address: str
) -> None:
    publish(editor, admin, "One", series="A series", at="2026-01-05T12:00")
    FormerTagSlug.objects.create(slug="old", tag=Tag.objects.get())
    FormerHandle.objects.create(slug="ed", author=Author.objects.get())

    answer = browser.get(written)

    assert (answer.status_code, answer.headers["Location"]) == (301, address)
    assert browser.get(address).status_code == 200


def test_nothing_is_led_to_under_another_spelling_of_what_is_hidden(browser: Client, editor: User, admin: User) -> None:
    post_in("scheduled", editor, admin, title="Hidden")
    FormerTagSlug.objects.create(slug="old", tag=Tag.objects.get())

    for path in (
        "/tags/CRAFT",
        "/tags/craft/",
        "/tags/old",
        "/Tags/Old/",
        "/posts/Hidden/",
        "/authors/ED-editor/",
        "/desk/",
        "/Account",
    ):
        answer = browser.get(path)
        assert answer.status_code == 404 or answer.headers["Location"].startswith("/sign-in"), path


@pytest.mark.parametrize(
    "path", ["/archive/2026/0", "/archive/2026/13", "/archive/999", "/archive/3000", "/archive/x", "/archive/2026/11/1"]
)
def test_a_time_that_no_calendar_has_is_not_there(browser: Client, published: Post, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_a_list_has_twenty_posts_a_page_and_no_page_beyond(browser: Client, editor: User, admin: User) -> None:
    fill_shelf(45, editor, admin)

    for path in LISTS:
        assert len(titles(browser, path)) == len(titles(browser, f"{path}?page=2")) == 20
        assert len(titles(browser, f"{path}?page=3")) == 5
        for number in ("4", "0", "x", "", "-1", "01"):
            assert browser.get(f"{path}?page={number}").status_code == 404, (path, number)
        page = words(browser, f"{path}?page=2")
        assert f'<link rel="prev" href="http://localhost:8000{path}">' in page
        assert f'<link rel="next" href="http://localhost:8000{path}?page=3">' in page


def test_overviews_have_so_many_names_a_page_and_no_page_beyond(
    browser: Client, editor: User, other_editor: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blog.views.browsing.NAMES_A_PAGE", 1)
    publish(editor, admin, "One", tags=["a", "b"], series="A")
    publish(other_editor, admin, "Two", tags=["b"], series="B")

    for path, listed in (("/tags", "tags"), ("/authors", "authors"), ("/series", "all_series")):
        first, second = ([*browser.get(f"{path}{asked}").context[listed]] for asked in ("", "?page=2"))
        assert len(first) == len(second) == 1
        assert first != second
        for number in ("3", "0", "x", "", "-1", "01"):
            assert browser.get(f"{path}?page={number}").status_code == 404, (path, number)
        page = words(browser, path)
        assert f'<link rel="next" href="http://localhost:8000{path}?page=2">' in page
        assert 'href="?page=2">Next page</a>' in page
        assert "page 2" in words(browser, f"{path}?page=2").partition("</title>")[0]


def test_lists_ask_the_database_as_often_for_many_posts_as_for_few(
    reader: User, editor: User, admin: User, settings: SimpleNamespace
) -> None:
    member = signed_in(reader)

    def queries() -> dict[tuple[str, str], int]:
        asked = {}
        for visibility, browser in (("members", member), ("public", Client())):
            settings.VISIBILITY = visibility
            for path in ("/", *LISTS, *OVERVIEWS):
                with CaptureQueriesContext(connection) as captured:
                    assert browser.get(path).status_code == 200
                asked[visibility, path] = len(captured)
        return asked

    cover = Image.objects.upload(by=editor, data=picture(), alt="A sheet").image
    fill_shelf(12, editor, admin, cover)
    few = queries()
    fill_shelf(288, editor, admin, cover)

    assert queries() == few


def test_lists_read_nothing_of_the_desk_and_no_texts(browser: Client, editor: User, admin: User) -> None:
    fill_shelf(2, editor, admin)

    for path in ("/", *LISTS, "/search?q=tag:craft"):
        with CaptureQueriesContext(connection) as captured:
            assert "Shelved 0001" in browser.get(path).content.decode(), path
        told = [query["sql"].partition(" FROM ")[0] for query in captured if "blog_revision" in query["sql"]]
        assert any('"excerpt"' in columns for columns in told), path
        for unread in ('"body"', '"html"', '"submitted_revision_id"', '"claimed_by_id"', '"email"'):
            assert not [columns for columns in told if unread in columns], (path, unread)


def test_lists_that_have_not_changed_are_not_sent_again(settings: SimpleNamespace, editor: User, admin: User) -> None:
    settings.VISIBILITY = "public"
    post = publish(editor, admin, "One", series="A series", at="2025-11-05T12:00")
    paths = ("/", *LISTS, *OVERVIEWS)
    tags = {path: Client().get(path).headers["ETag"] for path in paths}

    def sent_again() -> set[str]:
        answers = {path: Client().get(path, headers={"If-None-Match": tags[path]}).status_code for path in paths}
        assert set(answers.values()) <= {200, 304}
        return {path for path, status in answers.items() if status == 200}

    assert sent_again() == set()
    with undone():
        Tag.objects.update(name="Crafts")
        assert sent_again() == {"/", *LISTS, "/tags"}
    with undone():
        Author.objects.update(bio="Writes.")
        assert sent_again() == {"/authors", "/authors/ed-editor"}
    with undone():
        post.readdress(by=admin, to="elsewhere")
        assert sent_again() == {"/", *LISTS}
    with undone():
        publish(editor, admin, "Two", series="A series", at="2025-11-06T12:00")
        assert sent_again() == set(paths)


@contextmanager
def undone() -> Iterator[None]:
    """Undo what is done within."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
