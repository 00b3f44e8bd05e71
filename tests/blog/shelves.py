"""Many posts before readers, put there at once: the verbs would take minutes."""

from datetime import UTC, datetime, timedelta

from accounts.models import User
from blog.models import Approval, Edition, Image, Post, Revision
from blog.status import Status


def fill_shelf(count: int, author: User, admin: User, cover: Image | None = None) -> None:
    """Publish so many posts of this author, an hour apart from 1 November 2025 on, each with two tags and in a series."""
    start = Post.objects.count()
    titles = [f"Shelved {number:04}" for number in range(start, start + count)]
    address = cover.get_absolute_url() if cover else ""
    posts = Post.objects.bulk_create(
        Post(slug=f"shelved-{title[-4:]}", author=author, title=title, body="Words.", status=Status.PUBLISHED)
        for title in titles
    )
    revisions = [
        Revision(
            post=post,
            number=1,
            title=post.title,
            body=post.body,
            html="<p>Words.</p>",
            slug=post.slug,
            tags=["craft", "proofs"],
            excerpt="Words.",
            cover=address,
            series="A series",
            author=author,
            author_name=author.name,
            word_count=1,
            created_by=author,
            seal_form=4,
        )
        for post in posts
    ]
    for revision in revisions:
        revision.digest = revision.computed_digest()
    Revision.objects.bulk_create(revisions)
    Approval.objects.bulk_create(
        Approval(revision=revision, by=admin, is_own_words=False, is_second_person_asked_for=False)
        for revision in revisions
    )
    for revision in revisions:
        Edition.objects.make(revision)
    first = datetime(2025, 11, 1, 12, tzinfo=UTC)
    for place, revision in enumerate(revisions, start=start):
        at = first + timedelta(hours=place)
        Post.objects.filter(pk=revision.post_id).update(live_revision=revision, published_at=at, live_since=at)


def fill_drawer(count: int, author: User) -> None:
    """Leave so many drafts of this author on the desk, which nobody has looked at."""
    start = Post.objects.count()
    Post.objects.bulk_create(
        Post(slug=f"drawn-{number}", author=author, title=f"Drawn {number}", body="Words.", writers=[author.pk])
        for number in range(start, start + count)
    )
