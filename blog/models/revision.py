"""What was submitted, sealed, and who wrote in it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from accounts.append_only import AppendOnlyModel, AppendOnlyQuerySet
from accounts.models import Person, User
from blog import markup
from blog.comparing import size_of_change
from blog.reading_time import reading_minutes

from .image import Image, ImageUse, picture_at

if TYPE_CHECKING:
    from .post import Post
    from .row import PostRow

MAX_TITLE_LENGTH = 200
MAX_SLUG_LENGTH = 80
MAX_NOTE_LENGTH = 500
MAX_SERIES_LENGTH = 100
MAX_LANGUAGE_LENGTH = 35  # RFC 5646, 4.4.1.


class Words(NamedTuple):
    """What an author writes."""

    title: str
    body: str
    tags: list[str]
    excerpt: str = ""
    cover: str = ""
    cover_alt: str = ""
    canonical_url: str = ""
    series: str = ""
    corrections: str = ""
    language: str = ""


def words_of(text: Revision | PostRow) -> Words:
    """Return what stands in the columns of the same names."""
    return Words(**{field: getattr(text, field) for field in Words._fields})


class RevisionQuerySet(AppendOnlyQuerySet["Revision"]):
    def seal(self, post: Post, *, by: User, note: str = "") -> Revision:
        """Keep the working copy as the post's next revision, as readers would see it."""
        revision = self.unsealed(post)
        revision.number = (post.revisions.aggregate(last=models.Max("number"))["last"] or 0) + 1
        revision.created_by = by
        revision.note = note
        revision.set_size_of_change()
        revision.digest = revision.computed_digest()
        with transaction.atomic():
            revision.save()
            RevisionWriter.objects.bulk_create(
                RevisionWriter(revision=revision, user_id=user_id) for user_id in sorted({*post.writers, by.pk})
            )
            ImageUse.objects.seal(revision)
        return revision

    def unsealed(self, post: Post) -> Revision:
        """Return the working copy as a revision would hold it, without keeping it: to look at, and to compare.

        Without the page it makes where that is not rendered yet.
        """
        html = post.html if post.is_rendered else ""
        return Revision(
            post=post,
            title=post.title,
            body=post.body,
            slug=post.slug,
            tags=post.tags,
            excerpt=post.excerpt or markup.excerpt_of(html),
            has_own_excerpt=bool(post.excerpt),
            cover=post.cover,
            cover_alt=post.cover_alt,
            canonical_url=post.canonical_url,
            series=post.series,
            corrections=post.corrections,
            language=post.language,
            author=post.author,
            author_name=post.author.name,
            html=html,
            renderer_version=markup.RENDERER_VERSION,
            word_count=markup.word_count_of(html),
            seal_form=max(Revision.SEALED_FIELDS),
        )


class Revision(AppendOnlyModel):
    """What was submitted, sealed: every byte that readers will see, its digest, and its rendered HTML."""

    post = models.ForeignKey("blog.Post", on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=MAX_TITLE_LENGTH)
    body = models.TextField()
    slug = models.SlugField(max_length=MAX_SLUG_LENGTH, allow_unicode=True)
    tags = models.JSONField(default=list)
    excerpt = models.TextField()
    has_own_excerpt = models.BooleanField(default=False, help_text="Written by the author, not taken from the body.")
    cover = models.CharField(max_length=200, blank=True, default="")
    cover_alt = models.CharField(max_length=300, blank=True, default="")
    canonical_url = models.URLField(max_length=500, blank=True)
    series = models.CharField(max_length=MAX_SERIES_LENGTH, blank=True, default="")
    corrections = models.TextField(blank=True, default="", help_text="What was put right, a sentence on each line.")
    language = models.CharField(max_length=MAX_LANGUAGE_LENGTH, blank=True, default="")
    author = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, help_text="Whom the byline names."
    )
    author_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    seal_form = models.PositiveSmallIntegerField(default=1, help_text="Which fields the digest is of.")
    html = models.TextField()
    renderer_version = models.CharField(max_length=40)
    word_count = models.PositiveIntegerField()
    words_added = models.PositiveIntegerField(
        null=True,
        help_text="Against what readers saw, or were to see, when it was sealed. Empty where that was nothing.",
    )
    words_removed = models.PositiveIntegerField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    note = models.TextField(blank=True, default="", help_text="What its author says about it.")

    objects = RevisionQuerySet.as_manager()

    # What each form of the seal covers. A form is never changed once revisions carry it; a new one gets a number.
    SEALED_FIELDS = {
        1: ("title", "body", "slug", "tags", "excerpt", "canonical_url", "author_name"),
        2: ("title", "body", "slug", "tags", "excerpt", "cover", "cover_alt", "canonical_url", "author_name"),
        3: (
            *("title", "body", "slug", "tags", "excerpt", "cover", "cover_alt", "canonical_url", "author_name"),
            *("html", "renderer_version"),
        ),
        4: (
            *("title", "body", "slug", "tags", "excerpt", "cover", "cover_alt", "canonical_url", "author_name"),
            *("series", "corrections", "language", "html", "renderer_version"),
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(name="revision_number_in_post", fields=["post", "number"])]
        indexes = [models.Index(fields=["canonical_url"], name="revision_elsewhere")]

    def __str__(self) -> str:
        return f"{self.title}, revision {self.number}"

    def set_size_of_change(self) -> None:
        """Count once, when it is sealed, what lists tell of it: they do not load texts."""
        replaced = self.post.scheduled_revision or self.post.live_revision
        if replaced is not None:
            size = size_of_change(replaced.body, self.body)
            self.words_added, self.words_removed = size.added, size.removed

    def computed_digest(self) -> str:
        """Return the SHA-256 of the sealed fields: JSON with sorted keys, no spaces, in UTF-8."""
        sealed = {field: getattr(self, field) for field in self.SEALED_FIELDS[self.seal_form]}
        canonical = json.dumps(sealed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def is_intact(self) -> bool:
        return self.seal_form in self.SEALED_FIELDS and self.computed_digest() == self.digest

    def is_of(self, post: PostRow) -> bool:
        """Whether this holds the words of the working copy as it stands."""
        return self.words == post.words

    @property
    def words(self) -> Words:
        """What its author wrote: without the excerpt, where that was taken from the body."""
        return words_of(self)._replace(excerpt=self.excerpt if self.has_own_excerpt else "")

    @property
    def correction_lines(self) -> list[str]:
        """What was put right, a sentence each, the newest last."""
        return [line.strip() for line in self.corrections.splitlines() if line.strip()]

    def is_by(self, person: Person) -> bool:
        """Whether this person wrote in it, or submitted it."""
        return self.created_by_id == person.pk or self.writers.filter(user=person.pk).exists()

    @property
    def byline(self) -> str:
        """The name readers see: the sealed one, or what its bearer chose to leave behind."""
        has_left = self.author is not None and self.author.left_at is not None
        return self.author.name if self.author is not None and has_left else self.author_name

    @cached_property
    def cover_picture(self) -> Image | None:
        return picture_at(self.cover)

    @property
    def safe_html(self) -> SafeString:
        return markup.stored(self.html)

    @cached_property
    def image_count(self) -> int:
        """From its edition, which lists ask for at once; counted where it is not approved and has none."""
        edition = getattr(self, "edition", None)
        return edition.image_count if edition else markup.anatomy_of(self.html).image_count

    @property
    def reading_minutes(self) -> int:
        return reading_minutes(self.word_count, self.image_count)


class RevisionWriter(AppendOnlyModel):
    """Somebody whose words are in a revision, in whole or in part, or who submitted it."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="writers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="revision_writer_once", fields=["revision", "user"])]

    def __str__(self) -> str:
        return f"{self.user_id} in revision {self.revision_id}"
