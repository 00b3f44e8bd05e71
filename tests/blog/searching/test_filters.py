"""Many filters take as much as each of them, one by one, and no more than so many are asked."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from blog.models import Author, Post, Tag
from blog.searching import MAX_FILTERS, found, parse
from tests.conftest import signed_in


@pytest.fixture
def named(published: Post) -> None:
    """Tags and authors that filters lead to: eight authors for each name."""
    for number in range(16):
        Tag.objects.named(f"t{number}")
    for name in ("Ann", "Bea", "Cleo", "Dora"):
        for number in range(8):
            user = User.objects.create(subject=f"{name}{number}", name=f"{name} {number}")
            Author.objects.create(user=user, slug=f"{name.lower()}-{number}")


def statement(person: User, typed: str) -> str:
    with CaptureQueriesContext(connection) as captured:
        found(person, typed)
    (sql,) = (query["sql"] for query in captured.captured_queries if query["sql"].startswith("WITH readable"))
    return str(sql)


def depth(sql: str) -> int:
    deepest = open_ones = 0
    for sign in sql:
        open_ones += (sign == "(") - (sign == ")")
        deepest = max(deepest, open_ones)
    return deepest


@pytest.mark.parametrize(
    "filters",
    [
        [f"-tag:t{number}" for number in range(MAX_FILTERS)],
        [f"{minus}author:{name}" for name in ("Ann", "Bea", "Cleo", "Dora") for minus in ("", "-")],
    ],
)
def test_a_statement_with_many_filters_is_as_deep_as_with_one(named: None, reader: User, filters: list[str]) -> None:
    none, one, two, all_of_them = (
        statement(reader, f"proofs {' '.join(filters[:count])}") for count in (0, 1, 2, len(filters))
    )

    assert depth(all_of_them) <= depth(two) <= depth(one) + 1
    assert all_of_them.count("SELECT") == none.count("SELECT") + len(filters) * (
        one.count("SELECT") - none.count("SELECT")
    )


def test_so_many_filters_are_asked_and_the_others_named_on_the_page(named: None, reader: User) -> None:
    typed = " ".join(f"-tag:t{number}" for number in range(16))

    query = parse(f"{typed} proofs")
    answer = signed_in(reader).get("/search", {"q": f"{typed} proofs"})

    assert [part.value for part in query.filters] == [f"t{number}" for number in range(MAX_FILTERS)]
    assert [part.value for part in query.wanted] == ["proofs"]
    assert not query.was_cut
    assert answer.status_code == 200
    assert "-tag:t8" in answer.content.decode().partition("Left out:")[2].partition("</p>")[0]
    assert answer.context["total"] == 1


def test_no_heap_of_filters_is_an_error(named: None, reader: User, settings: pytest.FixtureRequest) -> None:
    settings.VISIBILITY = "public"  # type: ignore[attr-defined]  # pytest-django's wrapper has no type
    heaps = (
        " ".join(f"-tag:t{number}" for number in range(16)),
        "author:Ann author:Bea author:Cleo author:Dora",
        "-author:Ann -author:Bea -author:Cleo -author:Dora -tag:t1 -tag:t2",
    )

    answers = [Client().get("/search", {"q": heap}).status_code for heap in heaps]

    assert answers == [200, 200, 200]
