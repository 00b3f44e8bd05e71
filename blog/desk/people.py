"""People to look after: what an editor-in-chief would want to know of without having to look for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from accounts.models import Session, TeamEntry, User
from blog.models import HistoryEntry, Post
from blog.status import Status

from .lists import returned_at

LONG = timedelta(days=7)
LIMIT = 100
HAS_CLOSED_AUTHOR = Q(author__is_disabled=True) | Q(author__left_at__isnull=False)


@dataclass(frozen=True)
class Care:
    """Why somebody may want a word or a hand, since when, and where to go on."""

    name: str
    said: str
    since: datetime | None
    url: str
    title: str = ""


def people_to_look_after() -> list[Care]:
    """Return who has an invitation to answer, who leaves what was returned, and whose posts have nobody to go on."""
    return [*_stranded(), *_returned_for_long(), *_invited()]


def _invited() -> list[Care]:
    """Those who were invited, and of whom there is no trace since.

    Sessions are kept a while after their end, so an invitation is no longer counted once one could be gone again.
    """
    invitations = TeamEntry.objects.filter(
        verb="invite", subject=OuterRef("subject"), at__gt=timezone.now() - settings.SESSION_IDLE_LIFETIME
    ).order_by("-pk")
    invited = (
        User.objects.open()
        .annotate(invited_at=Subquery(invitations.values("at")[:1]))
        .filter(invited_at__isnull=False)
        .exclude(Exists(Session.objects.filter(user=OuterRef("pk"))))
        .exclude(Exists(HistoryEntry.objects.filter(by=OuterRef("pk"))))
        .order_by("invited_at")
        .values_list("name", "invited_at")
    )
    url = reverse("desk:team")
    return [Care(name, "was invited and has not come yet", since, url) for name, since in invited[:LIMIT]]


def _returned_for_long() -> list[Care]:
    """Drafts that came back and that nobody has touched since."""
    before = timezone.now() - LONG
    lying = (
        Post.objects.filter(status=Status.DRAFT, deleted_at=None, updated_at__lt=before)
        .exclude(returned_reason="")
        .exclude(HAS_CLOSED_AUTHOR)
        .annotate(returned_at=returned_at())
        .filter(returned_at__lt=before)
        .order_by("returned_at")
        .values_list("author__name", "returned_at", "pk", "title")
    )
    said = "has not gone on since changes were asked for in"
    return [_about_post(name, said, since, pk, title) for name, since, pk, title in lying[:LIMIT]]


def _stranded() -> list[Care]:
    """Drafts and posts in review whose author's account is closed."""
    stranded = (
        Post.objects.filter(HAS_CLOSED_AUTHOR, status__in=[Status.DRAFT, Status.IN_REVIEW], deleted_at=None)
        .order_by("author__name", "pk")
        .values_list("author__name", "pk", "title")
    )
    said = "is no longer here to go on with"
    return [_about_post(name, said, None, pk, title) for name, pk, title in stranded[:LIMIT]]


def _about_post(name: str, said: str, since: datetime | None, post_id: int, title: str) -> Care:
    return Care(name, said, since, reverse("desk:post", args=[post_id]), title or "Untitled")
