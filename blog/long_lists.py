"""Pages of a list that may be of any length. It is counted so far and no further: no page costs more as a site grows."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.paginator import Paginator
from django.db.models import IntegerField, Model, QuerySet, Subquery

if TYPE_CHECKING:
    from blog.models import PostQuerySet

COUNTED = 1_000
COUNTED_EACH = 100  # Of each tag, author or series, where many of them stand on a page.

M = TypeVar("M", bound=Model)


class LongList(Paginator[M]):
    """The pages of these rows, of which `number` was asked for.

    Where there are more rows than are counted, `count` is how many were, and there is a page after the one asked for.
    """

    def __init__(self, rows: QuerySet[M, Any], per_page: int, *, number: int = 1) -> None:
        super().__init__(rows, per_page)
        self._rows = rows
        self._most = max(COUNTED, (number + 1) * per_page)

    @cached_property
    def count(self) -> int:
        return min(self._counted, self._most)

    @property
    def goes_on(self) -> bool:
        """Whether there are more than were counted."""
        return self._counted > self._most

    @property
    def told(self) -> str:
        """How many there are, in figures or words."""
        return told(self.count, goes_on=self.goes_on)

    @cached_property
    def _counted(self) -> int:
        return counted(self._rows, self._most)


def counted(rows: QuerySet[Any, Any], most: int = COUNTED) -> int:
    """Return how many there are; where they are more than `most`, one more than that."""
    found = rows if rows.query.is_sliced else rows.order_by()
    return found.values("pk")[: most + 1].count()


class CountOf(Subquery):
    """How many rows a query finds that names the row it is asked for."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def count_of_each(posts: PostQuerySet) -> CountOf:
    """Return how many there are, to annotate with; where they are more than COUNTED_EACH, one more than that."""
    # In their order, though it does not matter: PostgreSQL then takes the index that has it, and ends with the last that
    # is counted. Asked for any, or whether there is one, it goes through all posts of each.
    return CountOf(posts.newest_first().values("pk")[: COUNTED_EACH + 1])


def newest_of_each(posts: PostQuerySet) -> Subquery:
    """Return when the newest of them came out, to annotate with; nothing where there is none."""
    return Subquery(posts.newest_first().values("published_at")[:1])  # In their order, as above.


def told(count: int, *, goes_on: bool) -> str:
    return f"more than {COUNTED:,}" if goes_on else str(count)
