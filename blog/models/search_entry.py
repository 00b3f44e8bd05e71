"""What posts are found by: the words of every revision that readers see, or are to see, and of no other.

Kept where it changes who is found: whenever a post is saved, in the same transaction. All of it follows from what was
approved, so it can be made again at any time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q

from blog import status
from blog.terms import TERMS_VERSION, kept_of, stemmer_of
from blog.turns import without_waiting

from .edition import MAKER_VERSION, Edition

if TYPE_CHECKING:
    from .post import Post
    from .revision import Revision


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    def keep(self, post: Post) -> None:
        """Bring what this post is found by up to what readers see of it, and are to see."""
        wanted = {post.scheduled_revision_id: True, post.live_revision_id: False}
        wanted.pop(None, None)
        with transaction.atomic():
            kept = dict(self.filter(post=post).values_list("pk", "waits"))
            if kept == wanted:
                return
            self.filter(pk__in=kept.keys() - wanted.keys()).delete()
            for edition in Edition.objects.filter(pk__in=wanted.keys()).select_related("revision"):
                if edition.pk not in kept:
                    self._make(edition, waits=wanted[edition.pk])
                elif kept[edition.pk] != wanted[edition.pk]:
                    self.filter(pk=edition.pk).update(waits=wanted[edition.pk])

    def follow_the_clock(self) -> None:
        """Let what has come be found, and take what has ended out of the index that anybody's words are sought in.

        Raises DatabaseError at once where somebody else writes: who only looks for something does not wait for that.
        """
        moved = list(self.filter(status.due("post__")).values_list("pk", flat=True))  # Few, and most often none.
        if not moved:
            return
        shown = set(self.filter(status.shown(), pk__in=moved).values_list("pk", flat=True))
        wrong = Q(pk__in=shown, waits=True) | Q(pk__in={*moved} - shown, waits=False)
        if self.filter(wrong).exists():
            with without_waiting(), transaction.atomic(using=self.db):
                free = self.filter(wrong).select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)
                for pk in list(free):
                    self.filter(pk=pk).update(waits=pk not in shown)

    def make_missing(self) -> int:
        """Make what is missing or of an earlier version, and drop what readers see no longer. Returns how many it was."""
        count = self.needless().delete()[0]
        for pk in self.missing():  # One text at a time is enough in memory.
            with transaction.atomic():
                edition = Edition.objects.select_related("revision", "post").get(pk=pk)
                self._make(edition, waits=edition.post.live_revision_id != pk)
            count += 1
        return count

    def needless(self) -> Self:
        """Those of what readers do not see, and are not to see."""
        return self.exclude(_is_pointed_to())

    def outlived(self) -> Self:
        """Those that words are sought in, of what readers see no longer: nobody has written down what the clock did."""
        return self.filter(_is_pointed_to(), waits=False).exclude(pk__in=self.filter(status.shown()).values("pk"))

    def missing(self) -> list[int]:
        """Return the revisions that readers see, or are to see, and that have no entry of today's."""
        current = self.filter(maker=_maker()).values("pk")
        editions = Edition.objects.filter(_is_pointed_to()).exclude(pk__in=current)
        return list(editions.order_by("pk").values_list("pk", flat=True))

    def of(self, edition: Edition, *, waits: bool) -> SearchEntry:
        """Return what an edition is found by, without keeping it. Names of people are no part: those change."""
        revision, stemmer = edition.revision, stemmer_of(edition.language or settings.SITE_LANGUAGE)
        return SearchEntry(
            revision_id=edition.pk,
            post_id=edition.post_id,
            waits=waits,
            stemmer=stemmer,
            maker=_maker(),
            title=kept_of(revision.title, stemmer),
            tags=kept_of(", ".join(revision.tags), stemmer),
            excerpt=kept_of(revision.excerpt if revision.has_own_excerpt else "", stemmer),
            text=kept_of(edition.text, stemmer),
        )

    def _make(self, edition: Edition, *, waits: bool) -> None:
        entry = self.of(edition, waits=waits)
        fields = [field.attname for field in SearchEntry._meta.concrete_fields]
        self.update_or_create(revision_id=edition.pk, defaults={name: getattr(entry, name) for name in fields})


class SearchEntry(models.Model):
    """What an approved revision is found by: its words, folded, with spaces between them.

    The database keeps an index beside it: blog/searching/tables.py.
    """

    revision: models.OneToOneField[Revision, Revision] = models.OneToOneField(
        "blog.Revision", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    post: models.ForeignKey[Post, Post] = models.ForeignKey("blog.Post", on_delete=models.PROTECT, related_name="+")
    waits = models.BooleanField(help_text="Whether its time is still to come.")  # Or is over.
    stemmer = models.CharField(max_length=20, blank=True)
    maker = models.CharField(max_length=60)
    title = models.TextField()
    tags = models.TextField(help_text="As its author spelled them.")
    excerpt = models.TextField(help_text="Where its author wrote one.")
    text = models.TextField()

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["waits", "stemmer"], name="search_entry_languages"),
            models.Index(fields=["revision"], name="search_entry_waiting", condition=Q(waits=True)),
        ]
        verbose_name_plural = "search entries"

    def __str__(self) -> str:
        return f"Words of revision {self.revision_id}"


def _maker() -> str:
    """Name what the words come out of: another one makes others."""
    return f"{MAKER_VERSION}.{TERMS_VERSION}.{stemmer_of(settings.SITE_LANGUAGE)}"


def _is_pointed_to() -> Q:
    return Q(post__live_revision=F("revision")) | Q(post__scheduled_revision=F("revision"))
