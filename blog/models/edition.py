"""What reading pages, lists and feeds need of a revision, worked out once, when it is approved.

All of it follows from what was sealed and from what readers saw before, so it can be made again at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import models
from django.urls import reverse

from accounts.models import User
from blog import markup

from .author import Author
from .history import PUBLISHED, HistoryEntry
from .label import COPIED, Series, Tagging

if TYPE_CHECKING:
    from .post import Post
    from .revision import Revision

# Raise it whenever an edition comes out differently: the next `migrate` makes those there are anew.
MAKER_VERSION = "2"


class EditionQuerySet(models.QuerySet["Edition"]):
    def of(self, revision: Revision) -> Edition | None:
        """Return that of a revision, with what its reading page shows besides the text."""
        edition = self.select_related("series", "author__as_author").defer("text", "feed_html")
        found = edition.filter(revision=revision).first()
        if found is not None:
            found.revision = revision  # Each has the other at hand.
        return found

    def set_image_counts(self, revisions: Iterable[Revision]) -> None:
        """Look up at once how many pictures are in each of these."""
        known = {revision.pk: revision for revision in revisions}
        for pk, count in self.filter(revision__in=known).values_list("revision", "image_count"):
            known[pk].image_count = count

    def make(self, revision: Revision) -> Edition:
        """Work out the edition of an approved revision, with its tags, its series and its author, and keep it."""
        anatomy = markup.anatomy_of(revision.html)
        before = _published_before(revision)
        if revision.author is not None and revision.author.left_at is None:
            Author.objects.of(revision.author)
        Tagging.objects.make(revision)
        worked_out = {
            "post_id": revision.post_id,
            "author": revision.author,
            "series": Series.objects.named(revision.series) if revision.series else None,
            "language": revision.language,
            "contents": [asdict(heading) for heading in anatomy.headings],
            "text": anatomy.text,
            "feed_html": _html_for_feeds(revision),
            "image_count": anatomy.image_count,
            "changes_text": before is not None and (before.title, before.body) != (revision.title, revision.body),
            "corrections": list(_corrections(revision, before)),
            "maker": MAKER_VERSION,
        }
        return self.update_or_create(revision=revision, defaults=worked_out)[0]


class Edition(models.Model):
    """What follows from an approved revision."""

    revision: models.OneToOneField[Revision, Revision] = models.OneToOneField(
        "blog.Revision", on_delete=models.PROTECT, primary_key=True, related_name="edition"
    )
    post: models.ForeignKey[Post, Post] = models.ForeignKey(
        "blog.Post", on_delete=models.PROTECT, related_name="editions"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    series = models.ForeignKey(Series, on_delete=models.PROTECT, null=True, related_name="editions")
    language = models.CharField(max_length=35, blank=True, default="")
    contents = models.JSONField(default=list, help_text="Its headings: level, id on the page, and text.")
    text = models.TextField(help_text="Its words, without the mark-up.")
    feed_html = models.TextField(
        default="", help_text="Its page as feed readers need it, with the site’s own addresses beginning with a slash."
    )
    image_count = models.PositiveIntegerField()
    changes_text = models.BooleanField(help_text="Whether its title or text differs from what readers saw before.")
    corrections = models.JSONField(
        default=list, help_text="What was put right, in sentences, and when: null for when this goes live."
    )
    maker = models.CharField(max_length=40)
    published_at = models.DateTimeField(null=True, editable=False, help_text=COPIED)

    objects = EditionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["author", "-published_at", "-post", "revision"], name="edition_newest_of_author"),
            models.Index(fields=["series", "-published_at", "-post", "revision"], name="edition_newest_in_series"),
            # What it is found by, beside its texts.
            models.Index(fields=["revision", "post", "author", "series"], name="edition_found_by"),
        ]

    def __str__(self) -> str:
        return f"Edition of revision {self.revision_id}"


def _html_for_feeds(revision: Revision) -> str:
    """Return the cover and the text."""
    text = markup.for_feeds(revision.html, page=reverse("post", args=[revision.slug]))
    picture = revision.cover_picture
    if picture is None:
        return text
    size = {"width": str(picture.width), "height": str(picture.height)}
    cover = markup.tag_of("img", {"src": revision.cover, "alt": markup.writable(revision.cover_alt), **size})
    return f"<figure>{cover}</figure>\n{text}"


def _published_before(revision: Revision) -> Revision | None:
    """Return what readers saw last before this one came to them, or is to come."""
    published = HistoryEntry.objects.filter(post=revision.post_id, verb__in=PUBLISHED).select_related("revision")
    first = published.filter(revision=revision).order_by("pk").first()
    others = published.exclude(revision=revision)
    last = (others.filter(pk__lt=first.pk) if first else others).order_by("-pk").first()
    return last.revision if last else None


def _corrections(revision: Revision, before: Revision | None) -> Iterator[dict[str, Any]]:
    """Yield each with its date, where readers have seen it before."""
    dates = _dates_of_corrections(before) if before else {}
    for text in revision.correction_lines:
        yield {"text": text, "at": dates.get(text)}


def _dates_of_corrections(revision: Revision) -> dict[str, str]:
    edition = Edition.objects.filter(revision=revision).first()
    entries = HistoryEntry.objects.filter(revision=revision, verb__in=PUBLISHED).order_by("pk")
    came_at = entries.values_list("at", flat=True).first()
    if edition is None or came_at is None:
        return {}
    return {one["text"]: one["at"] or came_at.isoformat() for one in edition.corrections}
