"""Finding posts by their words: what was typed, looked up in the index, within what somebody may read."""

from .finding import Found, Hit, explained, found, newest_of
from .query import FILTERS, MAX_FILTERS, MAX_LENGTH, Part, Query, parse
from .snippets import Piece
from .suggesting import Suggestions, suggestions

__all__ = [
    "FILTERS",
    "MAX_FILTERS",
    "MAX_LENGTH",
    "Found",
    "Hit",
    "Part",
    "Piece",
    "Query",
    "Suggestions",
    "explained",
    "found",
    "newest_of",
    "parse",
    "suggestions",
]
