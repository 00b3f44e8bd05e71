"""A desk with many posts on it, put there at once: the verbs would take minutes."""

from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from accounts.models import User
from blog.models import Approval, Post, Revision, RevisionWriter
from blog.status import Status

STANDINGS = ("draft", "returned", "waiting", "scheduled", "live", "archived")


def fill_desk(count: int, author: User, admin: User) -> None:
    """Add so many posts of this author, as many of each standing."""
    start = Post.objects.count()
    posts = [_post(number, author) for number in range(start, start + count)]
    Post.objects.bulk_create(posts)
    revisions = Revision.objects.bulk_create(_revision(post, author) for post in posts)
    RevisionWriter.objects.bulk_create(RevisionWriter(revision=revision, user=author) for revision in revisions)
    Approval.objects.bulk_create(
        Approval(revision=revision, by=admin, is_own_words=False, is_second_person_asked_for=False)
        for revision in revisions
    )
    _stand("returned", returned_reason="Shorter, please.")
    _stand("waiting", status=Status.IN_REVIEW, submitted_revision=_newest(), submitted_at=timezone.now())
    tomorrow = timezone.now() + timedelta(days=1)
    _stand(
        "scheduled",
        status=Status.PUBLISHED,
        scheduled_revision=_newest(),
        scheduled_at=tomorrow,
        published_at=tomorrow,
    )
    _stand("live", status=Status.PUBLISHED, live_revision=_newest(), published_at=timezone.now())
    _stand("archived", status=Status.ARCHIVED)


def _stand(standing: str, **columns: Any) -> None:
    Post.objects.filter(slug__startswith=f"{standing}-", status=Status.DRAFT).update(**columns)


def _newest() -> Subquery:
    return Subquery(Revision.objects.filter(post=OuterRef("pk")).order_by("-number").values("pk")[:1])


def _post(number: int, author: User) -> Post:
    standing = STANDINGS[number % len(STANDINGS)]
    title = f"{standing} {number:04}"
    body = f"Words of {title}."
    return Post(
        slug=f"{standing}-{number:04}", author=author, writers=[author.pk], title=title, body=body, tags=["craft"]
    )


def _revision(post: Post, author: User) -> Revision:
    revision = Revision(
        post=post,
        number=1,
        title=post.title,
        body=post.body,
        slug=post.slug,
        tags=post.tags,
        author=author,
        author_name=author.name,
        word_count=4,
        created_by=author,
    )
    revision.digest = revision.computed_digest()
    return revision
