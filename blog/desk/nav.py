"""The desk's own navigation: its lists, and how many posts are on each."""

from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from accounts.models import Person

from .lists import OWN_LISTS, REVIEW_LISTS, DeskList
from .people import Care


@dataclass(frozen=True)
class NavItem:
    key: str
    title: str
    url: str
    count: int


@dataclass(frozen=True)
class NavGroup:
    title: str
    items: list[NavItem]


def nav_for(person: Person, people: list[Care]) -> list[NavGroup]:
    """Return the lists of this person in groups, counted with one query for each."""
    groups = []
    if REVIEW_LISTS[0].is_for(person):
        care = NavItem("people", "People", reverse("desk:people"), len(people))
        groups.append(NavGroup("Reviewing", [*_items(REVIEW_LISTS, person), care]))
    if OWN_LISTS[0].is_for(person):
        groups.append(NavGroup("Yours", _items(OWN_LISTS, person)))
    return groups


def counts(lists: list[DeskList], person: Person) -> dict[str, int]:
    tallies = {f"n{number}": Count("pk", filter=one.which()) for number, one in enumerate(lists)}
    found = lists[0].all_of(person).aggregate(**tallies)
    return {one.key: found[f"n{number}"] for number, one in enumerate(lists)}


def _items(lists: list[DeskList], person: Person) -> list[NavItem]:
    totals = counts(lists, person)
    return [NavItem(one.key, one.title, reverse(f"desk:{one.key}"), totals[one.key]) for one in lists]
