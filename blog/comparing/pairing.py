"""Which of the things that went became which of those that came."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from .sequences import Budget

SIMILAR_ENOUGH = 0.45  # Below, two texts are easier to read one after the other than mixed.
MOST_PAIRS = 2_500

Bag = dict[str, int]
Item = TypeVar("Item")


def bag_of(words: Sequence[str]) -> Bag:
    bag: Bag = {}
    for word in words:
        bag[word] = bag.get(word, 0) + 1
    return bag


def similarity(old: Bag, new: Bag) -> float:
    """Return how much of two texts is the same words, in any order: from 0.0 to 1.0."""
    total = sum(old.values()) + sum(new.values())
    if total == 0:
        return 1.0
    if len(new) < len(old):
        old, new = new, old
    return 2 * sum(min(count, new.get(word, 0)) for word, count in old.items()) / total


def pairs_of(
    old: Sequence[Item],
    new: Sequence[Item],
    likeness: Callable[[Item, Item], float],
    cost: Callable[[Item], int],
    budget: Budget,
) -> list[tuple[int, int]]:
    """Return the places of those that belong together, in order, so that the likeness of all is greatest.

    Where that would be too many to try, only the first is held against the first, the second against the second.
    """
    pairs = len(old) * len(new)
    total = sum(map(cost, old)) * len(new)
    if pairs > MOST_PAIRS or not budget.take(total + 2 * pairs):
        if not budget.take(sum(map(cost, old)) + sum(map(cost, new))):
            return []
        return [
            (i, i)
            for i, (left, right) in enumerate(zip(old, new, strict=False))
            if likeness(left, right) >= SIMILAR_ENOUGH
        ]
    likenesses = [[likeness(left, right) for right in new] for left in old]
    return _best(likenesses, len(new))


def _best(likenesses: list[list[float]], width: int) -> list[tuple[int, int]]:
    best = [[0.0] * (width + 1)]
    for row in likenesses:
        above, line = best[-1], [0.0]
        for j, value in enumerate(row):
            paired = above[j] + value if value >= SIMILAR_ENOUGH else 0.0
            line.append(max(paired, above[j + 1], line[j]))
        best.append(line)
    pairs: list[tuple[int, int]] = []
    i, j = len(likenesses), width
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return pairs[::-1]
