"""Real articles, edited as editors do: the comparison shows the edit, and loses nothing of either text.

They are a feed's, which is not ours to ship, so where it is not beside the checkout, this is skipped.
"""

import re
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import feedparser
import pytest
from django.conf import settings

from blog import markup
from blog.comparing import Detail, Kind, rendered_diff, source_diff
from blog.importing.to_markdown import markdown_of

from .seen import new_in, old_in, seen

FEED = Path(settings.BASE_DIR).parent / "shared" / "corpus" / "feed.rss.xml"
pytestmark = pytest.mark.skipif(not FEED.exists(), reason=f"no {FEED}: the eleven articles are not on this machine")

Edit = Callable[[str], str]
LINK = re.compile(r"\]\(https?://[^)\s]+")


@cache
def sources() -> list[str]:
    entries = feedparser.parse(FEED.read_bytes(), sanitize_html=False, resolve_relative_uris=False).entries
    return [markdown_of(entry.summary).text for entry in entries]


def rendered(text: str) -> str:
    for _ in range(10):
        try:
            return markup.render(text)
        except markup.Busy:
            time.sleep(0.5)
    return markup.render(text)


def middle(text: str) -> int:
    """Return where a paragraph begins that is nearest to half-way, and not in code."""
    starts = [m.end() for m in re.finditer(r"\n\n(?=\*{0,2}\w)", text) if text.count("```", 0, m.end()) % 2 == 0]
    return min(starts, key=lambda start: abs(start - len(text) // 2))


def with_another_word(text: str) -> str:
    place = middle(text)
    return text[:place] + re.sub(r"^\S+", "Whatever", text[place:])


def without_a_paragraph(text: str) -> str:
    place = middle(text)
    return text[:place] + text[place:].partition("\n\n")[2]


def with_another_target(text: str) -> str:
    return LINK.sub("](https://elsewhere.example/", text, count=1)


def with_a_list(text: str) -> str:
    place = middle(text)
    return f"{text[:place]}An addition:\n\n- first\n- second\n\n{text[place:]}"


EDITS: list[Edit] = [with_another_word, without_a_paragraph, with_another_target, with_a_list]


def test_the_eleven_are_there() -> None:
    assert len(sources()) == 11


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("number", range(11))
def test_an_edit_is_shown_and_nothing_else(number: int, edit: Edit) -> None:
    source = sources()[number]
    edited = edit(source)
    old, new = rendered(source), rendered(edited)

    diff = rendered_diff(old, new)
    rows = source_diff(source, edited).rows

    assert old_in(diff.html) == seen(old)
    assert new_in(diff.html) == seen(new)
    assert diff.has_changes == (source != edited)
    assert diff.detail is Detail.WORDS
    assert diff.html.count("<del data-diff") + diff.html.count("<ins data-diff") <= 6
    assert sum(row.kind not in (Kind.SAME, Kind.FOLDED) for row in rows) <= 6


@pytest.mark.parametrize("number", range(10))
def test_two_articles_that_have_nothing_to_do_with_each_other_are_compared_too(number: int) -> None:
    old, new = rendered(sources()[number]), rendered(sources()[number + 1])

    html = rendered_diff(old, new).html

    assert old_in(html) == seen(old)
    assert new_in(html) == seen(new)
