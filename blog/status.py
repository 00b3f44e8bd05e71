"""Where a working copy stands, and the one definition of what readers can see."""

from django.db.models import Q, TextChoices
from django.utils import timezone


class Status(TextChoices):
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    PUBLISHED = "published", "Published"
    ARCHIVED = "archived", "Archived"


def live() -> Q:
    """Select what readers can see: there is a live revision, and its time has come."""
    # Python's clock: SQLite's stops at milliseconds, and misses a post published in the same one.
    return Q(live_revision__isnull=False, published_at__lte=timezone.now())
