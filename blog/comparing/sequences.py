"""What two sequences have in common, at a cost that is known beforehand.

First what begins and ends alike, then the items that occur once on each side and keep their order ("patience"
diff), and between those the shortest way to get from one to the other (Myers). difflib was not taken: it is
quadratic where one item is frequent, and where it guards itself against that, it finds nothing at all.
"""

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

MOST_DIFFERENCES = 400  # Beyond them a stretch counts as rewritten.


class Stretch(NamedTuple):
    """Part of both sequences, as slices: `old[i1:i2]` and `new[j1:j2]` are equal, or one replaces the other."""

    is_equal: bool
    i1: int
    i2: int
    j1: int
    j2: int


@dataclass
class Budget:
    """What is left to spend on one comparison, in steps of well under a microsecond."""

    steps: int
    is_overdrawn: bool = False

    def take(self, steps: int) -> bool:
        """Whether there are so many steps left; if so, they are gone."""
        if steps > self.steps:
            self.is_overdrawn = True
            return False
        self.steps -= steps
        return True


def stretches(old: Sequence[Hashable], new: Sequence[Hashable], budget: Budget) -> list[Stretch]:
    """Return the stretches, equal and not by turns, that together are both sequences.

    Where the budget ends, what is not yet compared counts as replaced.
    """
    matches: list[tuple[int, int, int]] = []
    ranges = [(0, len(old), 0, len(new))]
    while ranges:
        i1, i2, j1, j2 = ranges.pop()
        if not budget.take(i2 - i1 + j2 - j1):
            continue
        start = i1
        while i1 < i2 and j1 < j2 and old[i1] == new[j1]:
            i1, j1 = i1 + 1, j1 + 1
        matches.append((start, j1 - (i1 - start), i1 - start))
        end = i2
        while i1 < i2 and j1 < j2 and old[i2 - 1] == new[j2 - 1]:
            i2, j2 = i2 - 1, j2 - 1
        matches.append((i2, j2, end - i2))
        if i1 == i2 or j1 == j2:
            continue
        anchors = _anchors(old, new, i1, i2, j1, j2)
        if not anchors:
            matches += _shortest(old, new, (i1, i2, j1, j2), budget)
            continue
        for i, j in [*anchors, (i2, j2)]:
            ranges.append((i1, i, j1, j))
            i1, j1 = i, j
    return _joined(matches, len(old), len(new))


def _anchors(
    old: Sequence[Hashable], new: Sequence[Hashable], i1: int, i2: int, j1: int, j2: int
) -> list[tuple[int, int]]:
    """Return where the items are that occur once on each side: the most of them that keep their order."""
    places = _once(new, j1, j2)
    pairs = [(i, places[item]) for item, i in _once(old, i1, i2).items() if i >= 0 and places.get(item, -1) >= 0]
    return _rising(pairs)


def _once(items: Sequence[Hashable], start: int, end: int) -> dict[Hashable, int]:
    """Return the place of each item, or -1 if there are several."""
    places: dict[Hashable, int] = {}
    for place in range(start, end):
        item = items[place]
        places[item] = -1 if item in places else place
    return places


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest part of the pairs, which rise on their left, that rises on its right, too."""
    ends: list[int] = []  # The lowest right side that a rise of this length can end with,
    lasts: list[int] = []  # the pair it belongs to,
    before: list[int] = []  # and for each pair, the one before it.
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(lasts[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        lasts[length : length + 1] = [number]
    rise: list[tuple[int, int]] = []
    number = lasts[-1] if lasts else -1
    while number >= 0:
        rise.append(pairs[number])
        number = before[number]
    return rise[::-1]


def _shortest(
    old: Sequence[Hashable], new: Sequence[Hashable], within: tuple[int, int, int, int], budget: Budget
) -> list[tuple[int, int, int]]:
    """Return what is equal on the shortest way from one to the other; nothing if it is too long.

    Source: E. W. Myers, An O(ND) Difference Algorithm and Its Variations, 1986.
    """
    i1, i2, j1, j2 = within
    if set(old[i1:i2]).isdisjoint(new[j1:j2]):
        return []
    furthest = {1: i1}
    trail: list[dict[int, int]] = []
    for differences in range(min(MOST_DIFFERENCES, i2 - i1 + j2 - j1) + 1):
        trail.append(furthest)
        reached: dict[int, int] = {}
        steps = 0
        for k in range(-differences, differences + 1, 2):
            is_addition = k == -differences or (k != differences and furthest[k - 1] < furthest[k + 1])
            i = furthest[k + 1] if is_addition else furthest[k - 1] + 1
            j = i - i1 - k + j1
            start = i
            while i < i2 and j < j2 and old[i] == new[j]:
                i, j = i + 1, j + 1
            steps += 2 + i - start
            reached[k] = i
            if i >= i2 and j >= j2:
                return _walked_back(trail, reached, within)
        furthest = reached
        if not budget.take(steps):
            return []
    budget.is_overdrawn = True
    return []


def _walked_back(
    trail: list[dict[int, int]], reached: dict[int, int], within: tuple[int, int, int, int]
) -> list[tuple[int, int, int]]:
    i1, i2, j1, j2 = within
    matches: list[tuple[int, int, int]] = []
    k = (i2 - i1) - (j2 - j1)
    for differences in range(len(trail) - 1, -1, -1):
        furthest = trail[differences]
        is_addition = k == -differences or (k != differences and furthest[k - 1] < furthest[k + 1])
        before = k + 1 if is_addition else k - 1
        start = furthest[before] + (0 if is_addition else 1)
        matches.append((start, start - i1 - k + j1, reached[k] - start))
        k, reached = before, furthest
    return matches


def _joined(matches: list[tuple[int, int, int]], old_length: int, new_length: int) -> list[Stretch]:
    found: list[Stretch] = []
    i = j = 0
    for start, other, length in [*sorted(match for match in matches if match[2]), (old_length, new_length, 0)]:
        if i < start or j < other:
            found.append(Stretch(False, i, start, j, other))
        i, j = start + length, other + length
        if length and found and found[-1].is_equal:
            found[-1] = Stretch(True, found[-1].i1, i, found[-1].j1, j)
        elif length:
            found.append(Stretch(True, start, i, other, j))
    return found


def readable(found: list[Stretch], old_lengths: Sequence[int], new_lengths: Sequence[int]) -> list[Stretch]:
    """Return the stretches without those equal ones that only chop a rewritten passage up.

    The lengths are those of the items in characters. What is equal stays unless it is shorter than what changes on
    either side of it.
    """
    old_ends, new_ends = [0, *accumulate(old_lengths)], [0, *accumulate(new_lengths)]

    def extent(stretch: Stretch) -> int:
        _, i1, i2, j1, j2 = stretch
        return max(old_ends[i2] - old_ends[i1], new_ends[j2] - new_ends[j1])

    kept: list[Stretch] = []
    for stretch in found:
        kept.append(stretch)
        while len(kept) >= 3 and not kept[-1].is_equal:
            first, middle, last = kept[-3:]
            if extent(middle) >= min(extent(first), extent(last)):
                break
            kept[-3:] = [Stretch(False, first.i1, last.i2, first.j1, last.j2)]
    return kept
