"""Posts that are about the same: they share tags, and a rare tag says more than one that half the site has.

However many posts a tag has, only its newest are looked at, so the time this takes does not grow with the site.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import OuterRef, Q, Subquery

from accounts.models import Person
from blog import status
from blog.models import Post, Revision, Series, Tag, Tagging

LOOKED_AT = 100  # Of each tag, those written last.
MOST = 4


class OnPost(NamedTuple):
    """A tag of the post at hand, and the oldest of the posts under it that is looked at, if that is not all."""

    tag: Tag
    since: int | None


class Found(NamedTuple):
    tag: int
    post: int
    series: int | None


def tags_on(revision: Revision) -> list[OnPost]:
    """Return the tags of a revision in the order of its author."""
    under_it = Tagging.objects.filter(tag=OuterRef("tag")).order_by("-post")
    since = Subquery(under_it.values("post")[LOOKED_AT : LOOKED_AT + 1])
    taggings = Tagging.objects.filter(revision=revision).select_related("tag").annotate(since=since)
    return [OnPost(tagging.tag, vars(tagging)["since"]) for tagging in taggings.order_by("position")]


def related_to(post: Post, tags: Collection[OnPost], *, person: Person, besides: Series | None) -> list[Post]:
    """Return the posts nearest to this one by its tags, the nearest first, without those of a series."""
    if not tags:
        return []
    under = reduce(or_, (Q(tag=one.tag.pk, post__gte=one.since or 0) for one in tags))
    shown = Tagging.objects.filter(status.shown(), under).exclude(post=post).order_by()
    found = [Found(*row) for row in shown.values_list("tag", "post", "revision__edition__series")]
    nearest = _nearest(found, tags, besides=besides.pk if besides else None)
    posts = Post.objects.live().visible_to(person).for_links().in_bulk(nearest)
    return [posts[pk] for pk in nearest if pk in posts]


def _nearest(found: Collection[Found], tags: Iterable[OnPost], *, besides: int | None) -> list[int]:
    uses = Counter(one.tag for one in found)
    newest = max((one.post for one in found), default=0)
    for tag, since in tags:
        if since is not None and newest > since:  # As many more as the stretch looked at goes into the whole.
            uses[tag.pk] = uses[tag.pk] * newest // (newest - since)
    likeness = dict.fromkeys((one.post for one in found if besides is None or one.series != besides), 0.0)
    for one in found:
        if one.post in likeness:
            likeness[one.post] += 1 / uses[one.tag]
    return sorted(likeness, key=lambda post: (likeness[post], post), reverse=True)[:MOST]
