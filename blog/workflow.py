"""The state machine of a post, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.models import Person

from .permissions import any_admin, author_of, may_publish, may_unpublish
from .status import Status

if TYPE_CHECKING:
    from .models import Post

Rule = Callable[[Person, "Post"], bool]


@dataclass(frozen=True)
class Move:
    """Where a verb may start and where the working copy stands after it, who may, and how it is told."""

    path: Mapping[Status, Status]
    by: Rule
    label: str
    told: str
    hint: str = ""
    asks_reason: bool = False
    names_revision: bool = False
    needs_live: bool = False
    needs_step_up: bool = False

    def starts_at(self, post: Post) -> bool:
        return post.status in self.path and (post.has_live_revision or not self.needs_live)


DRAFT, IN_REVIEW, PUBLISHED = Status.DRAFT, Status.IN_REVIEW, Status.PUBLISHED

MOVES: dict[str, Move] = {
    # Writing goes on in review: what was submitted is sealed. What is live stays live until published again.
    "edit": Move({DRAFT: DRAFT, IN_REVIEW: IN_REVIEW, PUBLISHED: DRAFT}, by=author_of, label="Edit", told="edited it"),
    "submit": Move(
        {DRAFT: IN_REVIEW, IN_REVIEW: IN_REVIEW},
        by=author_of,
        label="Submit for review",
        told="submitted it for review",
    ),
    "withdraw": Move(
        {IN_REVIEW: DRAFT},
        by=author_of,
        label="Withdraw",
        told="withdrew it from review",
        hint="It is yours alone again.",
    ),
    "publish": Move(
        {IN_REVIEW: PUBLISHED},
        by=may_publish,
        label="Publish",
        told="published it",
        hint="Readers see it at once.",
        names_revision=True,
        needs_step_up=True,
    ),
    "request_changes": Move(
        {IN_REVIEW: DRAFT},
        by=any_admin,
        label="Request changes",
        told="asked for changes",
        hint="The author gets it back with your reason.",
        asks_reason=True,
        names_revision=True,
    ),
    # Back to the review queue: what was live waits there, unless a newer revision does, so that no text is stranded.
    "unpublish": Move(
        {PUBLISHED: IN_REVIEW, IN_REVIEW: IN_REVIEW, DRAFT: IN_REVIEW},
        by=may_unpublish,
        label="Unpublish",
        told="unpublished it",
        hint="Readers no longer see it. The post waits in the review queue.",
        needs_live=True,
        needs_step_up=True,
    ),
}
