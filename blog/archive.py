"""When posts came out, by the calendar of the site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise

from django.db import connection
from django.db.models import Count, DateTimeField
from django.db.models.expressions import RawSQL
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils import timezone

from .long_lists import COUNTED, counted
from .models import PostQuerySet


@dataclass(frozen=True)
class Month:
    first_day: date
    post_count: int | None  # None where there are too many to be counted.

    @property
    def address(self) -> str:
        return reverse("archive_month", args=[self.first_day.year, self.first_day.month])


@dataclass
class Year:
    number: int
    months: list[Month] = field(default_factory=list)

    @property
    def post_count(self) -> int | None:
        counts = [month.post_count for month in self.months]
        return None if None in counts else sum(filter(None, counts))

    @property
    def address(self) -> str:
        return reverse("archive_year", args=[self.number])


def years_of(posts: PostQuerySet) -> list[Year]:
    """Return the years in which these posts came out, with their months, the newest first.

    Posts are counted where they are few. Of many, one of each month is looked for, and no more.
    """
    years: list[Year] = []
    for month in _counted_months(posts) if counted(posts) <= COUNTED else _months(posts):
        if not years or years[-1].number != month.first_day.year:
            years.append(Year(month.first_day.year))
        years[-1].months.append(month)
    return years


def _counted_months(posts: PostQuerySet) -> Iterator[Month]:
    months = posts.order_by().values(month=TruncMonth("published_at")).annotate(count=Count("pk")).order_by("-month")
    for row in months:
        yield Month(row["month"].date(), row["count"])


def _months(posts: PostQuerySet) -> Iterator[Month]:
    ends = [
        order.values_list("published_at", flat=True).first() for order in (posts.newest_first(), posts.oldest_first())
    ]
    newest, oldest = (timezone.localtime(at).year for at in ends if at is not None)
    years = _with_posts(posts, [[_first_of(year, 1), _first_of(year + 1, 1)] for year in range(newest, oldest - 1, -1)])
    bounds = [[*(_first_of(begins.year, month) for month in range(1, 13)), ends] for begins, ends in years]
    stretches = [[begins, ends] for year in bounds for begins, ends in reversed(list(pairwise(year)))]
    for begins, _ in _with_posts(posts, stretches):
        yield Month(begins.date(), None)


def _with_posts(posts: PostQuerySet, stretches: list[list[datetime]]) -> list[list[datetime]]:
    """Return those stretches of time in which any of these posts came out. One query, and one look into an index each."""
    begins, ends = (RawSQL(f"stretch.{end}", [], output_field=DateTimeField()) for end in ("begins", "ends"))  # noqa: S611
    sql, values = posts.between(begins, ends).order_by().values("pk").query.get_compiler(connection=connection).as_sql()
    rows = ", ".join(f"({number}, %s, %s)" for number in range(len(stretches)))
    times = [connection.ops.adapt_datetimefield_value(time) for stretch in stretches for time in stretch]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH stretch (number, begins, ends) AS (VALUES {rows}) "  # noqa: S608 — numbers, and what Django wrote.
            f"SELECT number FROM stretch WHERE EXISTS ({sql}) ORDER BY number",
            [*times, *values],
        )
        return [stretches[number] for (number,) in cursor.fetchall()]


def _first_of(year: int, month: int) -> datetime:
    return datetime(year, month, 1, tzinfo=timezone.get_default_timezone())
