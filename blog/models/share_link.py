"""Links by which people without an account read a text that is not published."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts import upkeep
from accounts.exceptions import BadToken
from accounts.models import User
from accounts.vault import digest
from blog.permissions import may_vouch_for

from .revision import Revision

if TYPE_CHECKING:
    from .post import Post

TOKEN_BYTES = 16  # 128 bits: nobody comes upon one by trying.


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def open(self) -> Self:
        """Those that were not ended and whose time is not over. Whether they still open, `is_vouched_for` says."""
        return self.filter(ended_at=None, expires_at__gt=timezone.now())

    def of_token(self, token: str) -> ShareLink | None:
        """Return the open link of this token, with all that its page shows."""
        open_with_post = self.open().exclude(
            post__unpublish_at__lte=timezone.now()
        )  # It ends all, written down or not.
        with_all = open_with_post.select_related("post__author", "revision__author", "made_by")
        return with_all.filter(token_digest=digest(token)).first()

    def end(self) -> None:
        self.filter(ended_at=None).update(ended_at=timezone.now())

    def make(self, post: Post, *, by: User, revision: Revision | None, expires_at: datetime) -> tuple[ShareLink, str]:
        """Return a new link and its token, which nothing here can tell again."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        row = {"post": post, "made_by": by, "revision": revision, "expires_at": expires_at}
        return self.create(token_digest=digest(token), **row), token


class ShareLink(models.Model):
    """A link to one sealed revision, or to the working copy as it stands whenever the link is opened.

    It is known by the digest of its token. blog/guards.py has the database see to it that a link never opens more, or
    longer, than it was made for.
    """

    post = models.ForeignKey("blog.Post", on_delete=models.PROTECT, related_name="share_links")
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, null=True, related_name="+", help_text="Empty for the newest saved words."
    )
    token_digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="share_links")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    opened_count = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="share_link_ends", condition=Q(expires_at__gt=F("made_at"))),
        ]

    def __str__(self) -> str:
        return f"Link {self.pk} to {self.what}"

    @property
    def what(self) -> str:
        """Which text it shows."""
        return f"revision {self.revision.number}" if self.revision else "the newest text"

    @property
    def in_words(self) -> str:
        """How the history names it."""
        return f"Link {self.pk}, to {self.what}."

    @property
    def is_vouched_for(self) -> bool:
        """Whether who made it may still open the post on the desk. Raises ProviderUnavailable."""
        try:
            maker = upkeep.with_roles_while_away(self.made_by)
        except BadToken:
            return False
        return may_vouch_for(maker, self.post)

    @property
    def is_probably_vouched_for(self) -> bool:
        """The same as far as we know, asking nobody: for lists."""
        return may_vouch_for(upkeep.with_last_known_roles(self.made_by), self.post)

    def end(self) -> None:
        ShareLink.objects.filter(pk=self.pk).end()

    def note_opening(self) -> None:
        """Count one more time that somebody opened it."""
        ShareLink.objects.filter(pk=self.pk).update(opened_count=F("opened_count") + 1, last_opened_at=timezone.now())
