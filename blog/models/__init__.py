"""Posts, the revisions readers see, and the history of what was done."""

from accounts.append_only import Sealed

from .history import HistoryEntry
from .post import MAX_WRITE_KEY_LENGTH, Post, PostQuerySet
from .revision import MAX_SLUG_LENGTH, MAX_TITLE_LENGTH, Revision

__all__ = [
    "MAX_SLUG_LENGTH",
    "MAX_TITLE_LENGTH",
    "MAX_WRITE_KEY_LENGTH",
    "HistoryEntry",
    "Post",
    "PostQuerySet",
    "Revision",
    "Sealed",
]
