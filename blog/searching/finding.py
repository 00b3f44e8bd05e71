"""What a person finds: among what they may read, and nothing else, in one statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.models import Person, User
from blog import status
from blog.long_lists import counted
from blog.models import (
    Author,
    Edition,
    FormerHandle,
    FormerTagSlug,
    Post,
    PostQuerySet,
    Revision,
    SearchEntry,
    Series,
    Tag,
    Tagging,
)
from blog.models.label import TagSpelling, key_of
from blog.slugs import slug_of

from . import postgresql, sqlite
from .matching import Matching, Sql
from .query import Part, Query, bounds, parse
from .snippets import Marker, Piece

BACKENDS: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}
# So many are looked at, those that were sealed last: to put all in order that have a common word takes long, and nobody
# reads them.
MANY = 1_000
# From one language to the next in the index, where DISTINCT would go through all posts.
NEXT_LANGUAGE = "SELECT MIN(stemmer) FROM blog_searchentry WHERE waits = FALSE AND stemmer >"
LANGUAGES = (
    f"WITH RECURSIVE known (stemmer) AS ({NEXT_LANGUAGE} '' UNION ALL "
    f"SELECT ({NEXT_LANGUAGE} known.stemmer) FROM known WHERE known.stemmer IS NOT NULL) "
    "SELECT stemmer FROM known WHERE stemmer IS NOT NULL"
)


@dataclass(frozen=True)
class Hit:
    """A post that was found, and where in it."""

    post: Post
    revision: Revision
    title: list[Piece]
    snippet: list[Piece]


@dataclass(frozen=True)
class Found:
    query: Query
    posts: list[Post] = field(default_factory=list)
    total: int = 0
    goes_on: bool = False  # Whether there are more than were looked at.
    matching: Matching = field(default_factory=lambda: Matching(Query(), []))

    @cached_property
    def hits(self) -> list[Hit]:
        """The posts, each with the words that were found in it, taken from what readers see of it."""
        shown = [(post, post.current_revision) for post in self.posts]
        editions = Edition.objects.filter(revision__in=[revision for _, revision in shown if revision])
        texts = dict(editions.values_list("revision", "text"))
        marker = Marker(self.matching)
        return [
            Hit(post, revision, marker.marked(revision.title), marker.snippet(texts.get(revision.pk, "")))
            for post, revision in shown
            if revision is not None
        ]


class Keys(NamedTuple):
    """The keys of some posts, how many there are in all of what was looked at, and whether there are more."""

    these: Sequence[int] = ()
    total: int = 0
    goes_on: bool = False


def found(person: Person, typed: str, *, newest: bool = False, first: int = 0, count: int = 20) -> Found:
    """Return the posts that this person may read and that have what was typed, the best or the newest first.

    Of all those in their order, `count` after the `first`. Nothing typed finds nothing.
    """
    query = parse(typed)
    if query.is_empty:
        return Found(query)
    _follow_the_clock()
    matching = _matching(query)
    keys = _keys(person, matching, newest=newest, first=first, count=count)
    # Asked again: it may have gone since.
    readable = Post.objects.live().visible_to(person).for_entries().in_bulk(keys.these)
    posts = [readable[key] for key in keys.these if key in readable]
    return Found(query, posts, keys.total, keys.goes_on, matching)


def newest_of(person: Person, typed: str, *, count: int) -> PostQuerySet:
    """Return the newest of the posts that `found` finds, so many at most, for whoever goes on to choose among them."""
    query = parse(typed)
    if query.is_empty:
        return Post.objects.none()
    _follow_the_clock()
    keys = _keys(person, _matching(query), newest=True, first=0, count=count)
    return Post.objects.live().visible_to(person).filter(pk__in=keys.these)  # Asked again, as above.


def explained(person: Person, typed: str, how: str) -> list[str]:
    """Return how the database would look for it, in its own words, line by line."""
    matching = _matching(parse(typed))
    within = _within(matching.query)
    sql, values = _statement(person, matching, within, _cut(matching, within), newest=False)
    with connection.cursor() as cursor:
        cursor.execute(f"{how} {sql} LIMIT 20", values)
        return [str(row[-1]) for row in cursor.fetchall()]


def _matching(query: Query) -> Matching:
    """Return the query with the languages of what it is looked for in."""
    with connection.cursor() as cursor:
        cursor.execute(LANGUAGES)
        return Matching(query, [stemmer for (stemmer,) in cursor.fetchall()])


def _follow_the_clock() -> None:
    """Let what has come be found, and what has ended not. Where that cannot be written now, the next search does it."""
    with suppress(DatabaseError):
        SearchEntry.objects.follow_the_clock()


def _keys(person: Person, matching: Matching, *, newest: bool, first: int, count: int) -> Keys:
    """Return the keys of so many posts, in order, and how many there are in all."""
    count = max(0, min(count, MANY - first))
    if not matching.wanted:
        return _without_words(person, matching, first, count)
    try:
        within = _within(matching.query)
    except EmptyResultSet:  # No tag has the name: Django need not ask to know.
        return Keys()
    cut = _cut(matching, within)
    goes_on = cut is not None
    try:
        sql, values = _statement(person, matching, within, cut, newest=newest)
    except EmptyResultSet:  # Nothing is readable.
        return Keys()
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT %s OFFSET %s", [*values, count, first])
        rows = cursor.fetchall()
        if not rows and first:  # Beyond the end: how many there are is still to be told.
            cursor.execute(f"{sql} LIMIT 1", values)
            return Keys([], next(iter(cursor.fetchall()), (0, 0))[1], goes_on)
    return Keys([key for key, _ in rows], rows[0][1] if rows else 0, goes_on)


def _without_words(person: Person, matching: Matching, first: int, count: int) -> Keys:
    """Look for what only filters, and words that are not to be in it, tell of: the newest first."""
    posts = _narrowed(Post.objects.live().visible_to(person), matching.query)
    if matching.unwanted:
        unwanted = RawSQL(*BACKENDS[connection.vendor].having_unwanted(matching))  # noqa: S611 — words are values in it.
        posts = posts.exclude(Q(shown__in=unwanted))
    keys = list(posts.newest_first().values_list("pk", flat=True)[first : first + count])
    total = counted(posts, MANY)
    return Keys(keys, min(total, MANY), total > MANY)


def _cut(matching: Matching, within: Sql) -> list[int] | None:
    """Return the revisions that are looked at, where there are more that have the words; None where those are all."""
    sql, values = BACKENDS[connection.vendor].newest(matching, *within, MANY + 1)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        revisions = [revision for (revision,) in cursor.fetchall()]
    is_cut = len(revisions) > MANY or None in revisions
    return [revision for revision in revisions[:MANY] if revision is not None] if is_cut else None


def _statement(person: Person, matching: Matching, within: Sql, cut: list[int] | None, *, newest: bool) -> Sql:
    """Return one statement that looks for the words, narrows that to what is readable, and counts what it finds.

    From what has the words it goes to the posts, by the revision that readers see. What was found is kept to be
    counted, which takes half the time of a window function.
    """
    backend = BACKENDS[connection.vendor]
    posts, has_come = Post.objects.live().visible_to(person), Q(scheduled_at__lte=timezone.now())
    readable, values = _compiled(posts.exclude(has_come), "pk", "live_revision", "published_at")
    come, come_values = _compiled(posts.filter(has_come), "pk", "scheduled_revision", "published_at")
    hits, hit_values = backend.hits(matching, *within, is_ranked=not newest) if cut is None else backend.these(cut)
    found = " UNION ALL ".join(
        # Crossed: SQLite is to go through them in this order. With a sign before it, it looks for the few that have come
        # by their time: else it makes a filter of all posts to look for their revisions.
        f"SELECT post, revision, published_at, rank FROM hits CROSS JOIN {source} WHERE {revision} = hit"
        for source, revision in (("readable", "revision"), ("come", "+revision"))
    )
    sql = (
        f"WITH readable (post, revision, published_at) AS NOT MATERIALIZED ({readable}), "
        f"come (post, revision, published_at) AS NOT MATERIALIZED ({come}), "
        f"hits (hit, rank) AS MATERIALIZED ({hits}), found AS MATERIALIZED ({found})"
    )
    values = [*values, *come_values, *hit_values]
    order = "rank, "
    if cut and not newest:
        # How often each has the words says little where so many have them.
        titles, title_values = backend.having_wanted_in_title(matching, cut)
        values += title_values
        order = f"revision NOT IN ({titles}), "
    return (
        f"{sql} SELECT post, (SELECT COUNT(*) FROM found) FROM found ORDER BY {order}published_at DESC, post DESC",
        values,
    )


def _compiled(posts: QuerySet[Any, Any], *columns: str) -> Sql:
    chosen = posts.order_by().values_list(*columns)
    sql, values = chosen.query.get_compiler(connection=connection).as_sql()
    return sql, list(values)


def _within(query: Query) -> Sql:
    """Return what the filters ask of a revision, to go on with after other conditions. Raises EmptyResultSet.

    Each is asked of every revision that has the words: what a filter lets through may be most of the site.
    """
    conditions, values = "", []
    revision = RawSQL(BACKENDS[connection.vendor].REVISION_FOUND, [])  # noqa: S611 — the name of a column.
    for part in query.filters:
        if part.is_date:
            which = Q(live_revision=revision) | Q(scheduled_revision=revision)
            rows: QuerySet[Any, Any] = _came_out(Post.objects.live().filter(which), part)
        else:
            rows = _labelled(part).filter(revision=revision)
        try:
            sql, own_values = _compiled(rows, "pk")
        except EmptyResultSet:
            if part.is_unwanted:
                continue
            raise
        conditions += f" AND {'NOT ' if part.is_unwanted else ''}EXISTS ({sql})"
        values += own_values
    return conditions, values


def _labelled(part: Part) -> QuerySet[Any, Any]:
    """Return the rows that say which revisions have a label. They need not be those that readers see."""
    rows: type[Tagging | Edition] = Tagging if part.kind == "tag" else Edition
    return rows.objects.filter(**{f"{part.kind}__in": _named(part)})


def _came_out(posts: PostQuerySet, part: Part) -> PostQuerySet:
    first, after = bounds(part.value) or (None, None)
    return posts.between(first=first) if part.kind == "from" else posts.between(end=after)


def _narrowed(posts: PostQuerySet, query: Query) -> PostQuerySet:
    """Return these posts as far as the filters let them through.

    One label leads, whose posts an index has, newest first. What else there is, is asked of each of them.
    """
    labels = [part for part in query.filters if not part.is_date]
    leading = next((part for part in labels if not part.is_unwanted and len(_named(part)) == 1), None)
    if leading:
        posts = LEADING[leading.kind](posts, _named(leading)[0])
    for part in query.filters:
        posts = _came_out(posts, part) if part.is_date else posts
    posts = posts.alias(shown=status.shown_revision())
    for part in labels:
        if part is not leading:
            has_label = Exists(_labelled(part).filter(revision=OuterRef("shown")))
            posts = posts.filter(~has_label if part.is_unwanted else has_label)
    return posts


def _named(part: Part) -> list[Any]:
    return NAMED[part.kind](part.value)


def tags_named(name: str) -> list[Tag]:
    """Return the tags that this spelling, address or former address leads to."""
    spelled = TagSpelling.objects.filter(key=key_of(name)).values("tag")
    former = FormerTagSlug.objects.filter(slug=slug_of(name)).values("tag")
    return list(Tag.objects.filter(Q(pk__in=spelled) | Q(pk__in=former) | Q(slug=slug_of(name))))


def series_named(name: str) -> list[Series]:
    return list(Series.objects.filter(Q(key=key_of(name)) | Q(slug=slug_of(name))))


def users_named(name: str) -> list[User]:
    """Return the authors of this address or former address, or else of this name, or else with this in their name."""
    handle = slug_of(name)
    former = FormerHandle.objects.filter(slug=handle).values("author")
    authors = Author.objects.select_related("user")
    for condition in (
        Q(slug=handle) | Q(pk__in=former),
        Q(user__name__iexact=name),
        Q(user__name__icontains=name),
    ):
        users = [author.user for author in authors.filter(condition)[:10]]
        if users:
            return users
    return []


NAMED: dict[str, Callable[[str], list[Any]]] = {"tag": tags_named, "series": series_named, "author": users_named}
LEADING: dict[str, Callable[[PostQuerySet, Any], PostQuerySet]] = {
    "tag": PostQuerySet.tagged,
    "series": PostQuerySet.in_series,
    "author": PostQuerySet.by_author,
}
