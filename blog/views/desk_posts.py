"""A post on the desk: how it is found there, and the buttons that stand beside it."""

from dataclasses import dataclass

from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.http import MemberRequest
from accounts.models import Person, User
from accounts.roles import Role
from blog.exceptions import NotPermitted
from blog.models import Post
from blog.permissions import may_open_on_desk
from blog.status import GoneAs
from blog.workflow import MOVES, Ask

# Verbs that have a page or a place of their own.
ELSEWHERE = {"edit", "restore"}


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

    @property
    def is_plain(self) -> bool:
        """Whether a press is all it takes."""
        return not set(self.asks) - {Ask.REVISION}

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return GoneAs.choices


def found_post(request: MemberRequest, post_id: int) -> Post:
    """Return the post with its revisions. Raises Http404 where this person may not know of it."""
    posts = Post.objects.visible_to(request.user).with_readers_text()
    return get_object_or_404(posts.select_related("author", "submitted_revision", "claimed_by"), pk=post_id)


def desk_post(request: MemberRequest, post_id: int) -> Post:
    """Return the post for a page of the desk, as the clock has left it. Raises Http404 and NotPermitted."""
    post = found_post(request, post_id)
    if not may_open_on_desk(request.user, post):
        raise NotPermitted("You may read this post, but its desk page is for its author and for admins.")
    if post.is_due:
        post.settle()
    return post


def buttons_for(person: Person, post: Post) -> list[MoveButton]:
    """Return a button for each verb, but those that have a page, and submitting the same words again."""
    idle = ELSEWHERE if post.has_changes_to_submit else ELSEWHERE | {"submit"}
    return [_button(verb, post) for verb in post.moves_for(person) if verb not in idle]


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
    )


def _who_could_have(post: Post) -> list[User]:
    return list(User.objects.open().known_as(Role.EDITOR).exclude(pk=post.author_id).order_by("name", "pk")[:200])
