"""A post on the desk: how it is found there, where it stands, and the buttons beside it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.http import MemberRequest
from accounts.models import User
from accounts.roles import Role
from blog.exceptions import NotPermitted
from blog.models import Post
from blog.permissions import may_open_on_desk
from blog.status import GoneAs
from blog.workflow import MOVES, Ask

NEEDED = ("author", "claimed_by", "submitted_revision__author", "submitted_revision__created_by")
# Deciding has its page, where the revision is read that is decided about. In the order of the buttons there.
DECIDING = ("publish", "schedule", "publish_alone", "request_changes", "claim", "unclaim")
# On the desk page of a post these come first, and what else is possible is under "More".
FIRST = ("submit", "unarchive", "withdraw", "keep_published", "reschedule", "unschedule", "unpublish")
MORE = ("unpublish_later", "hand_over", "readdress", "archive", "delete")


@dataclass(frozen=True)
class MoveButton:
    """A verb this person may use on this post now, and what it asks for."""

    verb: str
    label: str
    url: str
    hint: str
    asks: tuple[Ask, ...]
    revision: int | None
    people: list[User]
    when: datetime | None
    asked_at: datetime = field(default_factory=timezone.now)

    @property
    def is_plain(self) -> bool:
        """Whether a press is all it takes."""
        return not set(self.asks) - {Ask.REVISION}

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return GoneAs.choices


def found_post(request: MemberRequest, post_id: int) -> Post:
    """Return the post and nothing of what belongs to it. Raises Http404 where this person may not know of it."""
    return get_object_or_404(Post.objects.visible_to(request.user), pk=post_id)


def desk_post(request: MemberRequest, post_id: int) -> Post:
    """Return the post with its revisions for a page of the desk. Raises Http404 and NotPermitted."""
    posts = Post.objects.visible_to(request.user).with_readers_text().select_related(*NEEDED)
    return _opened(request, get_object_or_404(posts, pk=post_id))


def working_copy(request: MemberRequest, post_id: int) -> Post:
    """Return the post for who goes on writing, which takes no revisions. Raises Http404 and NotPermitted."""
    return _opened(request, found_post(request, post_id))


def _opened(request: MemberRequest, post: Post) -> Post:
    """Return the post as the clock has left it, to those who may open it on the desk. Raises NotPermitted."""
    if not may_open_on_desk(request.user, post):
        raise NotPermitted("You may read this post, but its desk page is for its author and for admins.")
    if post.is_due:
        post.settle()
    return post


def deciding_buttons(post: Post, moves: Collection[str]) -> list[MoveButton]:
    """Return a button for each of these verbs that decides about the revision that waits."""
    return [_button(verb, post) for verb in DECIDING if verb in moves]


def other_buttons(post: Post, moves: Collection[str]) -> tuple[list[MoveButton], list[MoveButton]]:
    """Return the buttons of a post's own page: those that come first, and the rare ones.

    Submitting the same words again is none of them.
    """
    idle = () if post.has_changes_to_submit else ("submit",)
    first = [_button(verb, post) for verb in FIRST if verb in moves and verb not in idle]
    return first, [_button(verb, post) for verb in MORE if verb in moves]


def place_in_queue(post: Post) -> int:
    """Return how many posts wait for review up to this one, in the order of the queue."""
    before = Q(submitted_at__lt=post.submitted_at) | Q(submitted_at=post.submitted_at, pk__lte=post.pk)
    return Post.objects.in_review().filter(before).count()


def _button(verb: str, post: Post) -> MoveButton:
    move = MOVES[verb]
    read = post.submitted_revision if Ask.REVISION in move.asks else None
    return MoveButton(
        verb=verb,
        label=move.label,
        url=reverse(f"desk:{verb}", args=[post.pk]),
        hint=move.hint,
        asks=move.asks,
        revision=read.number if read else None,
        people=_who_could_have(post) if Ask.PERSON in move.asks else [],
        when={"reschedule": post.scheduled_at, "unpublish_later": post.unpublish_at}.get(verb),
    )


def _who_could_have(post: Post) -> list[User]:
    return list(User.objects.open().known_as(Role.EDITOR).exclude(pk=post.author_id).order_by("name", "pk")[:200])
