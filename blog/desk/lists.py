"""The lists of the desk, as a table: which posts are on each, which text of theirs it is about, and in what order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, F, OrderBy, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower

from accounts.models import Person
from blog.models import HistoryEntry, Post, PostQuerySet
from blog.permissions import may_review, may_write
from blog.status import Status, live

# Where a text stands: of the working copy, of what waits, of what is to go live, of what readers see.
WORKING_COPY, SUBMITTED, SCHEDULED, LIVE = "", "submitted_revision__", "scheduled_revision__", "live_revision__"

# Selected when asked, because what is live changes with the clock.
STANDINGS: dict[str, tuple[str, Callable[[], Q]]] = {
    "drafts": ("Drafts", lambda: Q(status=Status.DRAFT, returned_reason="")),
    "returned": ("Returned", lambda: Q(status=Status.DRAFT) & ~Q(returned_reason="")),
    "waiting": ("In review", lambda: Q(status=Status.IN_REVIEW)),
    "scheduled": ("Scheduled", lambda: Q(scheduled_at__isnull=False)),
    "live": ("Live", live),
    "archived": ("Archived", lambda: Q(status=Status.ARCHIVED)),
}

ORDERS = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "soonest": "Soonest first",
    "latest": "Latest first",
    "largest": "Largest first",
    "title": "By title",
}

SORTED = ("largest", "title")  # By what no index has.

EVER = datetime(1970, 1, 1, tzinfo=UTC)
# What comes next: a constraint sees to it that nothing ends before it begins.
NEXT = Coalesce("scheduled_at", "unpublish_at")
SIZE = Coalesce(
    F("submitted_revision__words_added") + F("submitted_revision__words_removed"), F("submitted_revision__word_count")
)


@dataclass(frozen=True)
class DeskList:
    """One list: what is on it, the texts it is about, and what can be done there with many posts at once."""

    key: str
    title: str
    which: Callable[[], Q]
    empty: str
    when: str | Coalesce = "updated_at"
    texts: tuple[str, ...] = (WORKING_COPY,)
    orders: tuple[str, ...] = ("newest", "oldest", "title")
    row: str = "post"
    opens: str = "desk:post"
    many: tuple[str, ...] = ()
    is_own: bool = True
    has_standings: bool = False

    @property
    def template(self) -> str:
        return f"blog/desk/rows/{self.row}.html"

    def is_for(self, person: Person) -> bool:
        return may_write(person) if self.is_own else may_review(person)

    def posts(self, person: Person) -> PostQuerySet:
        return self.all_of(person).filter(self.which())

    def all_of(self, person: Person) -> PostQuerySet:
        """Return the posts among which it selects: one's own, or all that a reviewer may know of."""
        posts = Post.objects.visible_to(person)
        return posts.filter(author=person.pk) if self.is_own else posts

    def ordered(self, posts: PostQuerySet, order: str = "") -> PostQuerySet:
        when = F(self.when) if isinstance(self.when, str) else self.when
        by: dict[str, list[OrderBy]] = {
            "newest": [when.desc(), F("pk").desc()],
            "oldest": [when.asc(), F("pk").asc()],
            "soonest": [when.asc(), F("pk").asc()],
            "latest": [when.desc(), F("pk").desc()],
            "largest": [SIZE.desc(), F("pk").asc()],
            "title": [Lower(self._title).asc(), F("pk").asc()],
        }
        return posts.order_by(*by[order or self.orders[0]])

    def with_rows(self, posts: PostQuerySet) -> PostQuerySet:
        """With what the rows of this list show."""
        match self.row:
            case "returned":
                posts = posts.annotate(returned_at=returned_at())
            case "waiting":
                posts = posts.annotate(place=place_in_queue(), queue_length=_count_of(queue()))
        posts = posts.for_desk(*(text.removesuffix("__") for text in self.texts if text))
        # Not joined: SQLite would begin with the few authors, and read every post of theirs.
        return posts if self.is_own or WORKING_COPY not in self.texts else posts.prefetch_related("author")

    @property
    def _title(self) -> F | Coalesce:
        titles = [F(f"{text}title") for text in self.texts]
        return titles[0] if len(titles) == 1 else Coalesce(*titles)


OWN_LISTS = [
    DeskList("mine", "All", Q, "Nothing yet. What you write is kept here from the first word on.", has_standings=True),
    DeskList(
        "drafts",
        *STANDINGS["drafts"],
        "No drafts. Start writing whenever you like.",
        row="draft",
        opens="desk:edit",
        many=("archive",),
    ),
    DeskList(
        "returned",
        *STANDINGS["returned"],
        "Nothing came back to you.",
        row="returned",
        opens="desk:edit",
        many=("archive",),
    ),
    DeskList(
        "waiting",
        *STANDINGS["waiting"],
        "Nothing of yours waits for review.",
        row="waiting",
        when="submitted_at",
        texts=(SUBMITTED,),
        orders=("oldest", "newest", "title"),
        many=("withdraw",),
    ),
    DeskList(
        "scheduled",
        *STANDINGS["scheduled"],
        "Nothing of yours is scheduled.",
        row="scheduled",
        when="scheduled_at",
        texts=(SCHEDULED,),
        orders=("soonest", "latest", "title"),
    ),
    DeskList(
        "live",
        *STANDINGS["live"],
        "What an admin publishes of yours shows up here.",
        row="live",
        when="published_at",
        texts=(LIVE,),
    ),
    DeskList("archived", *STANDINGS["archived"], "Your archive is empty.", row="draft", many=("unarchive",)),
]
REVIEW_LISTS = [
    DeskList(
        "queue",
        "For review",
        STANDINGS["waiting"][1],
        "Nothing waits. What editors submit arrives here, oldest first.",
        when="submitted_at",
        texts=(SUBMITTED,),
        orders=("oldest", "newest", "largest", "title"),
        row="queue",
        opens="desk:review",
        many=("claim", "unclaim"),
        is_own=False,
    ),
    DeskList(
        "coming-up",
        "Coming up",
        # At any time: asked whether there is one, SQLite would go through all posts.
        lambda: Q(scheduled_at__gte=EVER) | Q(unpublish_at__gte=EVER),
        "Nothing is scheduled, and nothing live is to end.",
        when=NEXT,
        texts=(SCHEDULED, LIVE),
        orders=("soonest", "latest", "title"),
        row="scheduled",
        many=("unschedule",),
        is_own=False,
    ),
    DeskList(
        "published",
        "Published",
        live,
        "Nothing is published yet.",
        when="published_at",
        texts=(LIVE,),
        row="live",
        is_own=False,
    ),
    DeskList("everything", "All posts", Q, "Nobody has written anything yet.", is_own=False, has_standings=True),
]
LISTS = {one.key: one for one in (*OWN_LISTS, *REVIEW_LISTS)}


def returned_at() -> Subquery:
    """Return when a post was last given back to its author, to annotate with."""
    returns = HistoryEntry.objects.filter(post=OuterRef("pk"), verb="request_changes").order_by("-pk")
    return Subquery(returns.values("at")[:1])


def queue() -> PostQuerySet:
    """Return what waits for review, in the order in which it is read."""
    return Post.objects.in_review().order_by("submitted_at", "pk")


def place_in_queue() -> Subquery:
    """Return how many posts wait up to this one, to annotate with; nothing where it does not wait."""
    sooner = Q(submitted_at__lt=OuterRef("submitted_at"))
    as_soon = Q(submitted_at=OuterRef("submitted_at"), pk__lte=OuterRef("pk"))
    return _count_of(queue().filter(sooner | as_soon))


def _count_of(posts: PostQuerySet) -> Subquery:
    return Subquery(posts.order_by().values("status").annotate(count=Count("pk")).values("count"))
