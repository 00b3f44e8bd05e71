"""The desk's own navigation: its lists, and how many posts are on each."""

from dataclasses import dataclass

from django.db import connection
from django.urls import reverse

from accounts.models import Person
from blog.long_lists import COUNTED

from .lists import OWN_LISTS, REVIEW_LISTS, DeskList
from .people import Care


@dataclass(frozen=True)
class NavItem:
    key: str
    title: str
    url: str
    count: int  # No further than COUNTED.
    goes_on: bool = False

    @property
    def told(self) -> str:
        return f"{self.count:,}+" if self.goes_on else str(self.count)


@dataclass(frozen=True)
class NavGroup:
    title: str
    items: list[NavItem]


def nav_for(person: Person, people: list[Care]) -> list[NavGroup]:
    """Return the lists of this person in groups, counted with one query for each group."""
    groups = []
    if REVIEW_LISTS[0].is_for(person):
        care = NavItem("people", "People", reverse("desk:people"), len(people))
        groups.append(NavGroup("Reviewing", [*_items(REVIEW_LISTS, person), care]))
    if OWN_LISTS[0].is_for(person):
        groups.append(NavGroup("Yours", _items(OWN_LISTS, person)))
    return groups


def counts(lists: list[DeskList], person: Person) -> dict[str, int]:
    """Return how many posts are on each list; where they are more than COUNTED, one more than that. One query."""
    statements, values = [], []
    for one in lists:
        rows = one.posts(person).order_by().values_list("pk")[: COUNTED + 1]
        sql, own = rows.query.get_compiler(connection=connection).as_sql()
        statements.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")  # noqa: S608 — Django wrote it.
        values += own
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(statements)}", values)
        return dict(zip((one.key for one in lists), cursor.fetchone(), strict=True))


def _items(lists: list[DeskList], person: Person) -> list[NavItem]:
    totals = counts(lists, person)
    return [
        NavItem(
            one.key, one.title, reverse(f"desk:{one.key}"), min(totals[one.key], COUNTED), totals[one.key] > COUNTED
        )
        for one in lists
    ]
