"""Footnotes in a rendered text: a list at its end, and ways there and back that say where they lead."""

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

from blog.checks.outline import outline_of
from blog.checks.source import Source
from blog.comparing.rendered import rendered_diff
from blog.markup import render

pytestmark = pytest.mark.no_database


def page(text: str) -> BeautifulSoup:
    return BeautifulSoup(render(text), "html.parser")


def ways_back(tree: BeautifulSoup | Tag) -> list[tuple[Any, str]]:
    return [(link["aria-label"], link.get_text()) for link in tree.select("a[role=doc-backlink]")]


def test_they_are_an_ordered_list_of_end_notes() -> None:
    tree = page("a[^x] b[^y]\n\n[^y]: Why\n[^x]: Ex")
    (notes,) = tree.select("div[role=doc-endnotes] > ol")

    assert notes.parent is not None
    assert notes.parent["aria-label"] == "Footnotes"
    assert [item.get_text().split()[0] for item in notes.select(":scope > li")] == ["Ex", "Why"]
    assert [link["role"] for link in tree.select("sup a")] == ["doc-noteref"] * 2


def test_their_order_is_that_of_reading_whatever_was_written_first() -> None:
    text = "- a[^c]\n- b[^d]\n\n> c[^b]\n\nd[^c] e[^a]\n\n[^never]: N[^last]\n[^last]: L\n[^a]: A\n[^b]: B[^deep] B\n[^c]: C\n[^d]: D\n[^deep]: Deep"
    tree = page(text)

    numbers = [link.get_text() for link in tree.select("a[role=doc-noteref]")]
    notes = [item.get_text().split("\xa0")[0].split()[0] for item in tree.select("div.footnote li")]

    assert numbers == ["1", "2", "3", "1", "4", "5", "6"]
    assert notes == ["C", "D", "B5", "A", "Deep", "L", "N6"]
    assert [mark["id"] for mark in tree.select("p > sup, li > sup")][:4:3] == ["in-fnref-c", "in-fnref2-c"]


def test_each_way_back_says_where_it_leads() -> None:
    tree = page("a[^x] b[^y]\n\n[^x]: Ex\n[^y]: Why\n\n    - in\n    - a list")

    assert ways_back(tree) == [("Back to reference 1", "↩"), ("Back to reference 2", "↩")]


def test_from_a_note_that_is_referred_to_twice_there_are_two() -> None:
    tree = page("a[^x] b[^y] c[^x] d[^x]\n\n[^x]: Ex\n[^y]: Why")

    assert ways_back(tree) == [
        ("Back to reference 1, place 1 of 3", "↩1"),
        ("Back to reference 1, place 2 of 3", "↩2"),
        ("Back to reference 1, place 3 of 3", "↩3"),
        ("Back to reference 2", "↩"),
    ]


def test_all_of_them_lead_somewhere_whatever_the_notes_are_called() -> None:
    tree = page("a[^x y] b[^ä/&] c[^2-x] d[^x y]\n\n[^x y]: Ex[^deep]\n[^ä/&]: Ä\n[^2-x]: Two\n[^deep]: Deep")
    ids = {f"#{element['id']}" for element in tree.select("[id]")}

    links = [link["href"] for link in tree.select("a")]

    assert len(links) == len(set(links)) + 1 == 10  # Two of them lead to the same note.
    assert set(links) <= ids


def test_from_a_note_that_nothing_refers_to_there_is_none() -> None:
    tree = page("a[^x]\n\n[^x]: Ex\n[^never]: Never\n\n    ```\n    code\n    ```")

    assert ways_back(tree) == [("Back to reference 1", "↩")]
    assert "Never" in tree.get_text()


def test_a_list_inside_a_note_does_not_count() -> None:
    tree = page("a[^x] b[^y]\n\n[^x]: Ex\n\n    1. one\n    2. two\n\n[^y]: Why")

    assert [label for label, _ in ways_back(tree)] == ["Back to reference 1", "Back to reference 2"]


def test_they_are_no_links_of_the_author_and_their_names_no_change() -> None:
    text = "a[^x] b[^x]\n\n[^x]: Ex"
    html = render(text)
    named_otherwise = html.replace('title="Back to', 'title="Jump to').replace('label="Back to', 'label="Jump to')

    assert outline_of(html, Source(text)).links == []
    assert html != named_otherwise
    assert not rendered_diff(named_otherwise, html).has_changes


def test_what_an_author_types_as_such_a_link_loses_no_word() -> None:
    tree = page('<a class="footnote-backref" href="#nowhere">words</a> and [more](https://example.org)')

    assert [link.get_text() for link in tree.select("a")] == ["more"]
    assert tree.get_text() == "words and more"
