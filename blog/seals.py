"""Whether what was sealed is still what was sealed, and whether readers see nothing that nobody approved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connections
from django.db.models import Exists, F, OuterRef, Q

from accounts.guards import missing
from accounts.guards import team_log as guards_of_team_log

from .guards import GUARDS
from .models import Approval, Image, Post, Revision, RevisionWriter


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
    for name in missing([*GUARDS, *guards_of_team_log()], connections[using]):
        yield Mismatch("database", f"its guard {name} is missing; run manage.py migrate")


def _broken_seals(using: str) -> Iterator[Mismatch]:
    for revision in Revision.objects.using(using).defer("html").order_by("post", "number").iterator(chunk_size=200):
        if not revision.is_intact:
            yield Mismatch(_name(revision.post_id, revision.number), "its text is not the one that was sealed")


def _changed_pictures(using: str) -> Iterator[Mismatch]:
    sealed = Image.objects.using(using).filter(uses__revision__isnull=False).distinct()
    for image in sealed.order_by("pk").iterator(chunk_size=200):
        if not image.is_intact:
            yield Mismatch(f"picture {image.digest}", "its file is not there, or not the one that was sealed")


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


def _told(pointer: str) -> str:
    return {"live_revision": "what readers see", "scheduled_revision": "what readers are to see"}[pointer]


def _name(post_id: int, number: int) -> str:
    return f"post {post_id}, revision {number}"
