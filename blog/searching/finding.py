"""What a person finds: among what they may read, and nothing else, in one statement."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType

from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connection
from django.db.models import Q

from accounts.models import Person, User
from blog import status
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
from .matching import Matching, Ranking, Sql
from .query import Part, Query, bounds, parse
from .snippets import Marker, Piece

BACKENDS: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}
# Where more posts than this have the words, how often each has them says little, and weighing them takes long: those
# with the words in their title come first.
MANY = 2_000
NOTHING = Q(pk__in=[])


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


def found(person: Person, typed: str, *, newest: bool = False, first: int = 0, count: int = 20) -> Found:
    """Return the posts that this person may read and that have what was typed, the best or the newest first.

    Of all those in their order, `count` after the `first`. Nothing typed finds nothing.
    """
    query = parse(typed)
    if query.is_empty:
        return Found(query)
    _follow_the_clock()
    matching = _matching(query)
    keys, total = _keys(person, matching, newest=newest, first=first, count=count)
    # Asked again: it may have gone since.
    readable = Post.objects.live().visible_to(person).for_entries().in_bulk(keys)
    return Found(query, [readable[key] for key in keys if key in readable], total, matching)


def newest_of(person: Person, typed: str, *, count: int) -> PostQuerySet:
    """Return the newest of the posts that `found` finds, so many at most, for whoever goes on to choose among them."""
    query = parse(typed)
    if query.is_empty:
        return Post.objects.none()
    _follow_the_clock()
    keys, _ = _keys(person, _matching(query), newest=True, first=0, count=count)
    return Post.objects.live().visible_to(person).filter(pk__in=keys)  # Asked again, as above.


def explained(person: Person, typed: str, how: str) -> list[str]:
    """Return how the database would look for it, in its own words, line by line."""
    matching = _matching(parse(typed))
    readable = _narrowed(Post.objects.live().visible_to(person), matching.query)
    sql, values = _statement(readable, matching, _ranking(matching, newest=False) or Ranking.NONE)
    with connection.cursor() as cursor:
        cursor.execute(f"{how} {sql} LIMIT 20", values)
        return [str(row[-1]) for row in cursor.fetchall()]


def _matching(query: Query) -> Matching:
    """Return the query with the languages of what it is looked for in."""
    stemmers = SearchEntry.objects.filter(waits=False).exclude(stemmer="").values_list("stemmer", flat=True)
    return Matching(query, sorted(stemmers.distinct()))


def _follow_the_clock() -> None:
    """Let what has come be found, and what has ended not. Where that cannot be written now, the next search does it."""
    with suppress(DatabaseError):
        SearchEntry.objects.follow_the_clock()


def _keys(person: Person, matching: Matching, *, newest: bool, first: int, count: int) -> tuple[list[int], int]:
    """Return the keys of so many posts, in order, and how many there are in all."""
    readable = _narrowed(Post.objects.live().visible_to(person), matching.query)
    ranking = _ranking(matching, newest=newest)
    if ranking is None:
        return [], 0
    try:
        sql, values = _statement(readable, matching, ranking)
    except EmptyResultSet:  # Nothing is readable, or no tag has the name: Django need not ask to know.
        return [], 0
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT %s OFFSET %s", [*values, count, first])
        rows = cursor.fetchall()
        if not rows and first:  # Beyond the end: how many there are is still to be told.
            cursor.execute(f"{sql} LIMIT 1", values)
            return [], next(iter(cursor.fetchall()), (0, 0))[1]
    return [key for key, _ in rows], rows[0][1] if rows else 0


def _statement(readable: PostQuerySet, matching: Matching, ranking: Ranking) -> Sql:
    """Return one statement that looks for the words within what is readable, and counts what it finds.

    What is readable is gone through once, without being kept. What was found is kept to be counted, which takes half
    the time of a window function.
    """
    backend = BACKENDS[connection.vendor]
    within, values = _compiled(readable)
    sql = f"WITH readable (post, revision, published_at) AS NOT MATERIALIZED ({within})"
    source, conditions, order = "readable", [], ""
    if ranking is Ranking.BY_WORDS:
        hits, hit_values = backend.ranked(matching)
        sql += f", hits (hit, rank) AS MATERIALIZED ({hits})"
        values += hit_values
        source, order = "readable CROSS JOIN hits", "rank, "  # Crossed: SQLite is to go through them in this order.
        conditions.append("revision = hit")
    elif matching.wanted:
        having, having_values = backend.having_wanted(matching)
        values += having_values
        conditions.append(f"revision IN ({having})")
    if matching.unwanted:
        unwanted, unwanted_values = backend.having_unwanted(matching)
        values += unwanted_values
        conditions.append(f"revision NOT IN ({unwanted})")
    sql += f", found AS MATERIALIZED (SELECT * FROM {source} WHERE {' AND '.join(conditions) or 'TRUE'})"
    if ranking is Ranking.BY_TITLE:
        titles, title_values = backend.having_wanted_in_title(matching)
        values += title_values
        order = f"revision NOT IN ({titles}), "
    return (
        f"{sql} SELECT post, (SELECT COUNT(*) FROM found) FROM found ORDER BY {order}published_at DESC, post DESC",
        values,
    )


def _ranking(matching: Matching, *, newest: bool) -> Ranking | None:
    """Return how what has the words is put in order, or None where no text has them."""
    if newest or not matching.wanted:
        return Ranking.NONE
    with connection.cursor() as cursor:
        cursor.execute(*BACKENDS[connection.vendor].count(matching, MANY + 1))
        count = cursor.fetchone()[0]
    if not count:
        return None
    return Ranking.BY_TITLE if count > MANY else Ranking.BY_WORDS


def _compiled(readable: PostQuerySet) -> Sql:
    chosen = readable.order_by().annotate(shown=status.shown_revision()).values_list("pk", "shown", "published_at")
    sql, values = chosen.query.get_compiler(connection=connection).as_sql()
    return sql, list(values)


def _narrowed(posts: PostQuerySet, query: Query) -> PostQuerySet:
    """Return these posts as far as the filters let them through.

    They are asked of the revision that readers see, not of the rows of posts: those hold texts, and take long to read.
    """
    posts = posts.alias(shown=status.shown_revision())
    for part in query.filters:
        condition = _condition(part)
        posts = posts.exclude(condition) if part.is_unwanted else posts.filter(condition)
    return posts


def _condition(part: Part) -> Q:
    match part.kind:
        case "from" | "to":
            first, after = bounds(part.value) or (None, None)
            return Q(published_at__gte=first) if part.kind == "from" else Q(published_at__lt=after)
        case "tag":
            tags = tags_named(part.value)
            return Q(shown__in=Tagging.objects.filter(tag__in=tags).values("revision")) if tags else NOTHING
        case "series":
            series = series_named(part.value)
            return Q(shown__in=Edition.objects.filter(series__in=series).values("revision")) if series else NOTHING
        case _:
            users = users_named(part.value)
            return Q(shown__in=Edition.objects.filter(author__in=users).values("revision")) if users else NOTHING


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
