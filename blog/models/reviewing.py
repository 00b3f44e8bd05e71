"""What a reviewer does to a post short of publishing it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from blog.exceptions import NotReady
from blog.workflow import MOVES

from .revision import Revision
from .row import PostRow

DECISIONS = ("request_changes", "publish", "publish_alone", "schedule")


class Reviewing(PostRow):
    class Meta:
        abstract = True

    def claim(self, *, by: User) -> None:
        """Take the review in hand. Nothing happens if it is already. Raises NotPermitted, and WrongStatus."""
        with transaction.atomic():
            self._lock()
            if self.is_claimed and self.claimed_by_id == by.pk and MOVES["claim"].by(by, self._as_post):
                return
            was = self._begin("claim", by=by)
            self.claimed_by, self.claimed_at = by, timezone.now()
            self._finish("claim", by=by, was=was, revision=self.submitted_revision)

    def unclaim(self, *, by: User) -> None:
        """Give the review back to the queue: one's own, or that of somebody who is away. Raises as `claim` does."""
        with transaction.atomic():
            was = self._begin("unclaim", by=by)
            self.claimed_by = self.claimed_at = None
            self._finish("unclaim", by=by, was=was, revision=self.submitted_revision)

    def request_changes(self, *, by: User, revision: int, reason: str) -> None:
        """Give the submitted revision of this number back to its author.

        Raises NotPermitted, WrongStatus, NotReady without a reason, and AnotherRevision as `publish` does.
        """
        with transaction.atomic():
            was = self._begin("request_changes", by=by)
            self.returned_reason = said(reason, "Say what should change, so that the author knows.")
            self._submitted(revision)
            self._finish("request_changes", by=by, was=was, revision=self._leave_review(), note=self.returned_reason)

    def last_reviewed_before(self, revision: Revision) -> Revision | None:
        """Return the newest of the older revisions that somebody read and decided about."""
        decided = self.history.filter(verb__in=DECISIONS).values("revision")
        return self.revisions.filter(number__lt=revision.number, pk__in=decided).order_by("-number").first()


def said(reason: str, otherwise: str) -> str:
    """Return the reason without blanks around it. Raises NotReady where there is none."""
    if not reason.strip():
        raise NotReady(otherwise)
    return reason.strip()
