"""Posts, the revisions readers see, and the history of what was done."""

from accounts.append_only import Sealed

from . import tag_keeping
from .addressing import told_in
from .approval import Approval
from .author import MAX_BIO_LENGTH, MAX_HANDLE_LENGTH, Author, FormerHandle, author_with_a_page
from .edition import MAKER_VERSION, Edition
from .former_slug import FormerAddress, FormerSlug, hostname_of, path_of
from .history import PUBLISHED, TAKEN, HistoryEntry
from .house_rules import HouseRule
from .hub_ping import HubPing
from .image import (
    MAX_ALT_LENGTH,
    MAX_UPLOAD_BYTES,
    TOO_HEAVY,
    Image,
    ImageCopy,
    ImageQuerySet,
    ImageUse,
    Upload,
    check_cover,
    digests_in,
    picture_at,
)
from .label import FormerTagSlug, Series, Tag, Tagging, TagSpelling, free_slug, key_of
from .letter import Letter
from .notification import Notification
from .post import Post, PostQuerySet
from .private_feed import PrivateFeed
from .publishing import Outcome
from .revision import (
    MAX_LANGUAGE_LENGTH,
    MAX_NOTE_LENGTH,
    MAX_SERIES_LENGTH,
    MAX_SLUG_LENGTH,
    MAX_TITLE_LENGTH,
    Revision,
    RevisionWriter,
    Words,
)
from .row import MAX_EXCERPT_LENGTH, MAX_GONE_NOTE_LENGTH, MAX_WRITE_KEY_LENGTH, PostRow, with_plain_newlines
from .search_entry import SearchEntry
from .share_link import ShareLink
from .site_version import SiteVersion
from .tag_keeping import TagEntry
from .wish import Wish

__all__ = [
    "MAKER_VERSION",
    "MAX_ALT_LENGTH",
    "MAX_BIO_LENGTH",
    "MAX_EXCERPT_LENGTH",
    "MAX_GONE_NOTE_LENGTH",
    "MAX_HANDLE_LENGTH",
    "MAX_LANGUAGE_LENGTH",
    "MAX_NOTE_LENGTH",
    "MAX_SERIES_LENGTH",
    "MAX_SLUG_LENGTH",
    "MAX_TITLE_LENGTH",
    "MAX_UPLOAD_BYTES",
    "MAX_WRITE_KEY_LENGTH",
    "PUBLISHED",
    "TAKEN",
    "TOO_HEAVY",
    "Approval",
    "Author",
    "Edition",
    "FormerAddress",
    "FormerHandle",
    "FormerSlug",
    "FormerTagSlug",
    "HistoryEntry",
    "HouseRule",
    "HubPing",
    "Image",
    "ImageCopy",
    "ImageQuerySet",
    "ImageUse",
    "Letter",
    "Notification",
    "Outcome",
    "Post",
    "PostQuerySet",
    "PostRow",
    "PrivateFeed",
    "Revision",
    "RevisionWriter",
    "Sealed",
    "SearchEntry",
    "Series",
    "ShareLink",
    "SiteVersion",
    "Tag",
    "TagEntry",
    "TagSpelling",
    "Tagging",
    "Upload",
    "Wish",
    "Words",
    "author_with_a_page",
    "check_cover",
    "digests_in",
    "free_slug",
    "hostname_of",
    "key_of",
    "path_of",
    "picture_at",
    "tag_keeping",
    "told_in",
    "with_plain_newlines",
]
