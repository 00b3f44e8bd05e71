"""What readers find posts by: tags and series.

A label comes into being when the first revision that has it is approved, so none is ever of a draft. Texts keep the
spelling they were sealed with; which label a spelling leads to stands here, and can change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import IntegrityError, models, transaction
from django.db.models import OuterRef, Q
from django.urls import reverse

from blog import status
from blog.long_lists import count_of_each, newest_of_each
from blog.slugs import slug_of

if TYPE_CHECKING:
    from .post import Post, PostQuerySet
    from .revision import Revision

MAX_NAME_LENGTH = 100
MAX_LABEL_SLUG_LENGTH = 120
COPIED = "That of its post, which the database itself keeps here."  # blog/copied_dates.py
MAX_KEY_LENGTH = 3 * MAX_NAME_LENGTH  # Folding case makes up to three letters of one.


def free_slug(name: str, otherwise: str, taken: Iterable[models.QuerySet[models.Model]]) -> str:
    """Return the address that a name makes, or the next one that is in none of these rows' `slug`."""
    base = slug_of(name)[: MAX_LABEL_SLUG_LENGTH - 8].strip("-_") or otherwise
    number, slug = 1, base
    while any(rows.filter(slug=slug).exists() for rows in taken):
        number += 1
        slug = f"{base}-{number}"
    return slug


def key_of(name: str) -> str:
    """Return what two spellings of one label have in common."""
    return name.casefold()


class TagQuerySet(models.QuerySet["Tag"]):
    def shown(self, posts: PostQuerySet) -> Self:
        """Those under which readers see one of these posts."""
        return self.alias(newest_at=newest_of_each(posts.tagged(OuterRef("pk")))).exclude(newest_at=None)

    def with_counts(self, posts: PostQuerySet) -> Self:
        """With how many of these posts readers see under each, `post_count`, as `count_of_each` tells it."""
        return self.annotate(post_count=count_of_each(posts.tagged(OuterRef("pk"))))

    def counted(self, posts: PostQuerySet) -> Self:
        """Those under which readers see one of these posts, with how many, by name."""
        return self.shown(posts).with_counts(posts).order_by("name", "pk")

    def at(self, slug: str) -> Tag | None:
        """Return the tag that has this address, or had it."""
        return self.filter(Q(slug=slug) | Q(former_slugs__slug=slug)).first()

    def named(self, name: str) -> Tag:
        """Return the tag that this spelling leads to, and make it where there is none."""
        known = TagSpelling.objects.filter(key=key_of(name)).first()
        if known is not None:
            return known.tag  # Not in one query: where the spelling was waited for, it may lead elsewhere by now.
        try:
            with transaction.atomic():
                tag = self.create(
                    name=name, slug=free_slug(name, "tag", [Tag.objects.all(), FormerTagSlug.objects.all()])
                )
                TagSpelling.objects.create(key=key_of(name), tag=tag)
        except IntegrityError:  # Somebody else approves another text with it at this moment.
            return self.named(name)
        return tag


class Tag(models.Model):
    """What a post is about, in a word or a few."""

    name = models.CharField(max_length=MAX_NAME_LENGTH)
    slug = models.SlugField(max_length=MAX_LABEL_SLUG_LENGTH, unique=True, allow_unicode=True)

    objects = TagQuerySet.as_manager()

    if TYPE_CHECKING:
        post_count: int  # Where it was counted.

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("tag", args=[self.slug])


class TagSpellingQuerySet(models.QuerySet["TagSpelling"]):
    def held(self) -> None:
        """See to it that these lead where they do until this transaction ends: who changes tags holds them, too."""
        list(self.order_by("key").select_for_update(no_key=True).values_list("pk", flat=True))


class TagSpelling(models.Model):
    """That a tag as texts spell it, in whatever case, leads to this one."""

    key = models.CharField(max_length=MAX_KEY_LENGTH, unique=True)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="spellings")

    objects = TagSpellingQuerySet.as_manager()

    def __str__(self) -> str:
        return self.key


class FormerTagSlug(models.Model):
    """An address that a tag had before: readers are led on."""

    slug = models.SlugField(max_length=MAX_LABEL_SLUG_LENGTH, unique=True, allow_unicode=True)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="former_slugs")

    def __str__(self) -> str:
        return self.slug


class TaggingQuerySet(models.QuerySet["Tagging"]):
    def seen_with(self, tag: Tag) -> models.QuerySet[Tagging, Any]:
        """The revisions that readers see with this tag."""
        return self.filter(status.shown(), tag=tag).order_by().values("revision")

    def tags_of(self, revisions: Collection[Revision]) -> dict[int, list[Tag]]:
        """Return the tags that readers know these by today, in the order of their authors, by the key of the revision."""
        tags: dict[int, list[Tag]] = {revision.pk: [] for revision in revisions}
        for tagging in self.filter(revision__in=tags).select_related("tag").order_by("position"):
            tags[tagging.revision_id].append(tagging.tag)
        return tags

    def make(self, revision: Revision) -> None:
        """Write down what an approved revision is tagged with, in the order of its author."""
        with transaction.atomic():
            TagSpelling.objects.filter(key__in=map(key_of, revision.tags)).held()
            tags = dict.fromkeys(Tag.objects.named(name) for name in revision.tags)  # Two spellings may lead to one.
            self.filter(revision=revision).delete()
            self.bulk_create(
                Tagging(post_id=revision.post_id, revision=revision, tag=tag, position=position)
                for position, tag in enumerate(tags)
            )


class Tagging(models.Model):
    """That an approved revision has a tag."""

    post: models.ForeignKey[Post, Post] = models.ForeignKey(
        "blog.Post", on_delete=models.PROTECT, related_name="taggings"
    )
    revision: models.ForeignKey[Revision, Revision] = models.ForeignKey(
        "blog.Revision", on_delete=models.PROTECT, related_name="taggings"
    )
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="taggings")
    position = models.PositiveSmallIntegerField()
    published_at = models.DateTimeField(null=True, editable=False, help_text=COPIED)

    objects = TaggingQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(name="tagging_once", fields=["revision", "tag"])]
        indexes = [
            models.Index(fields=["tag", "post"], name="tagging_posts"),
            models.Index(fields=["tag", "-published_at", "-post", "revision"], name="tagging_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} on revision {self.revision_id}"


class SeriesQuerySet(models.QuerySet["Series"]):
    def shown(self) -> Self:
        """Those of posts that readers see."""
        return self.filter(status.shown("editions__")).distinct()

    def counted(self, posts: PostQuerySet) -> Self:
        """Those of which readers see one of these posts, with how many, `post_count`, as `count_of_each` tells it, and
        the last, `newest_at`; the one that went on last first.
        """
        within = posts.in_series(OuterRef("pk"))
        shown = self.annotate(newest_at=newest_of_each(within)).exclude(newest_at=None)
        return shown.annotate(post_count=count_of_each(within)).order_by("-newest_at", "pk")

    def named(self, name: str) -> Series:
        """Return the series of this name, in whatever case, and make it where there is none."""
        known = self.filter(key=key_of(name)).first()
        if known is not None:
            return known
        try:
            with transaction.atomic():
                return self.create(name=name, key=key_of(name), slug=free_slug(name, "series", [Series.objects.all()]))
        except IntegrityError:  # As above.
            return self.named(name)


class Series(models.Model):
    """Posts that are read one after the other, in the order in which they came out."""

    name = models.CharField(max_length=MAX_NAME_LENGTH)
    key = models.CharField(max_length=MAX_KEY_LENGTH, unique=True)
    slug = models.SlugField(max_length=MAX_LABEL_SLUG_LENGTH, unique=True, allow_unicode=True)

    objects = SeriesQuerySet.as_manager()

    if TYPE_CHECKING:
        post_count: int  # Where they were counted.
        newest_at: datetime

    class Meta:
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("series", args=[self.slug])
