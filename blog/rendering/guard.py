"""Refuses, before parsing, what is known to keep Python-Markdown busy for minutes.

It does not look for patterns: it adds up how far the parser would have to read ahead, in one pass, and compares
the sum with what it can read in a fraction of a second. A bracket that closes soon costs nothing; ten thousand
that never close cost the square of that. What it does not foresee, the clock stops (`answer.py`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from blog.rendering.limits import Unrenderable

BACKTICKS = re.compile(r"(?<!\\)`+")
BRACKET = re.compile(r"\\.|[\[\]]", re.DOTALL)
TARGET = re.compile(r"\\.|\]\(|[()]", re.DOTALL)
TAG = re.compile(r"<(?=[a-zA-Z/!?])|>")
DELIMITER = re.compile(r"~+|={2,}")


@dataclass(frozen=True)
class Toll:
    """How many characters of reading ahead one kind of thing may cause, and what is said of more."""

    limit: int
    reason: str


BRACKETS = Toll(2_000_000, "Too many square brackets open here and are not closed.")
TARGETS = Toll(2_000_000, "Too many links begin here, with “](”, and do not end.")
TAGS = Toll(10_000_000, "Too many HTML tags begin here, with “<”, and do not end.")
DELIMITERS = Toll(10_000_000, "There are too many ~ or = signs in this paragraph.")


def refuse_costly(lines: list[str], prose: list[str], numbers: list[int]) -> None:
    """Raise Unrenderable for lines that would take too long.

    In `prose` those that hold code are empty. `numbers` are what the author's editor says of each.
    """
    tolls: dict[Toll, dict[int, int]] = {toll: {} for toll in (BRACKETS, TARGETS, TAGS, DELIMITERS)}
    for first, paragraph in _blocks(prose):
        block = without_code(paragraph)
        _add(tolls[BRACKETS], _unclosed(block, BRACKET, "[", "]"), block, numbers, first)
        _add(tolls[TARGETS], _unclosed(block, TARGET, "](", ")"), block, numbers, first)
        _add(tolls[DELIMITERS], _delimiters(block), block, numbers, first)
    text = "\n".join(lines)
    _add(tolls[TAGS], _tags(text), text, numbers, 0)
    for toll, costs in tolls.items():
        if sum(costs.values()) > toll.limit:
            raise Unrenderable(toll.reason, max(costs, key=lambda line: costs[line]))


def _blocks(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield each run of lines that are not blank, with the index of its first."""
    first = 0
    for index, line in enumerate([*lines, ""]):
        if not line:
            if index > first:
                yield first, "\n".join(lines[first:index])
            first = index + 1


def without_code(block: str) -> str:
    """Return the block with its code spans blanked out, as long as before."""
    runs = list(BACKTICKS.finditer(block))
    later: dict[int, list[int]] = {}
    for index in range(len(runs) - 1, -1, -1):
        later.setdefault(len(runs[index][0]), []).append(index)
    pieces: list[str] = []
    position = index = 0
    while index < len(runs):
        same = later[len(runs[index][0])]
        while same and same[-1] <= index:
            same.pop()
        if same:
            opening, closing = runs[index], runs[same[-1]]
            inside = block[opening.start() : closing.end()]
            pieces += [block[position : opening.start()], re.sub(r"[^\n]", " ", inside)]
            position = closing.end()
            index = same[-1]
        index += 1
    return "".join(pieces) + block[position:]


def _unclosed(block: str, pattern: re.Pattern[str], opening: str, closing: str) -> Iterator[tuple[int, int]]:
    """Yield where each opening is, and how far it is to its own closing: the end of the block if it has none."""
    open_at: list[int] = []
    for match in pattern.finditer(block):
        if match[0] == closing:
            if open_at:
                start = open_at.pop()
                yield start, match.start() - start
        elif match[0] in (opening, opening[-1]):
            open_at.append(match.start())
    for start in open_at:
        yield start, len(block) - start


def _delimiters(block: str) -> Iterator[tuple[int, int]]:
    """Yield where each ~ or == is, and how far it is to the end of the block, where its match may be sought."""
    return ((match.start(), len(block) - match.end()) for match in DELIMITER.finditer(block))


def _tags(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each tag begins, and how far it is to the next “>”."""
    waiting: list[int] = []
    for match in TAG.finditer(text):
        if match[0] == ">":
            yield from ((start, match.start() - start) for start in waiting)
            waiting.clear()
        else:
            waiting.append(match.start())
    yield from ((start, len(text) - start) for start in waiting)


def _add(costs: dict[int, int], found: Iterable[tuple[int, int]], text: str, numbers: list[int], first: int) -> None:
    """Add what was found in a text to the lines it was found in."""
    index, position = first, 0
    for start, cost in sorted(found):
        index += text.count("\n", position, start)
        position = max(position, start)
        costs[numbers[index]] = costs.get(numbers[index], 0) + cost
