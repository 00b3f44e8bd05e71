"""What stands around a text on its page, and that none of it is of a post that readers do not see."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from accounts.models import User
from blog.furniture import Furniture, Section, contents_of, furniture_of
from blog.models import Edition, Post, Revision
from blog.reading_time import reading_minutes
from blog.related import MOST
from tests.conftest import signed_in

WritePost = Callable[..., Post]


@pytest.fixture
def write(editor: User, admin: User) -> WritePost:
    """Return a function that publishes a post, each a day after the one before it."""
    began_at, count = timezone.now() - timedelta(days=900), 0

    def write(title: str, *tags: str, body: str = "Words.", **more: Any) -> Post:
        nonlocal count
        count += 1
        post, _ = Post.objects.write_once(by=editor, write_key="", title=title, body=body, tags=list(tags), **more)
        post.submit(by=editor)
        post.publish(by=admin, revision=1)
        Post.objects.filter(pk=post.pk).update(published_at=began_at + timedelta(days=count))
        return Post.objects.get(pk=post.pk)

    return write


def around(post: Post, person: User) -> Furniture:
    fresh = Post.objects.get(pk=post.pk)
    revision = fresh.current_revision
    assert revision
    return furniture_of(fresh, revision, Edition.objects.of(revision), person=person)


def titles(links: Any) -> list[str]:
    return [link.title for link in links]


# How long it takes


@pytest.mark.parametrize(
    ("words", "pictures", "minutes"),
    [(0, 0, 1), (238, 0, 1), (476, 0, 2), (476, 1, 2), (476, 3, 3), (0, 10, 1), (0, 30, 2), (2380, 0, 10)],
)
def test_pictures_take_their_time_each_less_than_the_one_before(words: int, pictures: int, minutes: int) -> None:
    assert reading_minutes(words, pictures) == minutes


def test_pages_and_lists_tell_the_same(write: WritePost, settings: SimpleNamespace) -> None:
    settings.VISIBILITY = "public"
    for title in ("Short", "Pictured"):
        write(title, "craft", series="Galleys")
    Edition.objects.filter(revision__title="Pictured").update(image_count=60)

    for path in ("/", "/tags/craft", "/series/galleys", "/authors/ed-editor", "/search?q=pictured", "/posts/pictured"):
        page = Client().get(path).content.decode()
        assert "4 min read" in page, path
        assert ("1 min read" in page) == (path not in {"/search?q=pictured", "/posts/pictured"}), path


def test_pictures_count_before_a_text_is_approved() -> None:
    assert Revision(html='<p><img src="/a.png" alt=""></p>' * 60, word_count=1).reading_minutes == 4


# Contents


def headings(*levels: int) -> list[dict[str, Any]]:
    return [{"level": level, "id": f"in-{number}", "text": f"{number}"} for number, level in enumerate(levels)]


def outline(sections: list[Section]) -> list[Any]:
    return [(section.text, outline(section.parts)) if section.parts else section.text for section in sections]


def test_headings_stand_under_those_above_them() -> None:
    assert outline(contents_of(headings(2, 3, 3, 2, 3, 4, 2))) == [("0", ["1", "2"]), ("3", [("4", ["5"])]), "6"]


def test_two_headings_need_no_contents() -> None:
    assert contents_of(headings(2, 2)) == []
    assert contents_of(headings(2, 5, 6)) == []


def test_headings_in_any_order_are_all_listed() -> None:
    assert outline(contents_of(headings(4, 3, 2, 4))) == ["0", "1", ("2", ["3"])]


# Neighbours


def test_a_post_stands_between_those_before_and_after_it(write: WritePost, reader: User) -> None:
    first, second, third = (write(title) for title in ("First", "Second", "Third"))

    assert titles(filter(None, [around(second, reader).previous, around(second, reader).next])) == ["First", "Third"]
    assert around(first, reader).previous is None
    assert around(third, reader).next is None


def test_of_the_same_moment_each_has_its_place(write: WritePost, reader: User) -> None:
    posts = [write(title) for title in ("First", "Second", "Third")]
    Post.objects.update(published_at=timezone.now())

    nexts = [around(post, reader).next for post in posts]

    assert titles(filter(None, nexts)) == ["Second", "Third"]


def test_what_is_not_live_is_no_neighbour(write: WritePost, reader: User, admin: User) -> None:
    first, second, third = (write(title) for title in ("First", "Second", "Third"))
    second.unpublish(by=admin)

    assert titles([around(first, reader).next]) == ["Third"]
    assert titles([around(third, reader).previous]) == ["First"]


# Series


def test_a_part_knows_its_place_in_the_series(write: WritePost, reader: User) -> None:
    parts = [write(f"Part {number}", series="Galleys") for number in (1, 2, 3)]
    write("Beside it")

    series = around(parts[1], reader).series

    assert series
    assert (series.name, series.number, titles(part.link for part in series.parts)) == (
        "Galleys",
        2,
        ["Part 1", "Part 2", "Part 3"],
    )
    assert titles([series.previous, series.next]) == ["Part 1", "Part 3"]


def test_a_part_that_is_not_live_is_no_part(write: WritePost, reader: User, admin: User) -> None:
    parts = [write(f"Part {number}", series="Galleys") for number in (1, 2, 3)]
    parts[1].unpublish(by=admin)

    series = around(parts[2], reader).series

    assert series
    assert (series.number, titles(part.link for part in series.parts)) == (2, ["Part 1", "Part 3"])


def test_of_a_long_series_the_parts_around_are_told_and_both_ends(write: WritePost, reader: User) -> None:
    parts = [write(f"Part {number}", series="Galleys") for number in range(1, 21)]

    def told(number: int) -> list[tuple[int, bool]]:
        series = around(parts[number - 1], reader).series
        assert series
        assert (series.number, series.total) == (number, 20)
        assert [part.link.title for part in series.parts] == [f"Part {part.number}" for part in series.parts]
        return [(part.number, part.follows_gap) for part in series.parts]

    assert told(10) == [(1, False), (7, True), *((number, False) for number in range(8, 14)), (20, True)]
    assert told(1) == [(1, False), (2, False), (3, False), (4, False), (20, True)]
    assert told(5) == [*((number, False) for number in range(1, 9)), (20, True)]
    assert told(20) == [(1, False), (17, True), (18, False), (19, False), (20, False)]
    series = around(parts[9], reader).series
    assert series
    assert titles([series.previous, series.next]) == ["Part 9", "Part 11"]


def test_the_box_of_a_long_series_leads_to_the_whole_of_it(write: WritePost, reader: User) -> None:
    parts = [write(f"Part {number}", series="Galleys") for number in range(1, 21)]

    box = BeautifulSoup(signed_in(reader).get(parts[9].get_absolute_url()).content, "html.parser").select_one(".series")

    assert box
    assert box.summary
    assert box.summary.get_text() == "Part 10 of 20 in Galleys"
    assert [row["value"] for row in box.select("li")] == ["1", *map(str, range(7, 14)), "20"]
    assert [link["href"] for link in box.select("p a")] == ["/series/galleys"]


def test_the_next_part_is_told_once(write: WritePost, reader: User) -> None:
    first = write("Part 1", series="Galleys")
    write("Part 2", series="Galleys")
    second_of_others = write("Other 1", series="Quoins")
    write("Between")
    write("Other 2", series="Quoins")

    assert around(first, reader).next_part is None
    assert titles([around(second_of_others, reader).next_part]) == ["Other 2"]


# Related


def test_a_rare_tag_says_more_than_a_common_one(write: WritePost, reader: User) -> None:
    for number in range(5):
        write(f"Common {number}", "common")
    write("Rare", "rare")
    post = write("At hand", "common", "rare")

    assert titles(around(post, reader).related) == ["Rare", "Common 4", "Common 3", "Common 2"]
    assert len(around(post, reader).related) == MOST


def test_two_shared_tags_say_more_than_one(write: WritePost, reader: User) -> None:
    write("Both", "one", "two")
    write("One", "one")
    write("Two", "two")
    write("None", "three")

    assert titles(around(write("At hand", "one", "two"), reader).related) == ["Both", "Two", "One"]


def test_what_is_not_live_and_its_own_series_are_not_related(write: WritePost, reader: User, admin: User) -> None:
    write("Gone", "craft").unpublish(by=admin)
    write("Part 1", "craft", series="Galleys")
    write("Other", "craft")

    assert titles(around(write("Part 2", "craft", series="Galleys"), reader).related) == ["Other"]


def test_no_part_of_a_long_series_is_related_however_far_it_is(write: WritePost, reader: User) -> None:
    parts = [write(f"Part {number}", "craft", series="Galleys") for number in range(1, 15)]
    write("Other", "craft", series="Quoins")

    assert titles(around(parts[0], reader).related) == ["Other"]


def test_a_tag_that_a_post_had_before_does_not_relate_it(
    write: WritePost, reader: User, editor: User, admin: User
) -> None:
    former = write("Former", "craft")
    former.edit(by=editor, version=former.version, title="Former", body="Words.", tags=["other"])
    former.submit(by=editor)
    former.publish(by=admin, revision=2)

    assert around(write("At hand", "craft"), reader).related == []


def test_of_a_tag_with_many_posts_the_newest_are_looked_at(
    write: WritePost, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blog.related.LOOKED_AT", 3)
    for number in range(8):
        write(f"Common {number}", "common")
    write("Rare", "rare")
    write("Also rare", "rare")
    post = write("At hand", "common", "rare")

    assert titles(around(post, reader).related)[:3] == ["Also rare", "Rare", "Common 7"]


# Corrections, and when


def test_corrections_have_the_dates_they_came_with(write: WritePost, reader: User, editor: User, admin: User) -> None:
    post = write("On proofs")
    for number, lines in ((2, "One was wrong."), (3, "One was wrong.\nTwo was wrong.")):
        post.edit(by=editor, version=post.version, title="On proofs", body=f"{number}", tags=[], corrections=lines)
        post.submit(by=editor)
        post.publish(by=admin, revision=number)

    told = around(post, reader)
    entries = list(post.history.filter(verb="publish").order_by("pk"))

    assert [(one.text, one.at) for one in told.corrections] == [
        ("Two was wrong.", Post.objects.get(pk=post.pk).live_since),
        ("One was wrong.", entries[1].at),
    ]
    assert told.changed_at == Post.objects.get(pk=post.pk).live_since


# In as many queries, however much there is


def test_it_takes_as_many_queries_however_much_there_is(
    write: WritePost, reader: User, django_assert_num_queries: Any
) -> None:
    for number in range(12):
        write(f"Post {number}", "craft", series="Galleys")
    write("Other", "craft")
    few = Post.objects.for_reading().get(title="Post 6")
    few_revision = few.current_revision
    assert few_revision
    edition = Edition.objects.of(few_revision)
    with django_assert_num_queries(11):
        furniture_of(few, few_revision, edition, person=reader)
    for number in range(12, 30):
        write(f"Post {number}", "craft", "type", f"own {number}", series="Galleys")
        write(f"Other {number}", "craft", "type")

    with django_assert_num_queries(11):
        furniture_of(few, few_revision, edition, person=reader)
