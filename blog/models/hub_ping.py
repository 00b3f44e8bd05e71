"""What the WebSub hub is still to be told: which feeds have changed.

A row is written in the transaction that changes what readers see, so none is lost and none is of what never happened.
The worker tells the hub of it afterwards: blog/feeds/hub.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Visitor
from blog.permissions import may_read_here

from .history import PUBLISHED, TAKEN, HistoryEntry
from .label import Tagging
from .revision import Revision

if TYPE_CHECKING:
    from .row import PostRow

# Whatever else is done to a post changes nothing that readers see.
TOLD_OF = (*PUBLISHED, *TAKEN, "readdress")
KEEP_TRYING = timedelta(days=1)
LONGEST_PAUSE = timedelta(hours=1)
LEASE = timedelta(minutes=5)


class HubPingQuerySet(models.QuerySet["HubPing"]):
    def ask(self, post: PostRow, verb: str) -> None:
        """Note that the feeds which a post is in have changed, and those it was in before, if this verb does that."""
        if verb not in TOLD_OF or (verb == "readdress" and not post.is_live):
            return
        self.ask_of(HistoryEntry.objects.filter(post=post.pk, verb__in=PUBLISHED).values("revision"))

    def ask_of(self, seen: models.QuerySet[Any, Any]) -> None:
        """Note that the feeds have changed in which these revisions are or were, by their keys."""
        if not settings.WEBSUB_HUB or not may_read_here(Visitor()) or not seen.exists():
            return
        revisions = Revision.objects.filter(pk__in=seen).order_by()
        found = {
            "tag": Tagging.objects.filter(revision__in=seen).order_by().values_list("tag", flat=True),
            "author": revisions.values_list("author", flat=True),
            "series": revisions.values_list("edition__series", flat=True),
        }
        self.ask_for("site")
        for kind, keys in found.items():
            for key in {*keys} - {None}:
                self.ask_for(kind, key)

    def ask_for(self, kind: str, key: int = 0) -> None:
        now = timezone.now()
        afresh = {"asked_at": now, "due_at": now, "attempts": 0}
        self.update_or_create(kind=kind, key=key, defaults=afresh)

    def due(self) -> Self:
        return self.filter(due_at__lte=timezone.now())


class HubPing(models.Model):
    """That the feeds of one thing have changed, since when the hub ought to know, and when to tell it."""

    kind = models.CharField(max_length=10)
    # Of the tag, the person or the series, whose address may change before the hub is told; 0 for the whole site.
    key = models.PositiveBigIntegerField(default=0)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveIntegerField(default=0)

    objects = HubPingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="hub_ping_once", fields=["kind", "key"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}" if self.key else self.kind

    def claim(self) -> bool:
        """Take it in hand for a while. Whoever dies over it leaves it to others after that."""
        taken = HubPing.objects.filter(pk=self.pk, asked_at=self.asked_at, due_at=self.due_at)
        self.due_at = timezone.now() + LEASE
        return taken.update(due_at=self.due_at) == 1

    def is_told(self) -> None:
        """Forget it, unless something has changed again meanwhile."""
        HubPing.objects.filter(pk=self.pk, asked_at=self.asked_at).delete()

    def try_later(self) -> timedelta | None:
        """Try again after a pause, each time a longer one; None once it has been tried for a day."""
        if timezone.now() - self.asked_at >= KEEP_TRYING:
            self.is_told()
            return None
        pause = min(timedelta(minutes=2 ** min(self.attempts, 6)), LONGEST_PAUSE)
        own = HubPing.objects.filter(pk=self.pk, asked_at=self.asked_at)
        own.update(due_at=_soon(pause), attempts=self.attempts + 1)
        return pause


def _soon(pause: timedelta) -> datetime:
    return timezone.now() + pause
