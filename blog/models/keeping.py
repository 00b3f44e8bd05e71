"""Where a post goes when it is out of the way, and into whose hands."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from blog.exceptions import NotReady
from blog.status import GoneAs, Status

from .image import ImageUse
from .reviewing import said
from .revision import Words
from .row import PostRow
from .share_link import ShareLink


class Keeping(PostRow):
    class Meta:
        abstract = True

    def archive(self, *, by: User) -> None:
        """Take the post off the desk's lists, with all that belongs to it, and end its links. Raises NotPermitted and WrongStatus."""
        with transaction.atomic():
            was = self._begin("archive", by=by)
            self._finish("archive", by=by, was=was, revision=self._leave_review())
            self._end_links(by=by)

    def unarchive(self, *, by: User) -> None:
        """Make it a draft again. Raises NotPermitted and WrongStatus."""
        with transaction.atomic():
            was = self._begin("unarchive", by=by)
            self._finish("unarchive", by=by, was=was)

    def delete_for_good(self, *, by: User) -> None:
        """Erase a working copy that readers never saw. The history says that it was there, and nothing else.

        What was submitted stays sealed; nobody can open it. Raises NotPermitted, and WrongStatus for what was live.
        """
        with transaction.atomic():
            was = self._begin("delete", by=by)
            self._erase(by=by)
            ShareLink.objects.filter(post=self._as_post).end()
            self.deleted_at = timezone.now()
            self.slug = f"-deleted-{self.pk}"  # No title makes an address that begins with a hyphen.
            self._finish("delete", by=by, was=was)

    def hand_over(self, *, by: User, to: User, reason: str) -> None:
        """Make another editor its author. What is sealed keeps its byline; what they write, too, counts as theirs.

        Raises NotPermitted, and NotReady without a reason or where `to` does not write here.
        """
        with transaction.atomic():
            was = self._begin("hand_over", by=by)
            reason = said(reason, "Say why it changes hands. The history keeps it.")
            if to.pk == self.author_id:
                raise NotReady(f"{to.name} has it already.")
            if not User.objects.open().known_as(Role.EDITOR).filter(pk=to.pk).exists():
                raise NotReady(f"{to.name} does not write here. Choose an editor.")
            self.author = to
            self._finish("hand_over", by=by, was=was, note=reason, whom=to)

    def take_down(self, *, by: User) -> None:
        """Take the post from readers and from the desk, because its author is leaving and takes it along.

        Nobody is asked: the words are theirs. The working copy is erased. What was submitted stays sealed, and nobody
        else goes on with it.
        """
        with transaction.atomic():
            self._lock()
            self._settle()
            was, revision = self.status, self.live_revision
            if self.was_ever_live:
                self.gone_as, self.gone_note = GoneAs.GONE, "Its author has taken this post down."
            self._end()
            self._leave_review()
            ShareLink.objects.filter(post=self._as_post).end()
            self._erase(by=by)
            self.status = Status.ARCHIVED
            self.save()
            self.record("take_down", by=by, was=was, revision=revision)

    def _erase(self, *, by: User) -> None:
        self._put_words(Words("", "", []))
        self.html = self.returned_reason = self.problem = ""
        self.html_version = self.version
        self.updated_at = timezone.now()
        ImageUse.objects.note(self, by=by)
