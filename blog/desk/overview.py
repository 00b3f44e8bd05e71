"""The desk at a glance: what needs this person now, and beside it what is coming and what came out."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from accounts.models import User
from blog.models import PostQuerySet
from blog.permissions import may_review, may_write

from .lists import LISTS, DeskList
from .nav import NavGroup
from .people import Care
from .rows import Row, rows_of

SHOWN = 5
SHOWN_OF_QUEUE = 10


@dataclass(frozen=True)
class Section:
    """The beginning of a list, and what to say where it is empty."""

    key: str
    title: str
    desk_list: DeskList
    rows: list[Row]
    total: int
    url: str
    empty: str = ""
    goes_on: bool = False

    @property
    def template(self) -> str:
        return self.desk_list.template

    @property
    def row(self) -> str:
        return self.desk_list.row

    @property
    def told(self) -> str:
        """How many posts are on the list."""
        return self._told(self.total)

    @property
    def more(self) -> str:
        """How many of them are not among these; empty where all are."""
        rest = self.total - len(self.rows)
        return self._told(rest) if rest else ""

    def _told(self, count: int) -> str:
        return f"{count:,}+" if self.goes_on else str(count)


class Overview:
    """What is on one person's desk. `needs` is for them to do; `beside` is for them to know."""

    def __init__(self, person: User, nav: list[NavGroup], people: list[Care]) -> None:
        self._person = person
        self._items = {item.key: item for group in nav for item in group.items}
        self.people = people
        needs: list[Section] = []
        beside: list[Section] = []
        if may_review(person):
            needs += self._reviews()
            beside += [self._section("coming-up"), self._section("published", title="Recently published")]
        if may_write(person):
            needs += [
                self._section("returned", empty=""),
                self._section("drafts"),
                self._section("waiting", empty=""),
            ]
            if not may_review(person):  # Who reviews has them among everybody's already.
                beside += [self._section("scheduled", empty=""), self._section("live")]
        self.needs, self.beside = ([one for one in part if one.rows or one.empty] for part in (needs, beside))

    @property
    def first_people(self) -> list[Care]:
        return self.people[:SHOWN]

    @property
    def more_people(self) -> int:
        return len(self.people) - len(self.first_people)

    def _reviews(self) -> list[Section]:
        """What is in this person's hands, and the rest of the queue."""
        is_mine = Q(claimed_by=self._person.pk)
        queue = LISTS["queue"]
        posts = queue.ordered(queue.posts(self._person))
        mine = self._rows("queue", posts.filter(is_mine), SHOWN_OF_QUEUE)
        total = len(mine) if len(mine) < SHOWN_OF_QUEUE else posts.filter(is_mine).count()
        rest = self._rows("queue", posts.exclude(is_mine), SHOWN_OF_QUEUE)
        whole = self._items["queue"]
        url, empty = whole.url, "" if mine else queue.empty
        return [
            Section("in-hand", "In your hands", queue, mine, total, f"{url}?claim=mine"),
            Section("queue", "For review", queue, rest, whole.count - total, url, empty, whole.goes_on),
        ]

    def _section(self, key: str, title: str = "", empty: str | None = None) -> Section:
        one = LISTS[key]
        rows = self._rows(key, one.ordered(one.posts(self._person)))
        said = one.empty if empty is None else empty
        item = self._items[key]
        return Section(key, title or one.title, one, rows, item.count, item.url, said, item.goes_on)

    def _rows(self, key: str, posts: PostQuerySet, shown: int = SHOWN) -> list[Row]:
        return rows_of(LISTS[key], LISTS[key].with_rows(posts)[:shown], self._person)
