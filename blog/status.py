"""Where a working copy stands, and the one definition of what readers can see."""

from django.db.models import Case, F, Q, TextChoices, When
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


def live(of: str = "") -> Q:
    """Select what readers can see: a revision whose time has come, and has not ended.

    Time alone starts and ends it: a schedule needs no worker and cannot be missed. `of` is the way to the post from
    other rows, such as `post__`.
    """
    # Python's clock: SQLite's stops at milliseconds, and misses a post published in the same one.
    now = timezone.now()
    has_not_ended = Q(**{f"{of}unpublish_at": None}) | Q(**{f"{of}unpublish_at__gt": now})
    return has_begun(of) & has_not_ended


def has_begun(of: str = "") -> Q:
    """Select what readers see, or have seen until it ended and nobody has written that down yet."""
    now = timezone.now()
    has_revision = Q(**{f"{of}live_revision__isnull": False}) | Q(**{f"{of}scheduled_at__lte": now})
    return Q(**{f"{of}published_at__lte": now}) & has_revision


def is_to_end() -> Q:
    """Select what has an end set that is to come: what readers get then is not told before."""
    return Q(unpublish_at__gt=timezone.now())


def shown(of: str = "") -> Q:
    """Select, of rows that name a post and a revision of it, those whose revision is the one that readers see.

    The same question as `Post.current_revision`.
    """
    revision, has_come = F(f"{of}revision"), Q(**{f"{of}post__scheduled_at__lte": timezone.now()})
    has_not_come = Q(**{f"{of}post__scheduled_at": None}) | Q(**{f"{of}post__scheduled_at__gt": timezone.now()})
    scheduled = has_come & Q(**{f"{of}post__scheduled_revision": revision})
    return live(f"{of}post__") & (scheduled | (has_not_come & Q(**{f"{of}post__live_revision": revision})))


def shown_revision() -> Case:
    """The key of the revision that readers see, of posts that are live: the same question as `shown`, of the post."""
    has_come = Q(scheduled_at__lte=timezone.now())
    return Case(When(has_come, then=F("scheduled_revision")), default=F("live_revision"))


def due(of: str = "") -> Q:
    """Select what the clock has moved since anybody did: `Post.settle` writes it down."""
    now = timezone.now()
    return Q(**{f"{of}scheduled_at__lte": now}) | Q(**{f"{of}unpublish_at__lte": now})
