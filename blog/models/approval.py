"""Who let a revision go to readers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.append_only import AppendOnlyModel, AppendOnlyQuerySet
from accounts.models import User

from .edition import Edition
from .house_rules import HouseRule
from .revision import Revision


class ApprovalQuerySet(AppendOnlyQuerySet["Approval"]):
    def give(self, revision: Revision, *, by: User, reason: str = "") -> Approval:
        """Let a revision go to readers. The database refuses one's own words where a second person is asked for."""
        HouseRule.objects.write_down()
        approval = self.create(
            revision=revision,
            by=by,
            is_own_words=revision.is_by(by),
            is_second_person_asked_for=settings.REQUIRE_SECOND_PERSON,
            reason=reason,
        )
        Edition.objects.make(revision)
        return approval


class Approval(AppendOnlyModel):
    """That a revision may go to readers: who said so, and whether the words were their own.

    No revision is live or scheduled without one; blog/guards.py has the database see to it.
    """

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="approvals")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    is_own_words = models.BooleanField()
    is_second_person_asked_for = models.BooleanField()
    reason = models.TextField(blank=True, help_text="Why somebody let their own words go to readers.")

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="approval_by_a_second_person",
                condition=Q(is_own_words=False) | Q(is_second_person_asked_for=False) | ~Q(reason=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.by_id} approved revision {self.revision_id}"
