"""Where a working copy stands, and the one definition of what readers can see."""

from django.db.models import Q, TextChoices
from django.utils import timezone


class Status(TextChoices):
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    PUBLISHED = "published", "Published"
    ARCHIVED = "archived", "Archived"


class GoneAs(TextChoices):
    """What readers get at the address of a post that was taken from them."""

    NOT_FOUND = "", "Page not found"
    GONE = "gone", "Gone, with a sentence of yours"
    MOVED = "moved", "On to another address"


def live() -> Q:
    """Select what readers can see: a revision whose time has come, and has not ended.

    Time alone starts and ends it: a schedule needs no worker and cannot be missed.
    """
    # Python's clock: SQLite's stops at milliseconds, and misses a post published in the same one.
    now = timezone.now()
    has_begun = Q(live_revision__isnull=False) | Q(scheduled_at__lte=now)
    has_not_ended = Q(unpublish_at=None) | Q(unpublish_at__gt=now)
    return Q(published_at__lte=now) & has_begun & has_not_ended


def due() -> Q:
    """Select what the clock has moved since anybody did: `Post.settle` writes it down."""
    now = timezone.now()
    return Q(scheduled_at__lte=now) | Q(unpublish_at__lte=now)
