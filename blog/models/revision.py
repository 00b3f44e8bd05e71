"""What was submitted, sealed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.append_only import AppendOnlyModel, AppendOnlyQuerySet
from accounts.models import User
from blog import markup

if TYPE_CHECKING:
    from .post import Post

MAX_TITLE_LENGTH = 200
MAX_SLUG_LENGTH = 80
WORDS_PER_MINUTE = 238  # Brysbaert 2019: silent reading of English prose.


class RevisionQuerySet(AppendOnlyQuerySet["Revision"]):
    def seal(self, post: Post, *, by: User) -> Revision:
        """Keep the working copy as the post's next revision, as readers would see it."""
        revision = Revision(
            post=post,
            number=(post.revisions.aggregate(last=models.Max("number"))["last"] or 0) + 1,
            title=post.title,
            body=post.body,
            slug=post.slug,
            tags=post.tags,
            excerpt=post.excerpt or markup.excerpt_of(post.html),
            canonical_url=post.canonical_url,
            author_name=post.author.name,
            html=post.html,
            renderer_version=markup.RENDERER_VERSION,
            word_count=markup.word_count_of(post.html),
            created_by=by,
        )
        revision.digest = revision.computed_digest()
        revision.save()
        return revision


class Revision(AppendOnlyModel):
    """What was submitted, sealed: every byte that readers will see, its digest, and its rendered HTML."""

    post = models.ForeignKey("blog.Post", on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=MAX_TITLE_LENGTH)
    body = models.TextField()
    slug = models.SlugField(max_length=MAX_SLUG_LENGTH, allow_unicode=True)
    tags = models.JSONField(default=list)
    excerpt = models.TextField()
    canonical_url = models.URLField(max_length=500, blank=True)
    author_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    html = models.TextField()
    renderer_version = models.CharField(max_length=40)
    word_count = models.PositiveIntegerField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = RevisionQuerySet.as_manager()

    SEALED_FIELDS = ("title", "body", "slug", "tags", "excerpt", "canonical_url", "author_name")

    class Meta:
        constraints = [models.UniqueConstraint(name="revision_number_in_post", fields=["post", "number"])]

    def __str__(self) -> str:
        return f"{self.title}, revision {self.number}"

    def computed_digest(self) -> str:
        """Return the SHA-256 of the sealed fields: JSON with sorted keys, no spaces, in UTF-8."""
        sealed = {field: getattr(self, field) for field in self.SEALED_FIELDS}
        canonical = json.dumps(sealed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def is_of(self, post: Post) -> bool:
        """Whether this holds the words of the working copy as it stands."""
        return (self.title, self.body, self.tags) == post.words

    @property
    def safe_html(self) -> SafeString:
        return markup.stored(self.html)

    @property
    def reading_minutes(self) -> int:
        return max(1, round(self.word_count / WORDS_PER_MINUTE))
