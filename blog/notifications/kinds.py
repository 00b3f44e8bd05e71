"""What there is to tell, as a table: which verbs are told, as what kind of news, and in which words."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices

from accounts.models import Person
from blog.permissions import may_review, may_write


class Kind(TextChoices):
    SUBMITTED = "submitted", "A post waits for review"
    RETURNED = "returned", "Changes are asked for in your post"
    PUBLISHED = "published", "Your post is published"
    SCHEDULED = "scheduled", "Your post is scheduled, or its date changes"
    UNPUBLISHED = "unpublished", "Your post is unpublished"


class Cadence(TextChoices):
    AT_ONCE = "at_once", "As it happens"
    DAILY = "daily", "Once a day"
    NEVER = "never", "Never"


@dataclass(frozen=True)
class Telling:
    """How a verb is told. `by_clock` is the sentence where nobody did it just then, but somebody had planned it."""

    kind: Kind
    subject: str
    sentence: str
    by_clock: str = ""
    quotes_note: bool = False


TELLINGS: dict[str, Telling] = {
    "submit": Telling(
        Kind.SUBMITTED,
        subject="“{title}” waits for review",
        sentence="{by} submitted “{title}” for review.",
    ),
    "request_changes": Telling(
        Kind.RETURNED,
        subject="Changes asked for: “{title}”",
        sentence="{by} read “{title}” and asks for changes:",
        quotes_note=True,
    ),
    "publish": Telling(
        Kind.PUBLISHED,
        subject="“{title}” is published",
        sentence="{by} published “{title}”. Readers see it now.",
        by_clock="“{title}” is published, as scheduled. Readers see it now.",
    ),
    "publish_alone": Telling(
        Kind.PUBLISHED,
        subject="“{title}” is published",
        sentence="{by} published “{title}”. Readers see it now.",
    ),
    "schedule": Telling(
        Kind.SCHEDULED,
        subject="“{title}” is scheduled",
        sentence="{by} scheduled “{title}”. Readers see it from {when}.",
    ),
    "reschedule": Telling(
        Kind.SCHEDULED,
        subject="“{title}” has another date",
        sentence="{by} moved “{title}” to another time. Readers see it from {when}.",
    ),
    "unschedule": Telling(
        Kind.SCHEDULED,
        subject="“{title}” is no longer scheduled",
        sentence="{by} took “{title}” off the schedule. It waits for review again.",
    ),
    "unpublish": Telling(
        Kind.UNPUBLISHED,
        subject="“{title}” is unpublished",
        sentence="{by} unpublished “{title}”. Readers no longer see it.",
        by_clock="“{title}” has come to the end that was set. Readers no longer see it.",
    ),
}


def kinds_for(person: Person) -> list[Kind]:
    """The kinds that can come to this person by what they do here."""
    reviews = [Kind.SUBMITTED] if may_review(person) else []
    writes = [kind for kind in Kind if kind != Kind.SUBMITTED] if may_write(person) else []
    return reviews + writes
