"""What was done to posts, in order, for good."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.append_only import AppendOnlyModel, AppendOnlyQuerySet
from accounts.models import User
from blog.status import Status
from blog.workflow import MOVES

from .revision import Revision


class HistoryEntry(AppendOnlyModel):
    """One thing that was done to a post: who, what, when, from where to where."""

    post = models.ForeignKey("blog.Post", on_delete=models.PROTECT, related_name="history")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=20)
    from_status = models.CharField(max_length=10, choices=Status)
    to_status = models.CharField(max_length=10, choices=Status)
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "history entries"

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        told = MOVES[self.verb].told if self.verb in MOVES else "started it"
        return f"{self.by.name} {told}"
