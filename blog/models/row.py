"""The row of a post: its columns, what can be read off it, and how every verb begins and ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from string import ascii_lowercase, digits
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.safestring import SafeString

from accounts.models import Person, User
from blog import markup, permissions
from blog.derived import may_be_lost
from blog.doors import Door, door
from blog.exceptions import AnotherRevision, NotPermitted, StepUpNeeded, WrongStatus
from blog.slugs import slug_of
from blog.status import GoneAs, Status
from blog.workflow import MOVES

from .edition import Edition
from .former_slug import FormerSlug
from .history import PUBLISHED, HistoryEntry
from .hub_ping import HubPing
from .image import Image, digests_in, picture_at
from .notification import tell
from .revision import (
    MAX_LANGUAGE_LENGTH,
    MAX_SERIES_LENGTH,
    MAX_SLUG_LENGTH,
    MAX_TITLE_LENGTH,
    Revision,
    Words,
    words_of,
)
from .share_link import ShareLink

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

MAX_WRITE_KEY_LENGTH = 64
MAX_EXCERPT_LENGTH = 300
MAX_GONE_NOTE_LENGTH = 300


class PostRow(models.Model):
    """A post: its working copy, and which of its revisions waits for review, is to go live, and is live.

    `status` is that of the working copy. Readers see `current_revision` and never these columns.
    """

    slug = models.SlugField(max_length=MAX_SLUG_LENGTH, unique=True, allow_unicode=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    writers = models.JSONField(default=list, blank=True, help_text="The ids of all who wrote in the working copy.")
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    version = models.PositiveIntegerField(default=1, help_text="Counts saves, so that none overwrites another unseen.")
    title = models.CharField(max_length=MAX_TITLE_LENGTH, blank=True)
    body = models.TextField(blank=True, help_text="Markdown, as it was typed.")
    tags = models.JSONField(default=list, blank=True)
    excerpt = models.TextField(blank=True)
    cover = models.CharField(max_length=200, blank=True, default="", help_text="The address of a picture kept here.")
    cover_alt = models.CharField(max_length=300, blank=True, default="")
    canonical_url = models.URLField(max_length=500, blank=True)
    series = models.CharField(max_length=MAX_SERIES_LENGTH, blank=True, default="")
    corrections = models.TextField(blank=True, default="", help_text="What was put right, a sentence on each line.")
    language = models.CharField(max_length=MAX_LANGUAGE_LENGTH, blank=True, default="")
    html = models.TextField(blank=True, help_text="The body, rendered when it was saved.")
    html_version = models.PositiveIntegerField(default=0, help_text="The version that `html` shows.")
    html_renderer = models.CharField(
        max_length=40, blank=True, default="", help_text="The version of the renderer that made `html`."
    )
    problem = models.CharField(max_length=300, blank=True, help_text="Why the body will not render.")
    problem_line = models.PositiveIntegerField(null=True, blank=True)
    returned_reason = models.TextField(blank=True, help_text="The changes a reviewer asked for and still waits for.")
    submitted_revision = models.ForeignKey(Revision, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True, help_text="Since when it waits for review.")
    claimed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    claimed_at = models.DateTimeField(null=True, blank=True)
    live_revision = models.ForeignKey(Revision, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    scheduled_revision = models.ForeignKey(Revision, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    scheduled_at = models.DateTimeField(null=True, blank=True, help_text="When the scheduled revision goes live.")
    unpublish_at = models.DateTimeField(null=True, blank=True, help_text="When readers no longer see the post.")
    published_at = models.DateTimeField(null=True, blank=True, help_text="First publication, here or elsewhere.")
    live_since = models.DateTimeField(null=True, blank=True, help_text="When the live revision first came to readers.")
    text_changed_at = models.DateTimeField(
        null=True, blank=True, help_text="When readers last got other words than before."
    )
    gone_as = models.CharField(max_length=10, choices=GoneAs, blank=True, default="")
    gone_note = models.CharField(max_length=MAX_GONE_NOTE_LENGTH, blank=True, default="")
    gone_to = models.CharField(max_length=500, blank=True, default="", help_text="Where readers are led instead.")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now, help_text="When the working copy was last saved.")
    deleted_at = models.DateTimeField(null=True, blank=True)
    source_id = models.CharField(max_length=500, blank=True, help_text="The feed entry it was imported from.")
    write_key = models.CharField(
        max_length=MAX_WRITE_KEY_LENGTH,
        blank=True,
        help_text="A digest of the form it came from and of the words in it.",
    )

    class Meta:
        abstract = True

    if TYPE_CHECKING:
        revisions: RelatedManager[Revision]
        history: RelatedManager[HistoryEntry]

    # What readers see.

    @property
    def current_revision(self) -> Revision | None:
        """The revision readers see now, or None: the same question as `live()`, of a post at hand."""
        if not self.is_live:
            return None
        return self.scheduled_revision if is_past(self.scheduled_at) else self.live_revision

    @property
    def current_since(self) -> datetime | None:
        """When the revision that readers see now first came to them."""
        return self.scheduled_at if is_past(self.scheduled_at) else self.live_since

    @property
    def is_live(self) -> bool:
        has_begun = self.live_revision_id is not None or is_past(self.scheduled_at)
        return has_begun and is_past(self.published_at) and not is_past(self.unpublish_at)

    @property
    def is_scheduled(self) -> bool:
        """Whether a revision is to go live."""
        return self.scheduled_at is not None and not is_past(self.scheduled_at)

    @property
    def is_ending(self) -> bool:
        """Whether it was told until when readers see it."""
        return self.unpublish_at is not None

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def is_claimed(self) -> bool:
        return self.claimed_by_id is not None

    @property
    def is_due(self) -> bool:
        """Whether the clock has moved it since anybody did: the same question as `due()`."""
        return is_past(self.scheduled_at) or is_past(self.unpublish_at)

    @property
    def was_ever_live(self) -> bool:
        return self.is_live or self.history.filter(verb__in=PUBLISHED).exists()

    @property
    def was_taken_down(self) -> bool:
        """Whether its author left and took it along."""
        return self.history.filter(verb="take_down").exists()

    # The working copy.

    @property
    def words(self) -> Words:
        return words_of(self)

    def _put_words(self, words: Words) -> None:
        for field, value in words._asdict().items():
            setattr(self, field, value)

    @property
    def cover_picture(self) -> Image | None:
        return picture_at(self.cover)

    @property
    def has_unpublished_changes(self) -> bool:
        current = self.current_revision
        return current is not None and not current.is_of(self)

    @property
    def was_ever_submitted(self) -> bool:
        return self.revisions.exists()

    @property
    def has_changes_to_submit(self) -> bool:
        return self.submitted_revision is None or not self.submitted_revision.is_of(self)

    @property
    def is_rendered(self) -> bool:
        """Whether `html` and `problem` are of the working copy as it stands, and of today's renderer."""
        return self.html_version == self.version and self.html_renderer == markup.RENDERER_VERSION

    @property
    def safe_html(self) -> SafeString:
        """The working copy as it would be read; empty while it will not render."""
        return markup.stored(self.html) if self.is_rendered else SafeString("")

    def render(self) -> None:
        """Bring `html` up to the working copy, or say why it cannot be. Never inside a transaction: it may take long.

        The text is safe already; a later save that overtakes this one wins. Raises markup.Busy.
        """
        self._keep_rendered(self._begin_to_render())

    def catch_up(self) -> None:
        """Render what no save has waited for, before somebody looks. Where that cannot be now, `is_rendered` says so."""
        if not self.is_rendered:
            with suppress(markup.Busy):
                self.render()

    def _begin_to_render(self, *, can_wait: bool = False) -> Callable[[], SafeString]:
        """Have the working copy rendered beside what is still to be done, and return what waits for the HTML."""
        pictures, is_covered = self._picture_sizes(), bool(self.cover)
        return markup.begin(self.body, pictures, is_covered=is_covered, whose=self.author_id, can_wait=can_wait)

    def _keep_rendered(self, rendered: Callable[[], SafeString]) -> None:
        """Wait for what was begun, and keep it beside the text that is safe by now. Raises markup.Busy."""
        try:
            self.html, self.problem, self.problem_line = rendered(), "", None
        except markup.Unrenderable as trouble:
            self.html, self.problem, self.problem_line = "", trouble.reason[:300], trouble.line
        self.html_version, self.html_renderer = self.version, markup.RENDERER_VERSION
        with may_be_lost():
            self._rows().filter(version=self.version).update(
                html=self.html,
                html_version=self.html_version,
                html_renderer=self.html_renderer,
                problem=self.problem,
                problem_line=self.problem_line,
            )

    def _picture_sizes(self) -> dict[str, tuple[int, int]]:
        """The pictures that the working copy may show, by each address they may be named by: width and height."""
        if not digests_in(self.body):
            return {}
        shown = Image.objects.filter(uses__post=self._as_post, uses__revision=None)
        sizes = {image.get_absolute_url(): (image.width, image.height) for image in shown}
        return sizes | {settings.SITE_URL + address: size for address, size in sizes.items()}

    # Its address.

    def save_at_free_address(self) -> None:
        """Save with the address that the title gives. Who takes the same one in the same moment gets the next."""
        while True:
            self.slug = self.free_slug()
            try:
                with transaction.atomic():
                    self.save()
                    return self._check_is_its_own()
            except IntegrityError:
                if not self.is_taken(self.slug):
                    raise

    def is_taken(self, slug: str) -> bool:
        """Whether another post has this address, or had it."""
        is_former = FormerSlug.objects.filter(slug=slug).exclude(post=self.pk).exists()
        return is_former or self._others().filter(slug=slug).exists()

    def _check_is_its_own(self) -> None:
        """Raise IntegrityError where another post had this address, and gave it up while this one was being saved."""
        if FormerSlug.objects.filter(slug=self.slug).exclude(post=self._as_post).exists():
            raise IntegrityError("another post had this address")

    def free_slug(self) -> str:
        """Return an address for the title that no other post has, or had. Never a bare number: those are ids."""
        base = slug_of(self.title)[: MAX_SLUG_LENGTH - len("post-") - len("-abc123")].strip("-_") or "post"
        if base.isdigit():
            base = f"post-{base}"
        # Past the first twenty a number says nothing; a word made by chance takes no search, however many there are.
        chance = f"{base}-{get_random_string(6, ascii_lowercase + digits)}"
        candidates = [base, *(f"{base}-{number}" for number in range(2, 21)), chance]
        taken = set(self._others().filter(slug__in=candidates).values_list("slug", flat=True))
        taken |= set(FormerSlug.objects.filter(slug__in=candidates).values_list("slug", flat=True))
        return next(slug for slug in candidates if slug not in taken)

    # What may be done with it.

    def moves_for(self, person: Person) -> list[str]:
        """The verbs this person may use on this post as it stands."""
        return [
            verb for verb, move in MOVES.items() if move.starts_at(self._as_post) and move.by(person, self._as_post)
        ]

    def ensure(self, verb: str, *, by: User) -> None:
        """Raise NotPermitted, WrongStatus or StepUpNeeded unless this person may do this to the post as it stands."""
        move = MOVES[verb]
        if not move.by(by, self._as_post):
            raise NotPermitted(f"You may see this post, but not {move.phrase}.")
        if obstacles := move.why_not_from(self._as_post):
            refusal = WrongStatus(f"{' '.join(obstacles)} So that is not possible.")
            refusal.is_too_late = self.status not in move.path and not self._was_last_done_by(by)
            raise refusal
        if move.needs_step_up and not permissions.has_stepped_up(by):
            raise StepUpNeeded

    # How every verb begins and ends: on the locked row, and with its line in the history.

    def record(
        self,
        verb: str,
        *,
        by: User,
        was: str,
        revision: Revision | None = None,
        note: str = "",
        at: datetime | None = None,
        entered_by: Door | None = None,
        takes_effect_at: datetime | None = None,
        whom: User | None = None,
    ) -> HistoryEntry:
        """Add to the history, in the transaction of what it tells, and tell whom it concerns."""
        entry = HistoryEntry.objects.create(
            post=self._as_post,
            by=by,
            verb=verb,
            from_status=was,
            to_status=self.status,
            revision=revision,
            note=note,
            at=at or timezone.now(),
            door=entered_by or door(),
            takes_effect_at=takes_effect_at,
            whom=whom,
        )
        tell(entry)
        HubPing.objects.ask(self, verb)
        return entry

    def settle(self) -> None:
        """Write down what the clock has done meanwhile: what went live as scheduled, and what ended."""
        with transaction.atomic():
            self._lock()
            self._settle()

    def _begin(self, verb: str, *, by: User) -> str:
        """Lock and reload the row, then check. Returns the status the move starts from."""
        self._lock()
        self._settle()
        self.ensure(verb, by=by)
        return self.status

    def _finish(
        self,
        verb: str,
        *,
        by: User,
        was: str,
        to: str = "",
        changed: Iterable[str] | None = None,
        revision: Revision | None = None,
        **told: Any,
    ) -> HistoryEntry | None:
        """Save the row, or the columns of it that have `changed`, and tell the history of it."""
        self.status = Status(to or MOVES[verb].path[Status(was)])
        self.save(update_fields=changed)
        is_more_of_the_same = verb == "edit" and self.status == was and self._was_last_edited_by(by)
        return None if is_more_of_the_same else self.record(verb, by=by, was=was, revision=revision, **told)

    def _lock(self) -> None:
        self.refresh_from_db(from_queryset=self._rows().select_for_update())

    def _settle(self) -> None:
        """Of the locked row."""
        if is_past(self.scheduled_at):
            at, revision = self.scheduled_at, self.scheduled_revision
            by = self._who_last("schedule", "reschedule")
            self._come_to_readers(revision, at)
            self.scheduled_revision, self.scheduled_at = None, None
            self.save()
            self.record("publish", by=by, was=self.status, revision=revision, at=at, entered_by=Door.CLOCK)
        if is_past(self.unpublish_at):
            at, revision, was = self.unpublish_at, self.live_revision, self.status
            by = self._who_last("unpublish_later")
            self._end()
            self.save()
            self.record("unpublish", by=by, was=was, revision=revision, at=at, entered_by=Door.CLOCK)
            self._end_links(by=by, at=at, entered_by=Door.CLOCK)

    def _come_to_readers(self, revision: Revision | None, at: datetime | None) -> None:
        """Let readers see this revision. The first time, it counts as a change of the text if it is one."""
        self.live_revision = revision
        if not self.history.filter(verb__in=PUBLISHED, revision=revision).exists():
            self.live_since = at
            if Edition.objects.filter(revision=revision, changes_text=True).exists():
                self.text_changed_at = at

    def _end(self) -> None:
        """Take from readers what they see and what they were to see. It waits for review, unless a newer one does."""
        waits = self.submitted_revision or self.scheduled_revision or self.live_revision
        self._await_review(waits)
        if self.live_revision is None and self.published_at == self.scheduled_at:
            self.published_at = None  # It was the schedule's.
        self.live_revision = self.scheduled_revision = self.scheduled_at = self.unpublish_at = None

    def _end_links(self, *, by: User, **told: Any) -> None:
        """End what is shared of a post that is put away, after the line that tells of that."""
        for link in ShareLink.objects.filter(post=self._as_post).open().select_related("revision").order_by("pk"):
            link.end()
            self.record("unshare", by=by, was=self.status, revision=link.revision, note=link.in_words, **told)

    def _await_review(self, revision: Revision | None) -> None:
        if self.submitted_revision != revision:
            self.submitted_revision, self.submitted_at = revision, timezone.now()
        self.status = Status.IN_REVIEW

    def _leave_review(self) -> Revision | None:
        """Take the submitted revision out of the queue, and return it."""
        revision = self.submitted_revision
        self.submitted_revision = self.submitted_at = self.claimed_by = self.claimed_at = None
        return revision

    def _submitted(self, number: int) -> Revision:
        """Return the revision that waits, if it is the one of this number, which somebody read."""
        if self.submitted_revision is None or self.submitted_revision.number != number:
            raise AnotherRevision("Another revision has been submitted since you read this one.")
        return self.submitted_revision

    def _who_last(self, *verbs: str) -> User:
        last = self.history.filter(verb__in=verbs).select_related("by").order_by("-pk").first()
        return last.by if last else self.author

    def _was_last_edited_by(self, person: User) -> bool:
        """Whether a stretch of saves by this person is in the history already: one line says it."""
        verb, by = self.history.order_by("-pk").values_list("verb", "by").first() or ("", None)
        return verb in ("write", "edit") and by == person.pk

    def _was_last_done_by(self, person: User) -> bool:
        """Whether the last thing that was done to it was done by this person."""
        last = self.history.order_by("-pk").first()
        return last is not None and last.by_id == person.pk

    def _rows(self) -> models.QuerySet[Self]:
        return type(self)._default_manager.filter(pk=self.pk)

    def _others(self) -> models.QuerySet[Self]:
        return type(self)._default_manager.exclude(pk=self.pk)

    @property
    def _as_post(self) -> Any:
        """Itself: what is made of this row is a Post."""
        return self


def is_past(instant: datetime | None) -> bool:
    return instant is not None and instant <= timezone.now()


def with_plain_newlines(text: str) -> str:
    """Return the text with every line end as a line feed, and not a byte else changed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
