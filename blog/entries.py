"""What a list shows of each post, for a whole page of posts at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from .models import Author, Edition, Image, Post, Revision, Tag, Tagging


@dataclass(frozen=True)
class Entry:
    """A post as it stands in a list. `author` is where its byline leads, for those who have a page."""

    post: Post
    revision: Revision
    author: Author | None
    tags: list[Tag] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self.post.get_absolute_url()

    @property
    def facts(self) -> list[object]:
        """What it shows besides the post itself, in plain values."""
        cover = self.revision.cover_picture
        tags = [[tag.name, tag.slug] for tag in self.tags]
        return [self.author.slug if self.author else "", tags, cover.srcset if cover else ""]

    @property
    def published_at(self) -> datetime | None:
        return self.post.published_at


def entries_of(posts: Iterable[Post]) -> list[Entry]:
    """Return the entries of these posts, which came `for_entries()`. So many queries, however many posts.

    A post whose time has ended since it was found is left out.
    """
    shown = [(post, revision) for post in posts if (revision := post.current_revision)]
    revisions = [revision for _, revision in shown]
    pages = Author.objects.with_a_page().filter(user__in={revision.author_id for revision in revisions})
    authors: dict[int | None, Author] = {author.user_id: author for author in pages}
    tags = Tagging.objects.tags_of(revisions)
    Image.objects.set_covers(revisions)
    Edition.objects.set_image_counts(revisions)
    return [Entry(post, revision, authors.get(revision.author_id), tags[revision.pk]) for post, revision in shown]
