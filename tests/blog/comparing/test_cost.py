"""What the worst of texts may cost. Bounds on a hang, generous for a busy machine, and no measure of speed."""

import random
import time
from collections.abc import Callable

import pytest

from blog.comparing import Detail, Kind, rendered_diff, size_of_change, source_diff
from blog.comparing.source import MOST_ROWS

from .seen import new_in, old_in, seen, words

pytestmark = pytest.mark.no_database

BOUND_SECONDS = 4.0  # Of the processor. On a machine of 2024 the worst takes less than half of that.


def numbered(letter: str, count: int = 14_000) -> list[str]:
    return [f"{letter}{number}" for number in range(count)]


def drawn(items: list[str], count: int) -> list[str]:
    return random.Random(count).choices(items, k=count)  # noqa: S311 — no secret, and the same every time.


def paragraphs(items: list[str], size: int = 80) -> str:
    return "".join(f"<p>{' '.join(items[start : start + size])}</p>" for start in range(0, len(items), size))


def paragraph(items: list[str]) -> str:
    return f"<p>{' '.join(items)}</p>"


def shuffled(items: list[str]) -> list[str]:
    return random.Random(1).sample(items, len(items))  # noqa: S311 — as above.


def table(second: str) -> str:
    rows = "".join(f"<tr><td>{first}</td><td>{second}</td></tr>" for first in numbered("a", 5_000))
    return f"<table><tbody>{rows}</tbody></table>"


def code(name: str) -> str:
    line = f'<span class="k">x</span> <span class="n">{name}</span>\n'
    return f"<pre><code>{line * 20_000}</code></pre>"


def long_link(count: int) -> str:
    return f'<p><a href="https://{"a" * 20_000}">{" ".join(drawn(["a", "b"], count))}</a></p>'


CASES: dict[str, Callable[[], tuple[str, str]]] = {
    "all words different": lambda: (paragraphs(numbered("a")), paragraphs(numbered("b"))),
    "all words different in one paragraph": lambda: (paragraph(numbered("a")), paragraph(numbered("b"))),
    "one word twenty thousand times": lambda: (paragraph(["a"] * 20_000), paragraph(["a"] * 19_000 + ["b", "a"])),
    "words drawn from few": lambda: (
        paragraph(drawn(numbered("a", 300), 20_000)),
        paragraph(drawn(numbered("a", 300), 19_999)),
    ),
    "words drawn from two": lambda: (paragraph(drawn(["a", "b"], 50_000)), paragraph(drawn(["a", "b"], 49_999))),
    "words backwards": lambda: (paragraph(numbered("a")), paragraph(numbered("a")[::-1])),
    "words shuffled": lambda: (paragraph(numbered("a")), paragraph(shuffled(numbered("a")))),
    "every other word": lambda: (
        paragraph(numbered("a")),
        paragraph([word.upper() if number % 2 else word for number, word in enumerate(numbered("a"))]),
    ),
    "punctuation": lambda: (f"<p>{'.' * 100_000}</p>", f"<p>{'!' * 100_000}</p>"),
    "short paragraphs": lambda: ("<p>a</p>" * 33_000, "<p>b</p>" * 33_000),
    "short paragraphs drawn from two": lambda: (
        paragraphs(drawn(["a", "b"], 33_000), 1),
        paragraphs(drawn(["a", "b"], 32_999), 1),
    ),
    "rows of a table": lambda: (table("x"), table("y")),
    "a megabyte of coloured code": lambda: (code("a"), code("b")),
    "a megabyte of tags": lambda: ("<b>x</b> " * 110_000, "<i>y</i> " * 110_000),
    "one long address around many words": lambda: (long_link(9_000), long_link(9_001)),
    "quotes in quotes": lambda: (
        "".join(f"<blockquote>{paragraphs(numbered(f'a{depth}x', 280))}" for depth in range(50)),
        "".join(f"<blockquote>{paragraphs(numbered(f'a{depth}x', 279))}" for depth in range(50)),
    ),
    "elements fifty thousand deep": lambda: ("<b>" * 50_000 + "x", "<b>" * 50_000 + "y"),
}


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_rendered_texts_are_compared_in_time_whatever_they_are(name: str) -> None:
    old, new = CASES[name]()
    begin = time.process_time()

    diff = rendered_diff(old, new)

    seconds = time.process_time() - begin
    print(f"{seconds:.2f} s, by {diff.detail}: {name}")  # noqa: T201 — for -s.
    assert seconds < BOUND_SECONDS
    assert diff.has_changes
    assert len(diff.html) < 4_000_000


@pytest.mark.parametrize("name", ["words drawn from few", "punctuation"])
def test_nothing_is_lost_where_the_comparison_is_coarser(name: str) -> None:
    old, new = CASES[name]()

    diff = rendered_diff(old, new)

    assert diff.detail is Detail.BLOCKS
    assert words(old_in(diff.html)) == words(seen(old))
    assert words(new_in(diff.html)) == words(seen(new))


def test_an_ordinary_edit_of_the_longest_text_is_compared_by_words() -> None:
    text = numbered("a")
    edited = [*text[:5_000], "new", "words", *text[5_000:9_000], *text[9_400:]]

    diff = rendered_diff(paragraphs(text), paragraphs(edited, 81))

    assert diff.detail is Detail.WORDS


@pytest.mark.parametrize("separator", [" ", "\n"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (numbered("a"), numbered("b")),
        (["a"] * 50_000, ["b"] * 50_000),
        (["a"] * 20_000, ["a"] * 10_000 + ["b"]),
        (drawn(["a", "b"], 50_000), drawn(["a", "b"], 49_999)),
        (numbered("a"), shuffled(numbered("a"))),
    ],
    ids=["all different", "one replaced", "one less", "drawn from two", "shuffled"],
)
def test_sources_are_compared_in_time_whatever_they_are(old: list[str], new: list[str], separator: str) -> None:
    begin = time.process_time()

    diff = source_diff(separator.join(old), separator.join(new))

    assert time.process_time() - begin < BOUND_SECONDS
    assert diff.has_changes
    assert len(diff.rows) <= MOST_ROWS + 1


def test_rows_beyond_what_a_page_can_bear_are_counted() -> None:
    diff = source_diff("", "\n".join(numbered("a", 6_000)))

    assert diff.rows[-1].kind is Kind.LEFT_OUT
    assert diff.rows[-1].count == 1_000


def test_the_size_of_a_change_is_known_at_once() -> None:
    begin = time.process_time()

    size = size_of_change(" ".join(numbered("a")), " ".join(numbered("b")))

    assert (size.added, size.removed) == (14_000, 14_000)
    assert time.process_time() - begin < BOUND_SECONDS / 4
