import pytest
from django.db.models import QuerySet

from blog import long_lists
from blog.long_lists import LongList
from blog.models import Tag


@pytest.fixture
def tags(monkeypatch: pytest.MonkeyPatch) -> QuerySet[Tag]:
    """Ten of which three are counted."""
    monkeypatch.setattr(long_lists, "COUNTED", 3)
    for number in range(10):
        Tag.objects.named(f"topic {number}")
    return Tag.objects.order_by("pk")


def test_a_short_list_is_counted_to_its_end(tags: QuerySet[Tag]) -> None:
    pages = LongList(tags[:4], 2)

    assert (pages.count, pages.num_pages, pages.goes_on, pages.told) == (4, 2, False, "4")


def test_a_long_list_is_counted_so_far_and_says_so(tags: QuerySet[Tag]) -> None:
    pages = LongList(tags, 2)

    assert (pages.count, pages.goes_on, pages.told) == (4, True, "more than 3")


def test_every_page_of_a_long_list_is_there_and_none_after_its_end(tags: QuerySet[Tag]) -> None:
    found, number = [], 1
    while number <= (pages := LongList(tags, 2, number=number)).num_pages:
        page = pages.page(number)
        found += list(page)
        number += 1

    assert found == list(tags)
    assert (number, pages.goes_on) == (6, False)
