"""How a text is shown to people without an account, before readers see it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from blog.exceptions import NotReady, WrongStatus
from blog.moments import in_words

from .revision import Revision
from .row import PostRow
from .share_link import ShareLink

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

MOST_OPEN_LINKS = 20
SHORTEST, USUAL, LONGEST = timedelta(hours=1), timedelta(days=7), timedelta(days=90)


class Sharing(PostRow):
    class Meta:
        abstract = True

    if TYPE_CHECKING:
        share_links: RelatedManager[ShareLink]

    @property
    def has_open_links(self) -> bool:
        return ShareLink.objects.filter(post=self._as_post).open().exists()

    def share(self, *, by: User, revision: int | None = None, lasts: timedelta = USUAL) -> tuple[ShareLink, str]:
        """Make a link to the revision of this number, or to the newest saved words. Returns it, and its token, once.

        Raises NotPermitted, and NotReady for a time too short or too long, too many links, and a number there is not.
        """
        if not SHORTEST <= lasts <= LONGEST:
            raise NotReady("A link to share lasts from one hour to 90 days.")
        with transaction.atomic():
            was = self._begin("share", by=by)
            if ShareLink.objects.filter(post=self._as_post).open().count() >= MOST_OPEN_LINKS:
                raise NotReady(f"{MOST_OPEN_LINKS} links to this post are open. End one that nobody needs.")
            pinned = self._pinned(revision)
            expires_at = timezone.now() + lasts
            link, token = ShareLink.objects.make(self._as_post, by=by, revision=pinned, expires_at=expires_at)
            note = f"Link {link.pk}, to {link.what}, until {in_words(expires_at)}."
            self._finish("share", by=by, was=was, revision=pinned, note=note)
        return link, token

    def unshare(self, *, by: User, link: int) -> None:
        """End the link of this id. Raises NotPermitted, and WrongStatus where it is over already."""
        with transaction.atomic():
            was = self._begin("unshare", by=by)
            shared = ShareLink.objects.filter(post=self._as_post, pk=link).open().select_related("revision").first()
            if shared is None:
                raise WrongStatus("That link is over already.")
            shared.end()
            self._finish("unshare", by=by, was=was, revision=shared.revision, note=shared.in_words)

    def _pinned(self, number: int | None) -> Revision | None:
        if number is None:
            return None
        revision = self.revisions.filter(number=number).first()
        if revision is None:
            raise NotReady(f"There is no revision {number} to share.")
        return revision
