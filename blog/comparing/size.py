"""How much changed, without comparing: for lists."""

from collections import Counter
from dataclasses import dataclass

from .words import words_of


@dataclass(frozen=True)
class Size:
    """Words that came and went. One that only moved did neither."""

    added: int
    removed: int

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


def size_of_change(old: str, new: str) -> Size:
    """Count the words of each Markdown source that the other has not, or has fewer of. Linear."""
    before, after = Counter(words_of(old)), Counter(words_of(new))
    return Size(added=(after - before).total(), removed=(before - after).total())
