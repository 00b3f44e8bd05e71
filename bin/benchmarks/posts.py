"""Fill an empty site with posts, in bulk: the verbs would take a day for what this does in minutes.

What is put down is what the verbs would have put down, and the guards of the database look at it. Where texts, tags and
authors begin again from the first, the database copies what is there. Others may use it, after django.setup() and with
the tables there: `fill(10_000)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy as copy_of
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from math import lcm
from typing import TYPE_CHECKING, Any

from benchmarks.copied_posts import Copied, copy, copying
from benchmarks.texts import Text, name_of, texts, titles, vocabulary

if TYPE_CHECKING:
    from accounts.models import User
    from blog.models import Edition, HistoryEntry, Post, Revision, Tag

__all__ = ["fill", "vocabulary"]

BATCH = 250
COPIES_AT_ONCE = 2_500
DIFFERENT_TEXTS = 200
TAGS_A_POST = 3
POSTS_A_SERIES = 10
# However many there are, they came out in these ten years.
FIRST_DAY, YEARS = datetime(2015, 1, 1, tzinfo=UTC), timedelta(days=3650)
HOUR, DAY, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)
BUSY = datetime(2018, 5, 1, tzinfo=UTC), datetime(2018, 6, 1, tzinfo=UTC)
# Where those stand that are not published, in turn.
STANDINGS = (
    "draft",
    "in_review",
    "draft",
    "returned",
    "in_review",
    "draft",
    "claimed",
    "scheduled",
    "in_review",
    "draft",
)


@dataclass
class Planned:
    """A post that is to be put down."""

    number: int
    standing: str
    text: Text
    title: str
    author: User
    admin: User
    tags: list[Tag]
    series: str
    at: datetime
    post: Post = field(init=False)
    revision: Revision | None = field(init=False, default=None)

    @property
    def slug(self) -> str:
        return f"post-{self.number}"

    @property
    def is_approved(self) -> bool:
        return self.standing in ("published", "scheduled")


def fill(
    count: int,
    *,
    tag_count: int = 20,
    author_count: int = 5,
    word_count: int = 1_000,
    series_count: int = 20,
    unpublished: int | None = None,
    text_count: int = DIFFERENT_TEXTS,
    people: Sequence[User] = (),
    desk_of: User | None = None,
) -> None:
    """Add so many published posts, and `unpublished` others on the desk: one for a hundred, where nothing is said.

    `people` are among the authors, of whom there are `author_count`. What is on the desk is of all of
    them, or of `desk_of` alone.
    """
    from django.db import connection

    from blog.models import Author, Edition, Revision, Tag

    writers = [*people, *(_author(number) for number in range(len(people), author_count))][:author_count]
    admin = _person("bench-admin", "Admin", ["admin"])
    for writer in writers:
        Author.objects.of(writer)
    labels = [Tag.objects.named(f"topic {number}") for number in range(tag_count)]
    pool = texts(min(text_count, count), word_count)
    desk = count // 100 if unpublished is None else unpublished
    planned = _planned(count, desk, pool, writers, admin, labels, min(series_count, count // POSTS_A_SERIES), desk_of)
    originals = min(count, lcm(len(pool), tag_count, author_count))
    with _unlogged(), _in_bulk(connection):
        _put_down_all(islice(planned, originals))
        _copy_all(islice(planned, count - originals), originals)
        _put_down_all(planned)
    assert not Edition.objects.exclude(revision__in=Revision.objects.all()).exists()  # noqa: S101


def _author(number: int) -> User:
    return _person(f"bench-{number}", f"Author {number}", ["editor"])


def _person(subject: str, name: str, roles: list[str]) -> User:
    from accounts.models import User

    email = f"{subject}@example.com"
    told = {"name": name, "email": email, "known_roles": roles, "roles_known_at": FIRST_DAY}
    return User.objects.get_or_create(subject=subject, defaults=told)[0]


def _planned(
    posts: int,
    desk: int,
    pool: list[Text],
    writers: list[User],
    admin: User,
    labels: list[Tag],
    series: int,
    desk_of: User | None,
) -> Iterator[Planned]:
    """Yield the published ones from the oldest on, then those on the desk."""
    stretch = posts // series if series else posts + 1
    for number, title in zip(range(posts + desk), titles(3), strict=False):
        is_on_desk, place_on_desk = number >= posts, number - posts
        place = number % stretch
        yield Planned(
            number=number,
            standing=STANDINGS[place_on_desk % len(STANDINGS)] if is_on_desk else "published",
            text=pool[number * 7 % len(pool)],
            title=f"{title} {name_of(number)}",
            author=desk_of if is_on_desk and desk_of else writers[number % len(writers)],
            admin=admin,
            tags=[labels[(number * 11 + step * step) % len(labels)] for step in range(min(TAGS_A_POST, len(labels)))],
            series=f"Series {number // stretch}" if place < POSTS_A_SERIES and not is_on_desk and series else "",
            at=FIRST_DAY + YEARS + HOUR * place_on_desk
            if is_on_desk
            else _in_time(FIRST_DAY + YEARS * (number / posts)),
        )


def _in_time(at: datetime) -> datetime:
    """Return when it came out: what would have in the months about BUSY came in that month, so that its archive is long."""
    begins, ends = BUSY
    if not begins - 2 * MONTH <= at < ends + 2 * MONTH:
        return at
    return begins + (at - begins + 2 * MONTH) * ((ends - begins) / (ends - begins + 4 * MONTH))


@contextmanager
def _unlogged() -> Iterator[None]:
    """Keep no statement: with DEBUG on, Django would hold the texts of all of them."""
    from django.conf import settings

    was, settings.DEBUG = settings.DEBUG, False
    try:
        yield
    finally:
        settings.DEBUG = was


@contextmanager
def _in_bulk(connection: Any) -> Iterator[None]:
    """Have the database wait for no disk meanwhile, and gather more before it writes. Then all is as it was before."""
    with connection.cursor() as cursor:
        put_back = _postgresql_in_bulk(cursor) if connection.vendor == "postgresql" else _sqlite_in_bulk(cursor)
        try:
            yield
        finally:
            for statement in put_back:
                cursor.execute(statement)
    connection.close()  # The next one begins as it should be.


def _sqlite_in_bulk(cursor: Any) -> list[str]:
    """Return what ends it."""
    cursor.execute("PRAGMA synchronous = OFF")
    cursor.execute("PRAGMA cache_size = -200000")
    cursor.execute("INSERT INTO blog_search (blog_search, rank) VALUES ('hashsize', 67108864)")
    return ["INSERT INTO blog_search (blog_search, rank) VALUES ('hashsize', 1048576)"]


def _postgresql_in_bulk(cursor: Any) -> list[str]:
    """Return what ends it, and builds the index of words anew."""
    cursor.execute("SET synchronous_commit = off")
    # Keys are looked up by plans that were made while the tables were small, and would go through them as they grow.
    cursor.execute("SET enable_seqscan = off")
    cursor.execute("SET jit = off")
    cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '%USING gin%'")
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    return ["SET maintenance_work_mem = '512MB'", *(definition for _, definition in indexes)]


def _put_down_all(planned: Iterator[Planned]) -> None:
    while batch := list(islice(planned, BATCH)):
        _put_down(batch)


def _copy_all(planned: Iterator[Planned], originals: int) -> None:
    """Have these copied from those that were put down last, which are so many."""
    from django.db import connection, transaction

    first_pk, analyzed = _last_keys()[0] - originals + 1, 0
    with connection.cursor() as cursor, copying(cursor, connection.vendor):
        while batch := list(islice(planned, COPIES_AT_ONCE)):
            with transaction.atomic():
                copy(cursor, list(_copies(batch, first_pk, originals)))
                _reset_sequences()
            if connection.vendor == "postgresql" and batch[-1].number >= 2 * analyzed:
                cursor.execute("ANALYZE")  # Or keys are looked up by plans from when there were few.
                analyzed = batch[-1].number


def _copies(batch: list[Planned], first_pk: int, originals: int) -> Iterator[Copied]:
    from django.conf import settings

    from blog.models import Series
    from blog.terms import kept_of, stemmer_of

    series = {name: Series.objects.named(name).pk for name in {one.series for one in batch} if name}
    stemmer = stemmer_of(settings.SITE_LANGUAGE)
    post_pk, revision_pk = _last_keys()
    for step, one in enumerate(batch, 1):
        one.post = _post(one, post_pk + step)
        revision = _revision(one, revision_pk + step)
        original = first_pk + one.number % originals
        found_by = kept_of(one.title, stemmer)
        yield Copied(original, revision, series.get(one.series), found_by, one.at - 2 * DAY, one.at - DAY, one.at)


def _last_keys() -> tuple[int, int]:
    from django.db.models import Max

    from blog.models import Post, Revision

    keys = [model.objects.aggregate(last=Max("pk"))["last"] or 0 for model in (Post, Revision)]
    return keys[0], keys[1]


def _reset_sequences() -> None:
    from django.core.management.color import no_style
    from django.db import connection

    from blog.models import Post, Revision

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Post, Revision]):
            cursor.execute(statement)


def _put_down(batch: list[Planned]) -> None:
    """Put these down as the guards of the database want it: sealed, approved, and only then pointed to."""
    from django.db import transaction

    from blog.models import Approval, Edition, HistoryEntry, Post, Revision, RevisionWriter, SearchEntry, Tagging

    post_pk, revision_pk = _last_keys()
    sealed = [one for one in batch if one.standing != "draft"]
    approved = [one for one in batch if one.is_approved]
    for pk, one in enumerate(batch, post_pk + 1):
        one.post = _post(one, pk)
    for pk, one in enumerate(sealed, revision_pk + 1):
        one.revision = _revision(one, pk)
        _point(one)
    with transaction.atomic():  # Keys of posts that are still to come are looked at when this ends.
        Revision.objects.bulk_create(one.revision for one in sealed)
        RevisionWriter.objects.bulk_create(RevisionWriter(revision=one.revision, user=one.author) for one in sealed)
        Approval.objects.bulk_create(_approval(one) for one in approved)
        Post.objects.bulk_create(one.post for one in batch)
        editions = Edition.objects.bulk_create(_edition(one) for one in approved)
        Tagging.objects.bulk_create(
            Tagging(post=one.post, revision=one.revision, tag=tag, position=position)
            for one in approved
            for position, tag in enumerate(one.tags)
        )
        HistoryEntry.objects.bulk_create(entry for one in batch for entry in _history(one))
        SearchEntry.objects.bulk_create(map(_search_entry, editions, approved))
        _reset_sequences()


def _post(one: Planned, pk: int) -> Post:
    from blog.markup import RENDERER_VERSION
    from blog.models import Post
    from blog.status import Status

    is_waiting = one.standing in ("in_review", "claimed")
    status = Status.PUBLISHED if one.is_approved else Status.IN_REVIEW if is_waiting else Status.DRAFT
    return Post(
        pk=pk,
        slug=one.slug,
        title=one.title,
        body=one.text.body,
        html=one.text.html,
        html_version=1,
        html_renderer=RENDERER_VERSION,
        author=one.author,
        tags=[tag.name for tag in one.tags],
        series=one.series,
        writers=[one.author.pk],
        status=status,
        created_at=one.at - DAY,
        updated_at=one.at - DAY,
        returned_reason="Say it in fewer words." if one.standing == "returned" else "",
    )


def _revision(one: Planned, pk: int) -> Revision:
    from blog.markup import RENDERER_VERSION
    from blog.models import Revision

    post = one.post
    revision = Revision(
        **{field: getattr(post, field) for field in ("slug", "title", "body", "html", "tags", "series", "author")},
        pk=pk,
        post=post,
        number=1,
        excerpt=one.text.excerpt,
        author_name=one.author.name,
        renderer_version=RENDERER_VERSION,
        word_count=one.text.word_count,
        created_by=one.author,
        created_at=one.at - DAY,
        seal_form=max(Revision.SEALED_FIELDS),
    )
    revision.digest = revision.computed_digest()
    return revision


def _point(one: Planned) -> None:
    """Have the post point to its revision, as where it stands wants it."""
    post = one.post
    match one.standing:
        case "published":
            post.live_revision, post.live_since, post.published_at = one.revision, one.at, one.at
        case "scheduled":
            post.scheduled_revision, post.scheduled_at = one.revision, _next_year(one)
            post.published_at = post.scheduled_at
        case "in_review" | "claimed":
            post.submitted_revision, post.submitted_at = one.revision, one.at - DAY
    if one.standing == "claimed":
        post.claimed_by, post.claimed_at = one.admin, one.at


def _next_year(one: Planned) -> datetime:
    return datetime.now(UTC) + timedelta(days=365, minutes=one.number % 10_000)


def _approval(one: Planned) -> Any:
    from blog.models import Approval

    return Approval(
        revision=one.revision, by=one.admin, at=one.at, is_own_words=False, is_second_person_asked_for=False
    )


def _edition(one: Planned) -> Edition:
    from blog.models import MAKER_VERSION, Edition, Series

    return Edition(
        revision=one.revision,
        post=one.post,
        author=one.author,
        series=Series.objects.named(one.series) if one.series else None,
        feed_html=one.text.for_feeds(one.post.get_absolute_url()),
        changes_text=False,
        maker=MAKER_VERSION,
        **one.text.edition,
    )


def _search_entry(edition: Edition, one: Planned) -> Any:
    from blog.models import SearchEntry

    without_text = copy_of(edition)
    without_text.text = ""  # Its words are known already.
    entry = SearchEntry.objects.of(without_text, waits=one.standing == "scheduled")
    entry.text = one.text.found_by
    return entry


def _history(one: Planned) -> Iterable[HistoryEntry]:
    from blog.doors import Door
    from blog.models import HistoryEntry

    def entry(verb: str, by: User, steps: tuple[str, str], at: datetime, **told: Any) -> HistoryEntry:
        known = {"post": one.post, "from_status": steps[0], "to_status": steps[1], "door": Door.PAGE}
        return HistoryEntry(verb=verb, by=by, at=at, **known, **told)

    yield entry("write", one.author, ("draft", "draft"), one.at - 2 * DAY)
    if one.revision is None:
        return
    sealed = {"revision": one.revision}
    yield entry("submit", one.author, ("draft", "in_review"), one.at - DAY, **sealed)
    match one.standing:
        case "published":
            yield entry("publish", one.admin, ("in_review", "published"), one.at, **sealed)
        case "scheduled":
            told = {**sealed, "takes_effect_at": one.post.scheduled_at}
            yield entry("schedule", one.admin, ("in_review", "published"), one.at, **told)
        case "returned":
            note = one.post.returned_reason
            yield entry("request_changes", one.admin, ("in_review", "draft"), one.at, note=note, **sealed)
        case "claimed":
            yield entry("claim", one.admin, ("in_review", "in_review"), one.at, **sealed)
