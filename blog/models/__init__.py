"""Posts, the revisions readers see, and the history of what was done."""

from accounts.append_only import Sealed

from .history import HistoryEntry
from .house_rules import HouseRule
from .image import (
    MAX_ALT_LENGTH,
    MAX_UPLOAD_BYTES,
    TOO_HEAVY,
    Image,
    ImageQuerySet,
    ImageUse,
    Upload,
    check_cover,
    digests_in,
    picture_at,
)
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
    "MAX_ALT_LENGTH",
    "MAX_EXCERPT_LENGTH",
    "MAX_GONE_NOTE_LENGTH",
    "MAX_NOTE_LENGTH",
    "MAX_SLUG_LENGTH",
    "MAX_TITLE_LENGTH",
    "MAX_UPLOAD_BYTES",
    "MAX_WRITE_KEY_LENGTH",
    "TOO_HEAVY",
    "Approval",
    "HistoryEntry",
    "HouseRule",
    "Image",
    "ImageQuerySet",
    "ImageUse",
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
    "Upload",
    "Wish",
    "Words",
    "check_cover",
    "digests_in",
    "picture_at",
    "with_plain_newlines",
]
