"""The page of a post: what stands around the text, and when a browser need not fetch it again."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from blog.models import Post
from tests.blog.posts import post_in
from tests.conftest import signed_in

HEADINGS = "Words.\n\n## One\n\n### Inside one\n\n## Two\n\nMore."


@pytest.fixture
def publish(editor: User, admin: User) -> Callable[..., Post]:
    def publish(title: str, body: str = "Words.", **more: Any) -> Post:
        post, _ = Post.objects.write_once(by=editor, write_key="", title=title, body=body, **more)
        return published_anew(post, editor, admin)

    return publish


def published_anew(post: Post, editor: User, admin: User, **changed: Any) -> Post:
    if changed:
        words = {"title": post.title, "body": post.body, "tags": post.tags, "series": post.series, **changed}
        post.edit(by=editor, version=post.version, **words)
    post.submit(by=editor)
    assert post.submitted_revision
    post.publish(by=admin, revision=post.submitted_revision.number)
    return post


def page(client: Client, post: Post) -> BeautifulSoup:
    return BeautifulSoup(client.get(post.get_absolute_url()).content, "html.parser")


def one(soup: BeautifulSoup | Tag, selector: str) -> Tag:
    (found,) = soup.select(selector)
    return found


def words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def test_it_says_whose_it_is_and_of_when(publish: Any, reader: User, editor: User) -> None:
    post = publish("On proofs", body="word " * 700)
    User.objects.filter(pk=editor.pk).update(picture="a" * 64)

    rail = one(page(signed_in(reader), post), ".article__rail")

    assert words(one(rail, ".byline")) == "By Ed Editor"
    assert one(rail, ".byline img")["src"] == f"/people/{'a' * 64}.webp"
    assert [str(time["datetime"])[:10] for time in rail.select("time")] == [f"{post.published_at:%Y-%m-%d}", "PT3M"]
    assert "Updated" not in rail.get_text()


def test_it_says_updated_only_of_other_words(publish: Any, reader: User, editor: User, admin: User) -> None:
    post = publish("On proofs")
    published_anew(post, editor, admin, tags=["craft"])
    assert "Updated" not in one(page(signed_in(reader), post), ".article__rail").get_text()

    published_anew(post, editor, admin, body="Other words.")

    assert "Updated" in one(page(signed_in(reader), post), ".article__rail").get_text()


def test_who_has_left_is_neither_shown_nor_linked_to(publish: Any, reader: User, editor: User) -> None:
    post = publish("On proofs")
    User.objects.filter(pk=editor.pk).update(picture="a" * 64, left_at=post.published_at, name="Somebody")

    byline = one(page(signed_in(reader), post), ".byline")

    assert words(byline) == "By Somebody"
    assert byline.select("img, a") == []


def test_three_headings_have_contents_that_lead_to_them(publish: Any, reader: User) -> None:
    soup = page(signed_in(reader), publish("On proofs", body=HEADINGS))

    nav = one(soup, "nav[aria-label=Contents]")

    assert [words(link) for link in nav.select("a")] == ["One", "Inside one", "Two"]
    assert [words(link) for link in nav.select("li li a")] == ["Inside one"]
    assert all(soup.find(id=str(link["href"])[1:]) for link in nav.select("a"))


def test_fewer_headings_have_none(publish: Any, reader: User) -> None:
    assert page(signed_in(reader), publish("On proofs", body="## One\n\n## Two")).select(".contents") == []


def test_a_part_of_a_series_names_the_others(publish: Any, reader: User) -> None:
    parts = [publish(f"Part {number}", series="Galleys") for number in (1, 2, 3)]

    box = one(page(signed_in(reader), parts[1]), ".series")

    assert words(one(box, "summary")) == "Part 2 of 3 in Galleys"
    assert [words(link) for link in box.select("ol a")] == ["Part 1", "Part 3"]
    assert words(one(box, "[aria-current=page]")) == "Part 2"


def test_it_leads_on(publish: Any, reader: User) -> None:
    first, second, third = (publish(title, tags=["craft"]) for title in ("First", "Second", "Third"))

    soup = page(signed_in(reader), second)

    assert one(soup, "a[rel=prev]")["href"] == first.get_absolute_url()
    assert one(soup, "a[rel=next]")["href"] == third.get_absolute_url()
    assert [words(link) for link in soup.select(".related a")] == ["Third", "First"]
    assert [words(tag) for tag in soup.select(".tags li")] == ["craft"]


def test_what_was_put_right_stands_below_with_its_date(publish: Any, reader: User, editor: User, admin: User) -> None:
    post = published_anew(publish("On proofs"), editor, admin, corrections="A name was misspelt.")

    soup = page(signed_in(reader), post)

    assert words(one(soup, "#corrections li")) == f"{post.live_since:%-d %B %Y} A name was misspelt."
    assert one(soup, ".article__rail a[href='#corrections']")


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("de", "ltr"), ("", "ltr")])
def test_the_text_has_a_language_and_a_direction(publish: Any, reader: User, language: str, direction: str) -> None:
    article = one(page(signed_in(reader), publish("On proofs", language=language)), "article")

    assert (article.get("lang", ""), article["dir"]) == (language, direction)


def test_only_who_may_is_led_to_the_desk(
    publish: Any, reader: User, editor: User, other_editor: User, admin: User
) -> None:
    post = publish("On proofs")

    links = [len(page(signed_in(user), post).select(".to-desk")) for user in (reader, other_editor, editor, admin)]

    assert links == [0, 0, 1, 1]


def test_what_is_not_live_is_named_nowhere_on_it(publish: Any, reader: User, editor: User, admin: User) -> None:
    post = publish("On proofs", tags=["craft"], series="Galleys")
    hidden = publish("Marker gone", tags=["craft", "marker"], series="Galleys")
    hidden.unpublish(by=admin)
    for state in ("draft", "in_review", "scheduled", "archived"):
        post_in(state, editor, admin, title=f"Marker {state}")
    half, _ = Post.objects.write_once(
        by=editor, write_key="", title="Live", body="W.", tags=["craft"], series="Galleys"
    )
    published_anew(half, editor, admin)
    half.edit(by=editor, version=half.version, title="Marker next", body="W.", tags=["marker"], series="Galleys")

    text = signed_in(reader).get(post.get_absolute_url()).content.decode()

    assert "Live" in text
    assert "marker" not in text.lower()


# Only what has changed


@pytest.fixture
def visitor(settings: SimpleNamespace) -> Client:
    settings.VISIBILITY = "public"
    return Client()


def again(client: Client, post: Post, tag: str) -> int:
    return client.get(post.get_absolute_url(), headers={"If-None-Match": tag}).status_code


def test_a_visitor_who_has_it_is_told_so(publish: Any, visitor: Client) -> None:
    post = publish("On proofs")
    first = visitor.get(post.get_absolute_url())

    assert first.headers["Cache-Control"] == "public, no-cache"
    assert "Set-Cookie" not in first.headers
    assert "Cookie" in first.headers["Vary"]
    assert again(visitor, post, first.headers["ETag"]) == 304


def test_a_visitors_page_is_the_same_to_the_byte(publish: Any, visitor: Client) -> None:
    address = publish("On proofs").get_absolute_url()

    assert visitor.get(address).content == visitor.get(address).content


def test_any_change_that_readers_see_is_another_page(publish: Any, visitor: Client, editor: User, admin: User) -> None:
    before, post = publish("Before", tags=["craft"]), publish("On proofs", tags=["craft"], series="Galleys")
    changes: dict[str, Callable[[], object]] = {
        "its text": lambda: published_anew(post, editor, admin, body="Other."),
        "a post after it": lambda: publish("After"),
        "one before it": lambda: published_anew(before, editor, admin, title="Before, renamed"),
        "one before it is gone": lambda: before.unpublish(by=admin),
        "a part of its series": lambda: publish("Part 2", series="Galleys"),
        "one about the same": lambda: publish("About the same", tags=["craft"]),
        "a name of its tag": lambda: post.taggings.first().tag.__class__.objects.update(name="Craftsmanship"),
        "a picture of its author": lambda: User.objects.filter(pk=editor.pk).update(picture="b" * 64),
        "the colours": lambda: visitor.cookies.load({"theme": "dark"}),
    }

    for name, change in changes.items():
        tag = visitor.get(post.get_absolute_url()).headers["ETag"]
        change()
        assert again(visitor, post, tag) == 200, name


def test_what_readers_do_not_see_changes_nothing(publish: Any, visitor: Client, editor: User, admin: User) -> None:
    post = publish("On proofs", tags=["craft"])
    tag = visitor.get(post.get_absolute_url()).headers["ETag"]
    post.edit(by=editor, version=post.version, title="Next", body="Next.", tags=["craft"])
    post.submit(by=editor)
    for state in ("draft", "in_review", "scheduled"):
        post_in(state, editor, admin, title=f"A {state}")

    assert again(visitor, post, tag) == 304


def test_of_what_members_read_no_browser_keeps_a_copy(publish: Any, visitor: Client, reader: User) -> None:
    post = publish("On proofs")
    tag = visitor.get(post.get_absolute_url()).headers["ETag"]
    pages = [
        signed_in(reader).get(post.get_absolute_url(), headers=headers) for headers in ({}, {"If-None-Match": tag})
    ]

    assert [page.status_code for page in pages] == [200, 200]
    assert [(page.headers["Cache-Control"], page.headers.get("ETag")) for page in pages] == [
        ("private, no-store", None),
    ] * 2


def test_a_page_takes_as_many_queries_however_much_there_is(publish: Any, visitor: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert visitor.get(post.get_absolute_url()).status_code == 200
        return len(asked)

    publish("Before", tags=["craft"])
    publish("Before", tags=["craft"], series="Galleys")
    post = publish("On proofs", tags=["craft"], series="Galleys", body=HEADINGS)
    for number in range(4):  # More parts than are told after the one at hand, so that the last is asked for.
        publish(f"After {number}", tags=["craft"], series="Galleys")
    queries()  # What a process looks up once.
    few = queries()
    for number in range(8):
        publish(f"Part {number}", tags=["craft", f"own {number}"], series="Galleys")
        publish(f"Other {number}", tags=["craft"])

    assert queries() == few <= 12
