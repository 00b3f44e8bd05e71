"""What was done to posts, in order, for good."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from accounts.append_only import AppendOnlyModel, AppendOnlyQuerySet
from accounts.models import User
from blog.doors import Door
from blog.status import Status, live
from blog.workflow import told

from .revision import Revision

# By these verbs a revision comes before readers. The clock’s own line is a “publish”, too.
PUBLISHED = ("publish", "publish_alone")
TAKEN = ("unpublish", "take_down")  # And by these it is taken from them.


class HistoryQuerySet(AppendOnlyQuerySet["HistoryEntry"]):
    def seen_by(self, author: User) -> models.QuerySet[HistoryEntry, Any]:
        """The revisions by this author that have come before readers, of posts that they still see."""
        return self.filter(live("post__"), revision__author=author, verb__in=PUBLISHED).order_by().values("revision")


class HistoryEntry(AppendOnlyModel):
    """One thing that was done to a post: who, what, when, from where to where, by which door."""

    post = models.ForeignKey("blog.Post", on_delete=models.PROTECT, related_name="history")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=20)
    from_status = models.CharField(max_length=10, choices=Status)
    to_status = models.CharField(max_length=10, choices=Status)
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)
    door = models.CharField(max_length=10, choices=Door, blank=True, default="")
    takes_effect_at = models.DateTimeField(null=True, help_text="The time that was set, where one was.")
    whom = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", help_text="Who has it now, where it changed hands."
    )

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "history entries"

    def __str__(self) -> str:
        return self.sentence

    @property
    def is_return(self) -> bool:
        """Whether the note says what a reviewer wants changed."""
        return self.verb == "request_changes"

    @property
    def is_from_outside(self) -> bool:
        """Whether it was done elsewhere than on the pages, which is worth saying."""
        return self.door in (Door.API, Door.COMMAND)

    @property
    def sentence(self) -> str:
        whom = f" to {self.whom.name}" if self.whom else ""
        clock = ", as scheduled" if self.door == Door.CLOCK else ""
        return f"{self.by.name} {told(self.verb)}{whom}{clock}"
