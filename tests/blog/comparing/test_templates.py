"""The three partials, as a page would include them."""

import pytest
from bs4 import BeautifulSoup
from django.template.loader import render_to_string

from blog import markup
from blog.comparing import Comparison

from .test_comparison import Covered, Typed

pytestmark = pytest.mark.no_database


def text(body: str) -> Typed:
    return Typed(body=body, html=markup.render(body))


def partial(name: str, old: Typed | None, new: Typed) -> BeautifulSoup:
    return BeautifulSoup(
        render_to_string(f"blog/desk/_{name}_diff.html", {"comparison": Comparison.of(old, new)}), "html.parser"
    )


def said(soup: BeautifulSoup) -> str:
    return " ".join(soup.get_text(" ").split())


def test_the_rendered_text_is_shown_with_its_marks() -> None:
    soup = partial("rendered", text("Old *words* here."), text("New *words* here."))

    prose = soup.select_one(".prose")
    assert prose is not None
    assert [tag.get_text() for tag in prose.select("del, ins")] == ["Old", "New"]
    assert prose.em is not None


def test_it_says_when_it_could_not_be_compared_by_words() -> None:
    deep = "<b>" * 100
    old, new = (Typed(html=f"{deep}{letter}") for letter in "xy")

    assert "whole old text, then the whole new one" in said(partial("rendered", old, new))
    assert "by words" not in said(partial("rendered", text("a"), text("b")))


def test_it_says_when_nothing_has_changed() -> None:
    same = text("Words.")

    assert "Nothing of what readers see" in said(partial("rendered", same, same))
    assert "as it was, to the letter" in said(partial("source", same, same))
    assert "is as it was" in said(partial("fields", same, same))


def test_a_row_of_the_source_says_in_words_whether_it_is_gone_or_new() -> None:
    soup = partial("source", text("same\n\nthe old one"), text("same\n\nthe new one"))

    rows = [said(row) for row in soup.select("tbody tr")]  # type: ignore[arg-type]
    assert rows == ["1 1 same", "2 2", "3 Gone: the old one", "3 New: the new one"]
    assert [tag.get_text() for tag in soup.select("tbody :is(del, ins)")] == ["old", "new"]


def test_what_is_typed_is_shown_as_it_is_typed() -> None:
    soup = partial("source", text("a"), text("    <script>alert(1)</script> &amp; {{ x }}"))

    cell = soup.select("tbody tr[data-diff=added] td")[-1]
    assert cell.get_text() == "New:     <script>alert(1)</script> &amp; {{ x }}"
    assert soup.script is None


def test_lines_left_as_they_were_are_counted() -> None:
    lines = "\n".join(f"line {number}" for number in range(30))

    assert "27 lines as they were" in said(partial("source", text(lines), text(f"{lines}\nnew")))


def test_fields_are_shown_before_and_now() -> None:
    soup = partial("fields", Covered(), Covered(title="On ink", tags=["ink", "print"], cover_alt=""))

    assert said(soup) == (
        "Title Before: On proofs Now: On ink Description of the cover Before: A galley proof Tags print craft ink"
    )
    assert [tag.get_text() for tag in soup.select("li :is(del, ins)")] == ["craft", "ink"]


def test_no_field_can_bring_markup_along() -> None:
    soup = partial("fields", Typed(), Typed(title="<b>x</b>", tags=["<i>y</i>"], canonical_url='"><u>z</u>'))

    assert soup.b is None
    assert soup.i is None
    assert soup.u is None
