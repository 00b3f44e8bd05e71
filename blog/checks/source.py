"""Where in the Markdown things stand, as far as that can be told without parsing it.

What stands on the page is known from the HTML, which knows no lines. Here are the lines on which headings and
addresses seem to be typed; blog/checks/outline.py brings the two together, and keeps a line only if it is sure.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from html import unescape
from urllib.parse import unquote

# Quotes and list items around what follows.
CONTAINERS = r"[\s>]*+(?:(?:[-*+]|\d{1,9}[.)])\s++)*+"
FENCE = re.compile(CONTAINERS + r"(?P<mark>`{3,}+(?=[^`]*$)|~{3,}+)")
HASHES = re.compile(CONTAINERS + r"(?P<hashes>#{1,6})(?=\s|$)")
UNDERLINE = re.compile(r"\s{0,3}(?:(?P<first>=++)|-++)\s*$")
RAW_HEADING = re.compile(r"\s*<h(?P<level>[1-6])\b", re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
LINK_TARGET = re.compile(r"\]\([^()]*\)")
ATTRIBUTES = re.compile(r"\{[^{}]*\}\s*$")
ADDRESS = re.compile(
    r"""
      \]\(\s*+<?(?P<inline>(?:[^\s()<>]|\([^\s()<>]*+\))*+)
    | ^\s{0,3}\[[^\]]++\]:\s*+<?(?P<reference>[^\s<>]++)
    | \b(?:href|src)\s*+=\s*+["']?(?P<attribute>[^\s"'<>]*+)
    | (?P<bare>\bhttps?://[^\s"'<>()\]]++)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def name_of(words: str) -> str:
    """Return the letters and digits alone, by which an address or a heading is known again after rendering."""
    return re.sub(r"[\W_]+", "", unquote(words.removeprefix("#in-")))


class Source:
    """The lines of a text."""

    def __init__(self, body: str) -> None:
        self.prose = list(_without_fenced_code(body.split("\n")))

    @cached_property
    def addresses(self) -> list[tuple[str, int]]:
        """The name of each address that links and images lead to, and its line."""
        return [
            (name_of(unescape(match[match.lastgroup or 0])), number)
            for number, line in enumerate(self.prose, start=1)
            for match in ADDRESS.finditer(line)
        ]

    @cached_property
    def headings(self) -> list[tuple[str, tuple[int, int]]]:
        """The name of each heading, its level as it was typed, and its line."""
        return [(_heading_name(words), (level, number)) for words, level, number in _headings(self.prose)]


def _without_fenced_code(lines: list[str]) -> Iterator[str]:
    mark = ""
    for line in lines:
        fence = FENCE.match(line)
        if not mark:
            mark = fence["mark"] if fence else ""
            yield "" if fence else line
        else:
            inside = line.strip(" \t>")
            if len(inside) >= len(mark) and inside == mark[0] * len(inside):
                mark = ""
            yield ""


def _headings(lines: list[str]) -> Iterator[tuple[str, int, int]]:
    above = ""
    for number, line in enumerate(lines, start=1):
        if (match := HASHES.match(line)) is not None:
            yield line[match.end() :], len(match["hashes"]), number
        elif (match := RAW_HEADING.match(line)) is not None:
            yield line, int(match["level"]), number
        elif above.strip() and (match := UNDERLINE.match(line)) is not None:
            yield above, 1 if match["first"] else 2, number - 1
        above = line


def _heading_name(words: str) -> str:
    for pattern in (LINK_TARGET, TAG, ATTRIBUTES):
        words = pattern.sub("", words)
    return name_of(unescape(words))
