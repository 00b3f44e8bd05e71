from types import ModuleType

import pytest
from django.conf import settings

from accounts.models import Visitor
from blog.models import Author, HistoryEntry, Post, Revision, Series, Tag
from blog.seals import mismatches
from blog.searching import found
from blog.searching.tables import mismatches as mismatches_of_search

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("is_public")]


@pytest.fixture
def is_public(settings: pytest.FixtureRequest) -> None:
    settings.VISIBILITY = "public"  # type: ignore[attr-defined]


@pytest.fixture
def posts(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(settings.BASE_DIR / "bin"))
    from benchmarks import posts

    return posts


def fill(posts: ModuleType, count: int = 20) -> None:
    posts.fill(count, tag_count=5, author_count=2, text_count=2, word_count=40, series_count=1, unpublished=10)


def test_copied_posts_are_as_whole_as_those_they_are_copied_from(posts: ModuleType) -> None:
    fill(posts)

    assert Post.objects.live().count() == 20
    assert Post.objects.count() == 30
    assert list(mismatches()) == []
    assert list(mismatches_of_search("default")) == []


def test_each_copy_has_its_own_title_address_date_and_seal(posts: ModuleType) -> None:
    fill(posts)

    live = Post.objects.live().oldest_first()
    assert [post.slug for post in live] == [f"post-{number}" for number in range(20)]
    assert len({post.published_at for post in live}) == 20
    assert len(set(Revision.objects.values_list("digest", flat=True))) == Revision.objects.count()
    assert [HistoryEntry.objects.filter(post=post).count() for post in live] == [3] * 20
    assert list(live.in_series(Series.objects.get())) == list(live[:10])


def test_a_copy_is_found_by_its_own_title_its_tags_and_its_author(posts: ModuleType) -> None:
    from benchmarks.texts import name_of

    fill(posts)

    last = Post.objects.get(slug="post-19")
    original = Post.objects.get(slug="post-9")
    assert [post.slug for post in found(Visitor(), name_of(19)).posts] == ["post-19"]
    for tag in Tag.objects.all():
        tagged = set(Post.objects.live().tagged(tag))
        assert (last in tagged) == (original in tagged)
    assert last in Post.objects.by_author(Author.objects.get(user=last.author).user)
