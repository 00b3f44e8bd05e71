"""Whatever the two texts: both are in their comparison, whole, and nothing else is."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blog import markup
from blog.comparing import Kind, Row, rendered_diff, size_of_change, source_diff
from blog.comparing.rendered import Detail
from blog.comparing.sequences import Budget, readable, stretches
from blog.rendering.allowlist import clean, clean_compared
from tests.blog.pathological import FAMILIES

from .seen import new_in, old_in, seen, words

pytestmark = pytest.mark.no_database

WORDS = st.sampled_from(
    ["a", "the", "proof", "galley", "it’s", "naïve", "x.", "<", "&amp;", "中文", " ", "\n", "e\u0301"]
)
INLINES: list[Callable[[str], str]] = [
    "<em>{}</em>".format,
    "<strong>{}</strong>".format,
    "<code>{}</code>".format,
    '<a href="https://a.example">{}</a>'.format,
    '<a href="https://b.example" title="t">{}</a>'.format,
    '<abbr title="u">{}</abbr>'.format,
    "<ins>{}</ins>".format,
    '<del data-diff="removed" class="x">{}</del>'.format,
    '{}<img src="https://a.example/i.png" alt="one">'.format,
    '{}<img src="https://a.example/i.png" alt="two">'.format,
    "{}<br>".format,
]
BLOCKS: list[Callable[[str], str]] = [
    "<p>{}</p>".format,
    "<h1>{}</h1>".format,
    '<h2 id="h">{}</h2>'.format,
    "<blockquote>{}</blockquote>".format,
    "<ul><li>{}</li><li>a</li></ul>".format,
    "<ol><li>{}</li></ol>".format,
    "<dl><dt>a</dt><dd>{}</dd></dl>".format,
    '<pre><code><span class="k">if</span> {}\n  x</code></pre>'.format,
    "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>{}</td></tr></tbody></table>".format,
    "<table><tr><td>{}</td><td align=right>b</td></tr><tr><td>c</td><td>d</td></tr></table>".format,
    "<details><summary>a</summary>{}</details>".format,
    "<figure>{}<figcaption>b</figcaption></figure>".format,
    "<hr>{}".format,
    "<a href='https://c.example'>{}</a>".format,
    '<div class="admonition">{}</div>'.format,
]


def _extended(pieces: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joined = st.lists(pieces, min_size=1, max_size=5).map(" ".join)
    return st.builds(lambda wrap, inside: wrap(inside), st.sampled_from(INLINES + BLOCKS * 2), joined)


HTML = st.lists(st.recursive(WORDS, _extended, max_leaves=12), max_size=8).map("".join).map(clean)


@settings(max_examples=150, deadline=None)
@given(HTML, HTML)
@example("<p>a b</p>", "<p>a-b</p>")
@example("<p>foo.</p>", "<p>foo bar.</p>")
@example("<ul><li>a</li></ul>", "<ul><li><p>a</p></li></ul>")
def test_without_what_came_it_is_the_old_text_and_without_what_went_the_new_one(old: str, new: str) -> None:
    html = rendered_diff(old, new).html

    assert old_in(html) == seen(old)
    assert new_in(html) == seen(new)


@settings(max_examples=100, deadline=None)
@given(HTML, HTML)
def test_it_is_well_formed_and_only_what_is_allowed_is_in_it(old: str, new: str) -> None:
    html = rendered_diff(old, new).html

    assert clean_compared(html) == html
    assert " id=" not in html


@settings(max_examples=100, deadline=None)
@given(HTML)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    diff = rendered_diff(text, text)

    assert not diff.has_changes
    assert 'data-diff="' not in diff.html


@settings(max_examples=100, deadline=None)
@given(HTML, HTML)
def test_what_looks_different_is_marked(old: str, new: str) -> None:
    diff = rendered_diff(old, new)

    assert diff.has_changes or seen(old) == seen(new)


ITEMS = st.lists(st.integers(0, 6), max_size=40)


@settings(max_examples=300, deadline=None)
@given(ITEMS, ITEMS, st.sampled_from([0, 30, 100, 10_000]))
def test_stretches_are_both_sequences_whatever_may_be_spent(old: list[int], new: list[int], steps: int) -> None:
    found = stretches(old, new, Budget(steps))

    for part in (found, readable(found, [1] * len(old), [1] * len(new))):
        assert [item for stretch in part for item in old[stretch.i1 : stretch.i2]] == old
        assert [item for stretch in part for item in new[stretch.j1 : stretch.j2]] == new
        assert all(old[s.i1 : s.i2] == new[s.j1 : s.j2] for s in part if s.is_equal)
        assert all(one.is_equal != other.is_equal for one, other in pairwise(part))


SOURCE = st.lists(st.text(st.sampled_from("ab .\t\u202e\u200bé中*[]"), max_size=8), max_size=30).map("\n".join)


@settings(max_examples=300, deadline=None)
@given(SOURCE, SOURCE)
def test_the_rows_hold_every_line_of_both_sources_but_the_folded(old: str, new: str) -> None:
    rows = source_diff(old, new).rows

    assert _lines(rows, "old", old) == _lines(rows, "new", new) == []
    assert all(row.kind is not Kind.CHANGED or (row.old and row.new and row.old.text != row.new.text) for row in rows)


def _lines(rows: tuple[Row, ...], side: str, source: str) -> list[str]:
    """Return what is not as it should be."""
    lines = source.removesuffix("\n").split("\n") if source else []
    faults: list[str] = []
    number = 0
    for row in rows:
        line = getattr(row, side)
        if row.kind is Kind.FOLDED:
            number += row.count
        elif line is not None:
            number += 1
            if (line.number, line.text) != (number, lines[number - 1]):
                faults.append(f"{line} is not line {number}, {lines[number - 1]!r}")
    if number != len(lines):
        faults.append(f"{number} of {len(lines)} lines")
    return faults


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_the_size_of_a_change_is_that_of_the_change_back_the_other_way_round(old: str, new: str) -> None:
    there, back = size_of_change(old, new), size_of_change(new, old)

    assert (there.added, there.removed) == (back.removed, back.added)


def _rendered(text: str) -> str | None:
    try:
        return markup.render(text)
    except (markup.Unrenderable, markup.Busy):
        return None


@pytest.mark.long
@pytest.mark.parametrize("name", FAMILIES)
def test_a_text_made_to_do_harm_is_compared_all_the_same(name: str) -> None:
    text, longer = FAMILIES[name](2_000), FAMILIES[name](2_400)
    before, after = _rendered(text), _rendered(f"{longer}\n\nAnd an end.\n")

    rows = source_diff(text, longer).rows

    assert _lines(rows, "old", text) == _lines(rows, "new", longer) == []
    if before is not None and after is not None:
        diff = rendered_diff(before, after)
        assert clean_compared(diff.html) == diff.html
        if diff.detail is not Detail.WHOLE:
            assert words(old_in(diff.html)) == words(seen(before))
            assert words(new_in(diff.html)) == words(seen(after))
