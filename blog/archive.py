"""When posts came out, by the calendar of the site."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.urls import reverse

from .models import PostQuerySet


@dataclass(frozen=True)
class Month:
    first_day: date
    post_count: int

    @property
    def address(self) -> str:
        return reverse("archive_month", args=[self.first_day.year, self.first_day.month])


@dataclass
class Year:
    number: int
    months: list[Month] = field(default_factory=list)

    @property
    def post_count(self) -> int:
        return sum(month.post_count for month in self.months)

    @property
    def address(self) -> str:
        return reverse("archive_year", args=[self.number])


def years_of(posts: PostQuerySet) -> list[Year]:
    """Return the years in which these posts came out, with their months, the newest first. One query."""
    counted = posts.order_by().values(month=TruncMonth("published_at")).annotate(count=Count("pk")).order_by("-month")
    years: list[Year] = []
    for row in counted:
        month = Month(row["month"].date(), row["count"])
        if not years or years[-1].number != month.first_day.year:
            years.append(Year(month.first_day.year))
        years[-1].months.append(month)
    return years
