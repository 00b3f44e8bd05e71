"""What decides what readers see. Every way to them goes through an approval of a sealed revision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User
from blog.exceptions import NotReady
from blog.status import GoneAs, Status

from .approval import Approval
from .former_slug import FormerSlug
from .reviewing import said
from .revision import Revision
from .row import MAX_GONE_NOTE_LENGTH, PostRow, is_past

FURTHEST_YEARS = 10
OWN_PAGES = ("post", "twin", "post_by_id", "short")


@dataclass(frozen=True)
class Outcome:
    """What readers get where a post was: nothing, a sentence, or another address."""

    gone_as: GoneAs = GoneAs.NOT_FOUND
    note: str = ""
    to: str = ""

    def checked(self) -> Outcome:
        """Return it without what does not belong to its kind. Raises NotReady."""
        note, to = " ".join(self.note.split()), self.to.strip()
        if self.gone_as == GoneAs.GONE:
            if not note:
                raise NotReady("Write the sentence that readers get.")
            if len(note) > MAX_GONE_NOTE_LENGTH:
                raise NotReady(f"The sentence may be {MAX_GONE_NOTE_LENGTH} characters long.")
            return Outcome(GoneAs.GONE, note=note)
        if self.gone_as == GoneAs.MOVED:
            if not _is_address(to):
                raise NotReady("Give the address readers are led to: https://…, or a path on this site.")
            return Outcome(GoneAs.MOVED, to=to)
        return Outcome()


class Publishing(PostRow):
    class Meta:
        abstract = True

    @property
    def outcome(self) -> GoneAs:
        """What readers get at its address now: nothing more where they see it, never saw it, or its end is to come."""
        is_to_end = self.is_ending and not is_past(self.unpublish_at)
        is_told = bool(self.gone_as) and not is_to_end and not self.is_live and self.was_ever_live
        return GoneAs(self.gone_as) if is_told else GoneAs.NOT_FOUND

    def publish(self, *, by: User, revision: int) -> None:
        """Put the submitted revision of this number in front of readers, keeping the first publication date.

        Raises NotPermitted, WrongStatus, StepUpNeeded, and AnotherRevision if a newer one has been submitted since
        it was read.
        """
        with transaction.atomic():
            was = self._begin("publish", by=by)
            self._put_before_readers("publish", by=by, was=was, revision=revision)

    def publish_alone(self, *, by: User, revision: int, reason: str) -> None:
        """Publish one's own words where there is no other admin, and a second person is asked for.

        Raises as `publish` does, and NotReady without a reason, which stays in the history.
        """
        with transaction.atomic():
            was = self._begin("publish_alone", by=by)
            reason = said(reason, "Say why this cannot wait for a second person. The history keeps it.")
            self._put_before_readers("publish_alone", by=by, was=was, revision=revision, note=reason)

    def schedule(self, *, by: User, revision: int, at: datetime) -> None:
        """Have the submitted revision of this number go live by itself at this time.

        What is live until then stays so. Another revision that was scheduled waits no longer. Raises as `publish`
        does, and NotReady for a time that will not do.
        """
        with transaction.atomic():
            was = self._begin("schedule", by=by)
            sealed = self._submitted(revision)
            self._check_start(at)
            Approval.objects.give(sealed, by=by)
            self._leave_review()
            self._set_schedule(sealed, at)
            to = self._status_after(sealed)
            self._finish("schedule", by=by, was=was, to=to, revision=sealed, takes_effect_at=at)

    def reschedule(self, *, by: User, at: datetime) -> None:
        """Move what is scheduled to another time. Raises NotPermitted, WrongStatus, StepUpNeeded and NotReady."""
        with transaction.atomic():
            was = self._begin("reschedule", by=by)
            self._check_start(at)
            revision = self.scheduled_revision
            self._set_schedule(revision, at)
            self._finish("reschedule", by=by, was=was, revision=revision, takes_effect_at=at)

    def unschedule(self, *, by: User) -> None:
        """Have what is scheduled wait for review again, unless a newer revision does. Raises as `reschedule` does."""
        with transaction.atomic():
            was = self._begin("unschedule", by=by)
            revision = self.scheduled_revision
            self._await_review(self.submitted_revision or revision)
            self._set_schedule(None, None)
            if self.live_revision is None and self.is_ending:
                self._drop_end()
            self._finish("unschedule", by=by, was=was, revision=revision)

    def unpublish(self, *, by: User, outcome: Outcome | None = None) -> None:
        """Take the post away from readers at once, with what was scheduled, and from those it was shared with.

        What was live waits for review again, unless a newer revision waits already. `outcome` is what readers get
        at its address. Raises NotPermitted, WrongStatus, StepUpNeeded and NotReady.
        """
        with transaction.atomic():
            was = self._begin("unpublish", by=by)
            revision = self.live_revision
            self._set_outcome(outcome)
            self._end()
            self._finish("unpublish", by=by, was=was, revision=revision, note=self._outcome_in_words())
            self._end_links(by=by)

    def unpublish_later(self, *, by: User, at: datetime, outcome: Outcome | None = None) -> None:
        """Have readers see the post until this time. Raises as `unpublish` does."""
        with transaction.atomic():
            was = self._begin("unpublish_later", by=by)
            self._check_time(at)
            if self.scheduled_at is not None and at <= self.scheduled_at:
                raise NotReady("It would end before it begins. Choose a later time.")
            self._set_outcome(outcome)
            self.unpublish_at = at
            note = self._outcome_in_words()
            self._finish("unpublish_later", by=by, was=was, note=note, takes_effect_at=at)

    def keep_published(self, *, by: User) -> None:
        """Take back the end that was set. Raises NotPermitted, WrongStatus and StepUpNeeded."""
        with transaction.atomic():
            was = self._begin("keep_published", by=by)
            self._drop_end()
            self._finish("keep_published", by=by, was=was)

    def _put_before_readers(self, verb: str, *, by: User, was: str, revision: int, **told: Any) -> None:
        sealed, now = self._submitted(revision), timezone.now()
        Approval.objects.give(sealed, by=by, reason=told.get("note", ""))
        self._leave_review()
        self._set_schedule(None, None)
        self._come_to_readers(sealed, now)
        if not is_past(self.published_at):
            self.published_at = now
        self._finish(verb, by=by, was=was, to=self._status_after(sealed), revision=sealed, at=now, **told)

    def _status_after(self, sealed: Revision) -> Status:
        """Where the author has written on meanwhile, the working copy is a draft of the next revision."""
        return Status.PUBLISHED if sealed.is_of(self) else Status.DRAFT

    def _set_schedule(self, revision: Revision | None, at: datetime | None) -> None:
        """A post that was never live takes its date from the schedule, so that lists can order by one column."""
        is_first = self.live_revision is None and self.published_at in (None, self.scheduled_at)
        if is_first:
            self.published_at = at
        self.scheduled_revision, self.scheduled_at = revision, at

    def _check_start(self, at: datetime) -> None:
        self._check_time(at)
        if self.unpublish_at is not None and at >= self.unpublish_at:
            raise NotReady("It would begin after it ends. Choose an earlier time, or take its end back first.")

    def _check_time(self, at: datetime) -> None:
        now = timezone.now()
        if at <= now:
            raise NotReady("That time is past. Choose a later one.")
        if at.year > now.year + FURTHEST_YEARS:
            raise NotReady(f"That is more than {FURTHEST_YEARS} years from now. Please check the year.")

    def _drop_end(self) -> None:
        """Forget the end that was set, and what readers were to get then."""
        self.unpublish_at = None
        self._set_outcome(None)

    def _set_outcome(self, outcome: Outcome | None) -> None:
        checked = (outcome or Outcome()).checked()
        if checked.gone_as == GoneAs.MOVED and self._is_at(checked.to):
            raise NotReady("That address is this post itself. Give the one readers are to go on to.")
        self.gone_as, self.gone_note, self.gone_to = checked.gone_as, checked.note, checked.to

    def _is_at(self, address: str) -> bool:
        """Whether this address, however it is written, is one of this post's own."""
        site, there = urlsplit(settings.SITE_URL), urlsplit(urljoin(settings.SITE_URL, address))
        if there.hostname != site.hostname:
            return False
        try:
            match = resolve(unquote(there.path))
        except Resolver404:
            return False
        if "post_id" in match.kwargs and match.view_name in OWN_PAGES:
            return bool(match.kwargs["post_id"] == self.pk)
        slug = match.kwargs.get("slug")
        is_former = FormerSlug.objects.filter(post=self._as_post, slug=slug).exists()
        return match.view_name in OWN_PAGES and (slug == self.slug or is_former)

    def _outcome_in_words(self) -> str:
        match self.gone_as:
            case GoneAs.GONE:
                return f"Readers are told: {self.gone_note}"
            case GoneAs.MOVED:
                return f"Readers are led to {self.gone_to}"
        return ""


def _is_address(text: str) -> bool:
    if text.startswith("/"):
        return url_has_allowed_host_and_scheme(text, allowed_hosts=None) and len(text) <= 500
    is_web = text.startswith(("https://", "http://")) and len(text) <= 500
    return is_web and " " not in text and text.isprintable() and _has_host(text)


def _has_host(address: str) -> bool:
    try:
        return bool(urlsplit(address).hostname)
    except ValueError:  # A bracket that is never closed.
        return False
