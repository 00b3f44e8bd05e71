"""A post and the verbs on it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from string import ascii_lowercase, digits
from typing import Self

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.safestring import SafeString

from accounts.models import Person, User
from blog import markup, permissions, status
from blog.exceptions import AnotherRevision, EditedMeanwhile, NotPermitted, NotReady, StepUpNeeded, WrongStatus
from blog.slugs import slug_of
from blog.status import Status
from blog.workflow import MOVES

from .history import HistoryEntry
from .revision import MAX_SLUG_LENGTH, MAX_TITLE_LENGTH, Revision

MAX_WRITE_KEY_LENGTH = 64


class PostQuerySet(models.QuerySet["Post"]):
    def live(self) -> Self:
        """What readers can see now."""
        return self.filter(status.live())

    def visible_to(self, person: Person) -> Self:
        """What this person may know of."""
        return self.filter(permissions.visible_to(person))

    def in_review(self) -> Self:
        return self.filter(status=Status.IN_REVIEW)

    def newest_first(self) -> Self:
        """In the order of a front page."""
        return self.order_by("-published_at", "-pk")

    def for_lists(self) -> Self:
        """With what a list shows and without the texts, which it does not."""
        return self.select_related("author", "live_revision", "submitted_revision").defer(
            "body", "html", "live_revision__body", "live_revision__html",
            "submitted_revision__body", "submitted_revision__html",
        )  # fmt: skip

    def write(
        self,
        *,
        by: User,
        title: str,
        body: str,
        tags: Iterable[str] = (),
        excerpt: str = "",
        canonical_url: str = "",
        published_at: datetime | None = None,
        source_id: str = "",
    ) -> Post:
        """Start a post as a draft. Raises NotPermitted.

        `published_at`, `source_id` and `canonical_url` come with what was published elsewhere before.
        """
        post = Post(
            author=by,
            title=title,
            body=with_plain_newlines(body),
            tags=list(tags),
            excerpt=excerpt,
            canonical_url=canonical_url,
            published_at=published_at,
            source_id=source_id,
        )
        return self._started(post)[0]

    def write_once(
        self, *, by: User, write_key: str, title: str, body: str, tags: Iterable[str] = ()
    ) -> tuple[Post, bool]:
        """Start a post, unless the same words under the same key have started one before. Raises NotPermitted.

        Returns the post as it stands, and whether it is new: a form or a call that is sent twice starts one.
        Without a key it is always new.
        """
        post = Post(author=by, title=title, body=with_plain_newlines(body), tags=list(tags))
        if write_key:
            post.write_key = _fingerprint(write_key, *post.words)
        return self._started(post)

    def _started(self, post: Post) -> tuple[Post, bool]:
        by = post.author
        if not permissions.may_write(by):
            raise NotPermitted("Only editors write here.")
        with transaction.atomic():
            User.objects.select_for_update().get(pk=by.pk)  # One start at a time for each person.
            started = self.filter(author=by, write_key=post.write_key).first() if post.write_key else None
            if started is not None:
                return started, False
            post.save_at_free_address()
            post.record("write", by=by, was=Status.DRAFT)
        with suppress(markup.Busy):  # The text is safe; submitting it will render it.
            post.render()
        return post, True


class Post(models.Model):
    """A post: its working copy, and which of its revisions waits for review and which is live.

    `status` is that of the working copy. Readers see `live_revision` and never these columns.
    """

    slug = models.SlugField(max_length=MAX_SLUG_LENGTH, unique=True, allow_unicode=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    version = models.PositiveIntegerField(default=1, help_text="Counts saves, so that none overwrites another unseen.")
    title = models.CharField(max_length=MAX_TITLE_LENGTH, blank=True)
    body = models.TextField(blank=True, help_text="Markdown, as it was typed.")
    tags = models.JSONField(default=list, blank=True)
    excerpt = models.TextField(blank=True)
    canonical_url = models.URLField(max_length=500, blank=True)
    html = models.TextField(blank=True, help_text="The body, rendered when it was saved.")
    html_version = models.PositiveIntegerField(default=0, help_text="The version that `html` shows.")
    problem = models.CharField(max_length=300, blank=True, help_text="Why the body will not render.")
    problem_line = models.PositiveIntegerField(null=True, blank=True)
    returned_reason = models.TextField(blank=True, help_text="The changes a reviewer asked for and still waits for.")
    submitted_revision = models.ForeignKey(
        "Revision", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    live_revision = models.ForeignKey("Revision", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True, help_text="First publication, here or elsewhere.")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now, help_text="When the working copy was last saved.")
    source_id = models.CharField(max_length=500, blank=True, help_text="The feed entry it was imported from.")
    write_key = models.CharField(
        max_length=MAX_WRITE_KEY_LENGTH,
        blank=True,
        help_text="A digest of the form it came from and of the words in it.",
    )

    objects = PostQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="post_front_page"),
            models.Index(fields=["author", "status", "-updated_at"], name="post_authors_desk"),
            models.Index(fields=["status", "updated_at"], name="post_review_queue"),
        ]
        constraints = [
            models.CheckConstraint(
                name="post_live_has_date", condition=Q(live_revision=None) | Q(published_at__isnull=False)
            ),
            models.CheckConstraint(
                name="post_in_review_has_revision",
                condition=~Q(status=Status.IN_REVIEW) | Q(submitted_revision__isnull=False),
            ),
            models.UniqueConstraint(name="post_imported_once", fields=["source_id"], condition=~Q(source_id="")),
            models.UniqueConstraint(
                name="post_written_once", fields=["author", "write_key"], condition=~Q(write_key="")
            ),
        ]

    def __str__(self) -> str:
        return self.title or "Untitled"

    def get_absolute_url(self) -> str:
        return reverse("post", args=[self.slug])

    @property
    def has_live_revision(self) -> bool:
        return self.live_revision_id is not None

    @property
    def is_live(self) -> bool:
        """Whether readers can see it now: the same question as `live()`, of a post at hand."""
        return self.has_live_revision and self.published_at is not None and self.published_at <= timezone.now()

    @property
    def has_unpublished_changes(self) -> bool:
        return self.live_revision is not None and not self.live_revision.is_of(self)

    @property
    def words(self) -> tuple[str, str, list[str]]:
        """What its author writes: the title, the body and the tags."""
        return self.title, self.body, self.tags

    @property
    def was_ever_submitted(self) -> bool:
        return self.revisions.exists()

    @property
    def has_changes_to_submit(self) -> bool:
        return self.submitted_revision is None or not self.submitted_revision.is_of(self)

    @property
    def submitted_at(self) -> datetime | None:
        return self.submitted_revision.created_at if self.submitted_revision else None

    @property
    def submitted_by_id(self) -> int | None:
        return self.submitted_revision.created_by_id if self.submitted_revision else None

    @property
    def is_rendered(self) -> bool:
        """Whether `html` and `problem` are of the working copy as it stands."""
        return self.html_version == self.version

    @property
    def safe_html(self) -> SafeString:
        """The working copy as it would be read; empty while it will not render."""
        return markup.stored(self.html) if self.is_rendered else SafeString("")

    def moves_for(self, person: Person) -> list[str]:
        """The verbs this person may use on this post as it stands."""
        return [verb for verb, move in MOVES.items() if move.starts_at(self) and move.by(person, self)]

    def ensure(self, verb: str, *, by: User) -> None:
        """Raise NotPermitted, WrongStatus or StepUpNeeded unless this person may do this to the post as it stands."""
        move = MOVES[verb]
        if not move.by(by, self):
            raise NotPermitted(f"You may see this post, but not {move.label.lower()} it.")
        if not move.starts_at(self):
            raise WrongStatus(f"This post is {self.get_status_display().lower()} now, so that is not possible.")
        if move.needs_step_up and not permissions.has_stepped_up(by):
            raise StepUpNeeded("This asks for a sign-in with a second factor, not older than a quarter of an hour.")

    # The verbs. Each checks the person, then the status, on the locked row, and writes history with the move.

    def edit(self, *, by: User, version: int, title: str, body: str, tags: Iterable[str] = ()) -> None:
        """Save the working copy. What readers see stays as it is; and so does all else where no word has changed.

        Raises NotPermitted, WrongStatus, and EditedMeanwhile unless `version` is the one last saved.
        """
        words = title, with_plain_newlines(body), list(tags)
        with transaction.atomic():
            was = self._begin("edit", by=by)
            if words == self.words:
                return
            if self.version != version:
                raise EditedMeanwhile("Somebody saved this post after you opened it.")
            is_new_title = self.title != title
            self.title, self.body, self.tags = words
            self.version += 1
            self.updated_at = timezone.now()
            if is_new_title and not self.was_ever_submitted:  # From then on the address stays.
                self.save_at_free_address()
            self._finish("edit", by=by, was=was)
        with suppress(markup.Busy):
            self.render()

    def submit(self, *, by: User) -> None:
        """Seal the working copy as a revision and put it in the review queue. Does nothing if it waits there already.

        Raises NotPermitted, WrongStatus, NotReady, markup.Unrenderable with the line to look at, and markup.Busy.
        """
        self.ensure("submit", by=by)
        if not self.is_rendered:
            self.render()
        with transaction.atomic():
            was = self._begin("submit", by=by)
            self._check_ready()
            if was == Status.IN_REVIEW and not self.has_changes_to_submit:
                return
            if self.has_changes_to_submit:
                self.submitted_revision = Revision.objects.seal(self, by=by)
            self.returned_reason = ""
            self._finish("submit", by=by, was=was, revision=self.submitted_revision)

    def withdraw(self, *, by: User) -> None:
        """Take the post out of the review queue. Raises NotPermitted and WrongStatus."""
        with transaction.atomic():
            was = self._begin("withdraw", by=by)
            revision, self.submitted_revision = self.submitted_revision, None
            self._finish("withdraw", by=by, was=was, revision=revision)

    def request_changes(self, *, by: User, revision: int, reason: str) -> None:
        """Give the submitted revision of this number back to its author.

        Raises NotPermitted, WrongStatus, NotReady without a reason, and AnotherRevision as `publish` does.
        """
        with transaction.atomic():
            was = self._begin("request_changes", by=by)
            if not reason.strip():
                raise NotReady("Say what should change, so that the author knows.")
            read, self.submitted_revision = self._submitted(revision), None
            self.returned_reason = reason.strip()
            self._finish("request_changes", by=by, was=was, revision=read, note=self.returned_reason)

    def publish(self, *, by: User, revision: int) -> None:
        """Put the submitted revision of this number in front of readers, keeping the first publication date.

        Raises NotPermitted, WrongStatus, and AnotherRevision if a newer one has been submitted since it was read.
        """
        with transaction.atomic():
            was = self._begin("publish", by=by)
            sealed = self._submitted(revision)
            self.live_revision, self.submitted_revision = sealed, None
            self.published_at = self.published_at or timezone.now()
            # Where the author has written on meanwhile, the working copy is a draft of the next revision.
            to = Status.PUBLISHED if sealed.is_of(self) else Status.DRAFT
            self._finish("publish", by=by, was=was, to=to, revision=sealed)

    def unpublish(self, *, by: User) -> None:
        """Take the post away from readers at once. Raises NotPermitted and WrongStatus.

        What was live waits for review again, unless a newer revision waits already.
        """
        with transaction.atomic():
            was = self._begin("unpublish", by=by)
            revision, self.live_revision = self.live_revision, None
            self.submitted_revision = self.submitted_revision or revision
            self._finish("unpublish", by=by, was=was, revision=revision)

    def render(self) -> None:
        """Bring `html` up to the working copy, or say why it cannot be. Never inside a transaction: it may take long.

        The text is safe already; a later save that overtakes this one wins. Raises markup.Busy.
        """
        try:
            self.html, self.problem, self.problem_line = markup.render(self.body), "", None
        except markup.Unrenderable as trouble:
            self.html, self.problem, self.problem_line = "", trouble.reason[:300], trouble.line
        self.html_version = self.version
        Post.objects.filter(pk=self.pk, version=self.version).update(
            html=self.html,
            html_version=self.html_version,
            problem=self.problem,
            problem_line=self.problem_line,
        )

    def save_at_free_address(self) -> None:
        """Save with the address that the title gives. Who takes the same one in the same moment gets the next."""
        while True:
            self.slug = self.free_slug()
            try:
                with transaction.atomic():
                    return self.save()
            except IntegrityError:
                if not Post.objects.filter(slug=self.slug).exclude(pk=self.pk).exists():
                    raise

    def free_slug(self) -> str:
        """Return an address for the title that no other post has. Never a bare number: those are ids."""
        base = slug_of(self.title)[: MAX_SLUG_LENGTH - len("post-") - len("-abc123")].strip("-_") or "post"
        if base.isdigit():
            base = f"post-{base}"
        # Past the first twenty a number says nothing; a word made by chance takes no search, however many there are.
        chance = f"{base}-{get_random_string(6, ascii_lowercase + digits)}"
        candidates = [base, *(f"{base}-{number}" for number in range(2, 21)), chance]
        others = Post.objects.filter(slug__in=candidates).exclude(pk=self.pk)
        taken = set(others.values_list("slug", flat=True))
        return next(slug for slug in candidates if slug not in taken)

    def record(self, verb: str, *, by: User, was: str, revision: Revision | None = None, note: str = "") -> None:
        """Add to the history, in the transaction of what it tells."""
        HistoryEntry.objects.create(
            post=self, by=by, verb=verb, from_status=was, to_status=self.status, revision=revision, note=note
        )

    def _begin(self, verb: str, *, by: User) -> str:
        """Lock and reload the row, then check. Returns the status the move starts from."""
        locked = Post.objects.select_for_update(of=("self",)).select_related("submitted_revision", "live_revision")
        self.refresh_from_db(from_queryset=locked)
        self.ensure(verb, by=by)
        return self.status

    def _finish(
        self, verb: str, *, by: User, was: str, to: str = "", revision: Revision | None = None, note: str = ""
    ) -> None:
        self.status = Status(to or MOVES[verb].path[Status(was)])
        self.save()
        is_more_of_the_same = verb == "edit" and self.status == was and self._was_last_edited_by(by)
        if not is_more_of_the_same:
            self.record(verb, by=by, was=was, revision=revision, note=note)

    def _submitted(self, number: int) -> Revision:
        """Return the revision that waits, if it is the one of this number, which somebody read."""
        if self.submitted_revision is None or self.submitted_revision.number != number:
            raise AnotherRevision("Another revision has been submitted since you read this one.")
        return self.submitted_revision

    def _was_last_edited_by(self, person: User) -> bool:
        """Whether a stretch of saves by this person is in the history already: one line says it."""
        last = self.history.order_by("-pk").first()
        return last is not None and last.verb in ("write", "edit") and last.by_id == person.pk

    def _check_ready(self) -> None:
        if not self.title.strip():
            raise NotReady("Give the post a title before you submit it.")
        if not self.body.strip():
            raise NotReady("Write something before you submit it.")
        if not self.is_rendered:
            raise EditedMeanwhile("Somebody saved this post while you were submitting it.")
        if self.problem:
            raise markup.Unrenderable(self.problem, self.problem_line or 1)


def _fingerprint(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def with_plain_newlines(text: str) -> str:
    """Return the text with every line end as a line feed, and not a byte else changed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
