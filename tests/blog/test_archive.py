"""The archive of a site with more posts than are counted has the same months, and no totals."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User, Visitor
from blog import archive
from blog.archive import Year, years_of
from blog.models import Post, PostQuerySet

from .shelves import fill_shelf

ZONE = ZoneInfo("America/New_York")
CAME_OUT = [
    datetime(1999, 12, 31, 23, 59, 59, tzinfo=ZONE),
    datetime(2000, 1, 1, tzinfo=ZONE),
    datetime(2000, 3, 31, 22, tzinfo=ZONE),
    datetime(2000, 3, 1, tzinfo=ZONE),
    datetime(2011, 11, 30, 20, tzinfo=ZONE),
    datetime(2011, 12, 1, tzinfo=ZONE),
]


@pytest.fixture
def posts(settings: object, editor: User, admin: User) -> PostQuerySet:
    settings.TIME_ZONE, settings.VISIBILITY = ZONE.key, "public"  # type: ignore[attr-defined]
    fill_shelf(len(CAME_OUT), editor, admin)
    for pk, at in zip(Post.objects.order_by("pk").values_list("pk", flat=True), CAME_OUT, strict=True):
        Post.objects.filter(pk=pk).update(published_at=at)
    return Post.objects.live().visible_to(Visitor())


def months(years: list[Year]) -> list[str]:
    return [month.address for year in years for month in year.months]


def test_many_posts_have_the_months_that_few_have(posts: PostQuerySet, monkeypatch: pytest.MonkeyPatch) -> None:
    few = years_of(posts)
    monkeypatch.setattr(archive, "COUNTED", 2)

    many = years_of(posts)

    assert (
        months(many)
        == months(few)
        == [
            *("/archive/2011/12", "/archive/2011/11", "/archive/2000/03", "/archive/2000/01", "/archive/1999/12"),
        ]
    )
    assert [year.post_count for year in few] == [2, 3, 1]
    assert {year.post_count for year in many} == {month.post_count for year in many for month in year.months} == {None}


def test_a_year_of_many_posts_has_its_months(posts: PostQuerySet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "COUNTED", 1)

    assert months(years_of(posts.published_in(2000))) == ["/archive/2000/03", "/archive/2000/01"]


def test_what_readers_do_not_see_has_no_month(posts: PostQuerySet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "COUNTED", 1)
    Post.objects.filter(published_at__year=2011).update(unpublish_at=timezone.now() - timedelta(hours=1))

    assert months(years_of(posts)) == ["/archive/2000/03", "/archive/2000/01", "/archive/1999/12"]


def test_it_is_looked_for_and_not_counted(posts: PostQuerySet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "COUNTED", 2)
    with CaptureQueriesContext(connection) as queries:
        years_of(posts)

    asked = [query["sql"] for query in queries]
    assert len(asked) == 5
    assert all("LIMIT" in sql or "EXISTS" in sql for sql in asked)
