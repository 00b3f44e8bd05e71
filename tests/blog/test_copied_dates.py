"""That the rows of labels have the dates of their posts, whoever changes what, and that lists are read by them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import QuerySet

from accounts import guards
from accounts.models import User
from blog import copied_dates
from blog.models import Author, Edition, Post, PostQuerySet, Series, Tag, Tagging, tag_keeping

from .plans import planned
from .posts import STATES, post_in
from .shelves import fill_shelf

LONG_AGO = datetime(2001, 2, 3, tzinfo=UTC)
LISTS: dict[str, Callable[[User], PostQuerySet]] = {
    "tagging_newest": lambda editor: Post.objects.all().tagged(Tag.objects.get(name="craft")),
    "edition_newest_of_author": lambda editor: Post.objects.all().by_author(editor),
    "edition_newest_in_series": lambda editor: Post.objects.all().in_series(Series.objects.get()),
}


def wrong() -> list[str]:
    return list(copied_dates.mismatches("default"))


@pytest.mark.parametrize("state", STATES)
def test_every_verb_leaves_the_same_date_beside_the_labels(state: str, editor: User, admin: User) -> None:
    post = post_in(state, editor, admin)

    dates = {post.published_at} if Tagging.objects.exists() else set()
    assert set(Tagging.objects.values_list("published_at", flat=True)) == dates
    assert wrong() == []


def test_a_date_changed_past_the_verbs_is_copied(published: Post) -> None:
    Post.objects.update(published_at=LONG_AGO)

    assert Tagging.objects.get().published_at == Edition.objects.get().published_at == LONG_AGO


def test_another_date_beside_a_label_does_not_stay(published: Post) -> None:
    Tagging.objects.update(published_at=LONG_AGO)
    Edition.objects.update(published_at=None)
    assert published.live_revision
    Tagging.objects.create(
        post=published,
        revision=published.live_revision,
        tag=Tag.objects.named("other"),
        position=1,
        published_at=LONG_AGO,
    )

    assert wrong() == []


def test_tags_that_are_merged_keep_the_dates(published: Post, admin: User) -> None:
    tag_keeping.merge(Tag.objects.get(), by=admin, into=Tag.objects.named("trade"))

    assert Tagging.objects.get().published_at == published.published_at


def test_what_changed_while_the_triggers_were_away_is_found_and_put_right(published: Post) -> None:
    guards.remove(copied_dates.COPIES, "default")
    Post.objects.update(published_at=LONG_AGO)
    named = wrong()

    call_command("migrate", verbosity=0)

    assert len(named) == 2
    assert all(f"post {published.pk} " in one for one in named)
    assert wrong() == []
    assert not guards.missing(copied_dates.COPIES, "default")


@pytest.mark.parametrize("index", LISTS)
def test_a_list_under_a_label_has_the_order_of_the_front_page(index: str, editor: User, admin: User) -> None:
    fill_shelf(5, editor, admin)
    Post.objects.filter(slug="shelved-0003").update(published_at=LONG_AGO)
    posts = LISTS[index](editor)

    newest = [post.slug for post in posts.newest_first()]

    assert newest == [f"shelved-000{number}" for number in (4, 2, 1, 0, 3)]
    assert [post.slug for post in posts.oldest_first()] == newest[::-1]
    assert [post.slug for post in posts.between(end=datetime(2002, 1, 1, tzinfo=UTC))] == ["shelved-0003"]


@pytest.mark.parametrize("index", LISTS)
def test_a_list_under_a_label_is_read_from_its_index_and_sorts_nothing(index: str, editor: User, admin: User) -> None:
    fill_shelf(30, editor, admin)

    plan = planned(LISTS[index](editor).newest_first().for_entries()[:20])

    assert index in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    ("index", "overview"),
    [
        ("tagging_newest", lambda: Tag.objects.counted(Post.objects.live())),
        ("edition_newest_of_author", lambda: Author.objects.counted(Post.objects.live())),
        ("edition_newest_in_series", lambda: Series.objects.counted(Post.objects.live())),
    ],
)
def test_an_overview_asks_the_index_of_each_label(
    index: str, overview: Callable[[], QuerySet[Any, Any]], editor: User, admin: User
) -> None:
    fill_shelf(30, editor, admin)

    plan = planned(overview())

    assert plan.count(index) >= 2  # Whether there is any, and how many.
    assert next(iter(overview())).post_count == 30


def test_tags_to_choose_from_are_known_by_the_newest_of_each(editor: User, admin: User) -> None:
    fill_shelf(30, editor, admin)
    Tag.objects.named("nowhere")
    tags = Tag.objects.shown(Post.objects.live())

    assert "tagging_newest" in planned(tags)
    assert {tag.name for tag in tags} == {"craft", "proofs"}
