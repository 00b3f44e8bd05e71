"""Posts, the revisions readers see, and the history of what was done."""

from accounts.append_only import Sealed

from .history import HistoryEntry
from .house_rules import HouseRule
from .letter import Letter
from .notification import Notification
from .post import Post, PostQuerySet
from .publishing import Outcome
from .revision import (
    MAX_NOTE_LENGTH,
    MAX_SLUG_LENGTH,
    MAX_TITLE_LENGTH,
    Approval,
    Revision,
    RevisionWriter,
    Words,
)
from .row import MAX_EXCERPT_LENGTH, MAX_GONE_NOTE_LENGTH, MAX_WRITE_KEY_LENGTH, PostRow, with_plain_newlines
from .share_link import ShareLink
from .wish import Wish

__all__ = [
    "MAX_EXCERPT_LENGTH",
    "MAX_GONE_NOTE_LENGTH",
    "MAX_NOTE_LENGTH",
    "MAX_SLUG_LENGTH",
    "MAX_TITLE_LENGTH",
    "MAX_WRITE_KEY_LENGTH",
    "Approval",
    "HistoryEntry",
    "HouseRule",
    "Letter",
    "Notification",
    "Outcome",
    "Post",
    "PostQuerySet",
    "PostRow",
    "Revision",
    "RevisionWriter",
    "Sealed",
    "ShareLink",
    "Wish",
    "Words",
    "with_plain_newlines",
]
