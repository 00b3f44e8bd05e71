"""Whether what was sealed is still what was sealed, and whether readers see nothing that nobody approved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from accounts.guards import missing

from . import copied_dates
from .guards import ALL_GUARDS
from .models import PUBLISHED, TAKEN, Approval, HistoryEntry, Image, ImageCopy, Post, Revision, RevisionWriter, told_in


@dataclass(frozen=True)
class Mismatch:
    """Something that is not as it was sealed or approved: where, and what is wrong, in a sentence."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def mismatches(using: str = "default") -> Iterator[Mismatch]:
    """Recompute every seal, and look for what readers see without approval. Nothing is changed."""
    yield from _broken_seals(using)
    yield from _changed_pictures(using)
    yield from _unapproved_posts(using)
    yield from _one_sided_approvals(using)
    yield from _posts_beside_their_history(using)
    for mismatch in copied_dates.mismatches(using):
        yield Mismatch("lists", mismatch)
    for name in missing(ALL_GUARDS, using):
        yield Mismatch("database", f"its guard {name} is missing; run manage.py migrate")


def _broken_seals(using: str) -> Iterator[Mismatch]:
    for revision in Revision.objects.using(using).order_by("post", "number").iterator(chunk_size=50):
        if not revision.is_intact:
            yield Mismatch(_name(revision.post_id, revision.number), "its text is not the one that was sealed")


def _changed_pictures(using: str) -> Iterator[Mismatch]:
    sealed = Image.objects.using(using).filter(uses__revision__isnull=False).distinct()
    for image in sealed.order_by("pk").iterator(chunk_size=200):
        if not image.is_intact:
            yield Mismatch(f"picture {image.digest}", "its file is not there, or not the one that was sealed")
    for copy in ImageCopy.objects.using(using).filter(image__in=sealed).select_related("image").order_by("pk"):
        if not copy.is_intact:
            what = f"its copy of {copy.width} pixels is not the one that was made of it; delete that file"
            yield Mismatch(f"picture {copy.image.digest}", what)


def _unapproved_posts(using: str) -> Iterator[Mismatch]:
    for pointer in ("live_revision", "scheduled_revision"):
        approved = Approval.objects.filter(revision=OuterRef(pointer))
        posts = Post.objects.using(using).filter(~Q(**{pointer: None})).select_related(pointer).order_by("pk")
        for post in posts.filter(~Exists(approved)):
            yield Mismatch(_name(post.pk, getattr(post, pointer).number), f"{_told(pointer)}, and nobody approved it")
        for post in posts.exclude(**{f"{pointer}__post": F("pk")}):
            yield Mismatch(f"post {post.pk}", f"{_told(pointer)} is a revision of another post")


def _one_sided_approvals(using: str) -> Iterator[Mismatch]:
    own = RevisionWriter.objects.filter(revision=OuterRef("revision"), user=OuterRef("by"))
    hidden = Approval.objects.using(using).filter(Exists(own), is_own_words=False)
    for approval in hidden.select_related("revision").order_by("pk"):
        where = _name(approval.revision.post_id, approval.revision.number)
        yield Mismatch(where, "it was approved by somebody who wrote in it, and the approval does not say so")


def _posts_beside_their_history(using: str) -> Iterator[Mismatch]:
    """Posts whose address, live revision or schedule is not the one that the history tells of."""
    posts = Post.objects.using(using).select_related("live_revision", "scheduled_revision").order_by("pk")
    told: QuerySet[Any] = posts.annotate(
        published=Subquery(_last(*PUBLISHED, *TAKEN).values("revision")),
        was_taken=Exists(_last(*PUBLISHED, *TAKEN).filter(verb__in=TAKEN)),
        planned_at=Subquery(_last("schedule", "reschedule").values("takes_effect_at")),
        readdressed=Subquery(_last("readdress").values("note")),
        ends_at=Subquery(_last("unpublish_later", "keep_published").values("takes_effect_at")),
    )
    for post in told.exclude(live_revision=None).prefetch_related("former_slugs").iterator(chunk_size=200):
        if post.live_revision_id != post.published or post.was_taken:
            yield Mismatch(f"post {post.pk}", "what readers see is not what the history says was published")
        sealed = post.live_revision.slug if post.live_revision else ""
        if post.slug != (told_in(post.readdressed or "") or sealed):
            yield Mismatch(f"post {post.pk}", "its address is not the one that was sealed, nor one it was given since")
        if post.slug != sealed and sealed not in {former.slug for former in post.former_slugs.all()}:
            yield Mismatch(f"post {post.pk}", "the address that was sealed leads nowhere")
    for post in told.exclude(scheduled_at=None, unpublish_at=None).iterator(chunk_size=200):
        if post.scheduled_at is not None and post.scheduled_at != post.planned_at:
            yield Mismatch(f"post {post.pk}", "it is to go live at another time than the history says")
        if post.unpublish_at is not None and post.unpublish_at != post.ends_at:
            yield Mismatch(f"post {post.pk}", "it is to end at another time than the history says")


def _last(*verbs: str) -> QuerySet[HistoryEntry]:
    """Return the newest line of these verbs in the history of the post at hand."""
    newest = HistoryEntry.objects.filter(post=OuterRef(OuterRef("pk")), verb__in=verbs).order_by("-pk")
    return HistoryEntry.objects.filter(post=OuterRef("pk"), pk=Subquery(newest.values("pk")[:1]))


def _told(pointer: str) -> str:
    return {"live_revision": "what readers see", "scheduled_revision": "what readers are to see"}[pointer]


def _name(post_id: int, number: int) -> str:
    return f"post {post_id}, revision {number}"
