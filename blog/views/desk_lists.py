"""What waits for whom on the desk: its lists, each with the titles of the texts that it is about."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse

from accounts.models import Person
from blog.models import Post, PostQuerySet, Revision
from blog.permissions import may_review, may_write
from blog.status import Status

LIST_LIMIT = 100
RECENT_LIMIT = 20

OWN_LISTS = {
    "returned": ("Returned to you", Q(status=Status.DRAFT) & ~Q(returned_reason=""), ""),
    "drafts": ("Drafts", Q(status=Status.DRAFT, returned_reason=""), "No drafts. Start writing."),
    "in_review": ("In review", Q(status=Status.IN_REVIEW), "Nothing of yours waits for review."),
    "published": ("Published", Q(status=Status.PUBLISHED), "What an admin publishes of yours shows up here."),
    "archived": ("Archived", Q(status=Status.ARCHIVED), ""),
}


@dataclass(frozen=True)
class Row:
    """A post on a list, under the title of the text that the list is about."""

    post: Post
    title: str
    url: str


@dataclass(frozen=True)
class Section:
    """One list on the desk, how many more there are, and what to say where it is empty."""

    key: str
    title: str
    rows: list[Row]
    hint: str
    more: int = 0

    @property
    def total(self) -> int:
        return len(self.rows) + self.more


def sections_for(person: Person) -> list[Section]:
    posts = Post.objects.visible_to(person)
    review = _review_sections(posts) if may_review(person) else []
    own = _own_sections(posts.filter(author=person.pk)) if may_write(person) else []
    return review + own


def _review_sections(posts: PostQuerySet) -> list[Section]:
    """What admins read: sealed words, and never those that were typed since."""
    waiting = posts.in_review()
    queue = [
        _row(post, post.submitted_revision, "desk:review")
        for post in waiting.for_lists().order_by("submitted_at")[:LIST_LIMIT]
    ]
    recent = [
        _row(post, post.current_revision, "desk:post")
        for post in posts.live().for_lists().newest_first()[:RECENT_LIMIT]
    ]
    hint = "Nothing waits. What editors submit arrives here, oldest first."
    return [
        Section("queue", "For review", queue, hint, more=waiting.count() - len(queue)),
        Section("recent", "Recently published", recent, "Nothing is published yet."),
    ]


def _own_sections(posts: PostQuerySet) -> list[Section]:
    totals = posts.aggregate(**{key: Count("pk", filter=which) for key, (_, which, _) in OWN_LISTS.items()})
    sections = []
    for key, (title, which, hint) in OWN_LISTS.items():
        newest = posts.filter(which).for_lists().order_by("-updated_at", "-pk")[:LIST_LIMIT]
        rows = [_row(post, None, "desk:post") for post in newest]
        sections.append(Section(key, title, rows, hint, more=totals[key] - len(rows)))
    return sections


def _row(post: Post, revision: Revision | None, view: str) -> Row:
    return Row(post, (revision or post).title or "Untitled", reverse(view, args=[post.pk]))
