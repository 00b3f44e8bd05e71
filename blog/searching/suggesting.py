"""What else somebody may have meant: tags and authors of that name, and a query that finds more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from django.db.models import Q

from accounts.models import Person
from blog.models import Author, Post, Tag
from blog.models.label import TagSpelling, key_of
from blog.permissions import may_read_here

from .query import Query

MOST = 3
MAX_TAGS_COMPARED = 2_000


@dataclass(frozen=True)
class Suggestions:
    """Nothing in them is of a post that this person may not read."""

    tags: list[Tag] = field(default_factory=list)
    authors: list[Author] = field(default_factory=list)
    similar_tags: list[Tag] = field(default_factory=list)


def suggestions(person: Person, query: Query, *, is_nothing_found: bool) -> Suggestions:
    """Return what is named as what was typed; where nothing was found, tags that are spelled nearly so, too."""
    names = _names(query)
    if not names:
        return Suggestions()
    posts = Post.objects.live().visible_to(person)
    spelled = TagSpelling.objects.filter(key__in=[key_of(name) for name in names]).values("tag")
    tags = [tag for tag in Tag.objects.filter(pk__in=spelled).order_by("name")[:MOST] if posts.tagged(tag).exists()]
    named = Q()
    for name in names:
        named |= Q(user__name__iexact=name) | Q(slug__iexact=name)
    authors = Author.objects.with_a_page().filter(named).order_by("user__name", "pk")
    return Suggestions(
        tags=tags,
        authors=[author for author in authors[:MOST] if posts.by_author(author.user).exists()],
        similar_tags=_similar(person, names, set(tags)) if is_nothing_found else [],
    )


def _names(query: Query) -> list[str]:
    """Return what may be a name: each word and phrase, and all of them together."""
    words = [part.value for part in query.wanted]
    return list(dict.fromkeys([" ".join(words), *words])) if words else []


def _similar(person: Person, names: Iterable[str], known: set[Tag]) -> list[Tag]:
    if not may_read_here(person):
        return []
    tags = {
        tag.name.casefold(): tag for tag in Tag.objects.shown(Post.objects.live()).order_by("pk")[:MAX_TAGS_COMPARED]
    }
    close = [match for name in names for match in get_close_matches(name.casefold(), tags, n=2, cutoff=0.75)]
    return [tags[name] for name in dict.fromkeys(close) if tags[name] not in known][:MOST]
