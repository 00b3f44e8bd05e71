"""Archive documents (RFC 5005, section 4): what a feed had to say before, in portions that stay as they are.

Each is of one month, and of a month with more posts than go into one, a part, counted from the oldest. So what is
unpublished, or published with an old date, changes its own month and leaves all others alone. A part is an archive
once it is full or its month is over; what is in none yet is in the document that people subscribe to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone

from blog.models import PostQuerySet

SIZE = 30
KEY = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})(?:-(?P<part>[1-9][0-9]{0,5}))?")


@dataclass(frozen=True)
class Archive:
    """A month, by its first moment in UTC, and which part of it, from 1."""

    month: datetime
    part: int = 1

    @classmethod
    def of_key(cls, key: str) -> Archive | None:
        """Return the one that an address names, if it makes sense: no month is one that has not begun."""
        found = KEY.fullmatch(key)
        if found is None or found["part"] == "1":  # Each has one address.
            return None
        try:
            month = datetime(int(found["year"]), int(found["month"]), 1, tzinfo=UTC)
        except ValueError:
            return None
        return cls(month, int(found["part"] or 1)) if month <= _this_month() else None

    @property
    def key(self) -> str:
        month = f"{self.month:%Y-%m}"
        return month if self.part == 1 else f"{month}-{self.part}"

    def posts(self, of: PostQuerySet) -> PostQuerySet:
        """Return its posts, newest first."""
        first = (self.part - 1) * SIZE
        oldest_first = _in_month(of, self.month).oldest_first().values_list("pk", flat=True)
        return of.filter(pk__in=list(oldest_first[first : first + SIZE])).newest_first()

    def is_there(self, of: PostQuerySet) -> bool:
        """Whether it is one by now."""
        count = _in_month(of, self.month).count()
        return count > (self.part - 1) * SIZE if self.month < _this_month() else count >= self.part * SIZE

    def before(self, of: PostQuerySet) -> Archive | None:
        return Archive(self.month, self.part - 1) if self.part > 1 else _last_before(of, self.month)

    def after(self, of: PostQuerySet) -> Archive | None:
        following = Archive(self.month, self.part + 1)
        if following.is_there(of):
            return following
        later = of.between(_month_after(self.month)).oldest_first()
        at = later.values_list("published_at", flat=True).first()
        if at is None:
            return None
        first = Archive(_month_of(at))
        return first if first.is_there(of) else None


def newest_archive(of: PostQuerySet) -> tuple[Archive | None, int]:
    """Return the newest archive there is, and how many posts are in none yet."""
    full, rest = divmod(_in_month(of, _this_month()).count(), SIZE)
    return (Archive(_this_month(), full) if full else _last_before(of, _this_month())), rest


def _last_before(of: PostQuerySet, month: datetime) -> Archive | None:
    """Return the last part of the newest month before this one in which there is anything."""
    at = of.between(end=month).newest_first().values_list("published_at", flat=True).first()
    if at is None:
        return None
    count = _in_month(of, _month_of(at)).count()
    return Archive(_month_of(at), -(-count // SIZE) or 1)


def next_month_after(now: datetime) -> datetime:
    """Return when the next month begins, and with it the archive of this one."""
    return _month_after(_month_of(now))


def _in_month(of: PostQuerySet, month: datetime) -> PostQuerySet:
    return of.between(month, _month_after(month))


def _this_month() -> datetime:
    return _month_of(timezone.now())


def _month_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _month_after(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
