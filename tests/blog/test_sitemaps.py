"""What search engines are told to look at: all that everybody may read, and when its words last changed."""

from datetime import timedelta
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from blog import sitemaps
from blog.models import Post
from tests.blog.posts import STATES, post_in

SITE = "http://localhost:8000"
LIVE = ["published", "published+planned", "published+ending", "draft+live", "in_review+live"]


@pytest.fixture(autouse=True)
def public(settings: SimpleNamespace) -> None:
    settings.VISIBILITY, settings.SEARCH_ENGINES = "public", True


def listed(path: str) -> dict[str, str]:
    """Return the paths on a list, each with when it changed."""
    answer = Client().get(path)
    assert answer.status_code == 200, path
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    rows = ElementTree.fromstring(answer.content)  # noqa: S314 — our own.
    return {row[0].text.removeprefix(SITE): row[1].text if len(row) > 1 else "" for row in rows}  # type: ignore[union-attr, misc]  # as the protocol has it


def all_listed() -> dict[str, str]:
    return {path: at for part in listed("/sitemap.xml") for path, at in listed(part).items()}


def test_it_lists_what_everybody_may_read_and_nothing_else(editor: User, admin: User) -> None:
    posts = {state: post_in(state, editor, admin, title=f"A {state}") for state in STATES}

    shown = {path for path in all_listed() if path.startswith("/posts/")}

    assert shown == {post.get_absolute_url() for post in posts.values() if post.is_live}
    assert len(shown) == len(LIVE)


def test_it_tells_when_the_words_changed_and_not_when_somebody_wrote_on(
    published: Post, editor: User, admin: User
) -> None:
    day = timezone.now().replace(microsecond=0) - timedelta(days=3)
    Post.objects.filter(pk=published.pk).update(published_at=day)
    published.refresh_from_db()
    published.edit(by=editor, version=published.version, title="On proofs", body="Read it thrice.", tags=[])
    published.submit(by=editor)
    part = f"/sitemap-posts-{published.pk // sitemaps.POSTS_A_LIST}.xml"
    before = listed(part)

    published.publish(by=admin, revision=2)
    published.refresh_from_db()

    assert published.text_changed_at is not None
    assert before == {"/posts/on-proofs": day.isoformat()}
    assert listed(part) == {"/posts/on-proofs": published.text_changed_at.replace(microsecond=0).isoformat()}
    assert listed("/sitemap.xml")[part] == listed(part)["/posts/on-proofs"]


def test_a_change_that_the_clock_brought_counts_from_its_time(published: Post, editor: User, admin: User) -> None:
    published.edit(by=editor, version=published.version, title="On proofs", body="Read it thrice.", tags=[])
    published.submit(by=editor)
    published.schedule(by=admin, revision=2, at=timezone.now() + timedelta(hours=1))
    came_at = timezone.now().replace(microsecond=0)
    Post.objects.filter(pk=published.pk).update(
        scheduled_at=came_at, published_at=came_at - timedelta(days=2), text_changed_at=None
    )

    assert all_listed()["/posts/on-proofs"] == came_at.isoformat()
    assert Post.objects.get().changed_at == came_at


def test_what_was_first_published_elsewhere_is_to_be_found_there(published: Post, editor: User, admin: User) -> None:
    published.edit(
        by=editor,
        version=published.version,
        title="On proofs",
        body="Read.",
        tags=[],
        canonical_url="https://x.example/",
    )
    published.submit(by=editor)
    published.publish(by=admin, revision=2)

    assert sitemaps.index() == []
    assert Client().get("/sitemap.xml").status_code == 404


def test_it_leads_to_what_posts_are_found_by(editor: User, admin: User) -> None:
    for state in ("published", "draft"):
        words = {"title": f"A {state}", "body": "Words.", "tags": [f"Tag of {state}"]}
        post = Post.objects.write(by=editor, **words)  # type: ignore[arg-type]  # as written
        post.edit(by=editor, version=1, series=f"Series of {state}", **words)  # type: ignore[arg-type]  # as above
        post.submit(by=editor)
    Post.objects.get(slug="a-published").publish(by=admin, revision=1)
    live = Post.objects.get(slug="a-published")
    assert live.published_at is not None
    at = live.published_at.replace(microsecond=0).isoformat()

    assert listed("/sitemap-tags.xml") == {"/tags/tag-of-published": at}
    assert listed("/sitemap-series.xml") == {"/series/series-of-published": at}
    assert listed("/sitemap-authors.xml") == {"/authors/ed-editor": at}
    assert listed("/sitemap-months.xml") == {f"/archive/{live.published_at:%Y/%m}": at}
    assert {"/", "/archive", "/tags", "/about"} < set(listed("/sitemap-pages.xml"))
    for path in all_listed():
        assert Client().get(path).status_code == 200, path


def test_posts_are_on_several_lists_by_their_ids(monkeypatch: pytest.MonkeyPatch, editor: User, admin: User) -> None:
    monkeypatch.setattr(sitemaps, "POSTS_A_LIST", 2)
    posts = [post_in("published", editor, admin, title=f"Post {number}") for number in range(5)]

    parts = [part for part in listed("/sitemap.xml") if part.startswith("/sitemap-posts-")]

    assert len(parts) >= 3
    assert all(len(listed(part)) <= 2 for part in parts)
    assert [path for part in parts for path in listed(part)] == [post.get_absolute_url() for post in posts]


def test_the_front_page_is_as_new_as_the_newest_words(published: Post) -> None:
    assert published.published_at is not None

    assert listed("/sitemap-pages.xml")["/"] == published.published_at.replace(microsecond=0).isoformat()


@pytest.mark.parametrize(
    "path", ["/sitemap.xml", "/sitemap-posts-{part}.xml", "/sitemap-pages.xml", "/sitemap-tags.xml"]
)
@pytest.mark.parametrize(("visibility", "search_engines"), [("members", True), ("public", False)])
def test_there_is_none_where_nothing_is_to_be_found(
    path: str, visibility: str, search_engines: bool, published: Post, settings: SimpleNamespace
) -> None:
    path = path.format(part=published.pk // sitemaps.POSTS_A_LIST)
    was_there = Client().get(path).status_code

    settings.VISIBILITY, settings.SEARCH_ENGINES = visibility, search_engines

    assert (was_there, Client().get(path).status_code) == (200, 404)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    "name", ["posts", "posts-", "posts--1", "posts-²", "posts-999999999999999999999", "nothing", "posts-7777"]
)
def test_a_list_that_is_none_is_not_there(name: str) -> None:
    assert Client().get(f"/sitemap-{name}.xml").status_code == 404


@pytest.mark.usefixtures("published")
def test_a_list_that_is_known_is_not_sent_again() -> None:
    for path in ("/sitemap.xml", *listed("/sitemap.xml")):
        etag = Client().get(path).headers["ETag"]
        assert Client().get(path, headers={"if-none-match": etag}).status_code == 304


def test_a_list_takes_one_query_however_long_it_is(editor: User, admin: User) -> None:
    def queries() -> dict[str, int]:
        counts = {}
        for path in ("/sitemap.xml", *listed("/sitemap.xml")):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                Client().get(path)
            counts[path] = len(asked)
            assert not [query for query in asked if '"body"' in query["sql"] or '"html"' in query["sql"]]
        return counts

    post_in("published", editor, admin, title="First")
    few = queries()
    for number in range(10):
        post_in("published", editor, admin, title=f"Post {number}")

    assert queries() == few
    assert few.pop("/sitemap.xml") <= 7
    assert set(few.values()) == {1}


def test_the_list_of_lists_tells_of_each_when_the_newest_on_it_changed(editor: User, admin: User) -> None:
    for number, state in enumerate(STATES):
        post = post_in(state, editor, admin, title=f"A {state}")
        if post.published_at is not None and post.published_at < timezone.now():
            Post.objects.filter(pk=post.pk).update(published_at=timezone.now() - timedelta(days=40 * number + 1))
    lists = listed("/sitemap.xml")

    newest = {part: max(at for at in listed(part).values() if at) for part in lists}

    assert newest == lists
    assert {"/sitemap-tags.xml", "/sitemap-authors.xml", "/sitemap-months.xml", "/sitemap-pages.xml"} < set(lists)


def test_what_is_taken_down_is_off_every_list_at_once(published: Post, admin: User) -> None:
    assert all_listed()

    published.unpublish(by=admin)

    assert sitemaps.index() == []
    assert [sitemaps.entries_of(name) for name in sitemaps.OTHERS] == [[]] * len(sitemaps.OTHERS)


@pytest.mark.usefixtures("published")
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps long texts out of its rows.")
@pytest.mark.parametrize("name", [None, "pages", "tags", "series", "authors", "months"])
def test_a_list_is_made_without_reading_the_rows_of_posts(name: str | None) -> None:
    with CaptureQueriesContext(connection) as asked:
        sitemaps.entries_of(name) if name else sitemaps.index()

    for query in list(asked):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plan = [row[-1] for row in cursor.fetchall()]
        assert [step for step in plan if " blog_post " in step and "USING COVERING INDEX" in step], plan
        assert not [step for step in plan if " T5 " in step and "COVERING" not in step], plan


# robots.txt


def test_crawlers_are_told_where_the_list_is_and_what_is_not_for_them() -> None:
    answer = Client().get("/robots.txt")

    lines = answer.content.decode().splitlines()
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert lines[0] == "User-agent: *"
    assert f"Sitemap: {SITE}/sitemap.xml" in lines
    assert {
        "Disallow: /desk",
        "Disallow: /feeds/private/",
        "Disallow: /api/",
        "Disallow: /search",
        "Disallow: /shared/",
    } < set(lines)
    assert "Disallow: /" not in lines


@pytest.mark.parametrize(("visibility", "search_engines"), [("members", True), ("public", False)])
def test_crawlers_are_sent_away_from_what_is_not_to_be_found(
    visibility: str, search_engines: bool, settings: SimpleNamespace
) -> None:
    settings.VISIBILITY, settings.SEARCH_ENGINES = visibility, search_engines

    assert Client().get("/robots.txt").content.decode().split("\n")[:2] == ["User-agent: *", "Disallow: /"]
