"""The state machine of a post, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .permissions import (
    Rule,
    any_admin,
    author_of,
    author_or_admin,
    fresh_admin,
    may_publish,
    may_publish_alone,
    may_reschedule,
)
from .status import Status

if TYPE_CHECKING:
    from .models import Post


class Ask(StrEnum):
    """What a verb wants to know besides the post."""

    REVISION = "revision"
    REASON = "reason"
    WHEN = "when"
    OUTCOME = "outcome"
    PERSON = "person"
    ADDRESS = "address"


@dataclass(frozen=True)
class Given:
    """A fact about a post that a verb starts from, and what to tell where it is not so."""

    holds: Callable[[Post], bool]
    otherwise: str


@dataclass(frozen=True)
class Move:
    """Where a verb may start and where the working copy stands after it, who may, and how it is told.

    `phrase` ends the sentence “You may see this post, but not …”, and `told` begins after a name.
    """

    path: Mapping[Status, Status]
    by: Rule
    label: str
    phrase: str
    told: str
    hint: str = ""
    asks: tuple[Ask, ...] = ()
    given: tuple[Given, ...] = ()
    needs_step_up: bool = False

    def starts_at(self, post: Post) -> bool:
        return not self.why_not_from(post)

    def why_not_from(self, post: Post) -> list[str]:
        """Return why the post as it stands is no place to start from; nothing where it is."""
        if post.is_deleted:
            return ["The post was deleted."]
        if post.status not in self.path:
            return [f"The post is {post.get_status_display().lower()} now."]
        return [fact.otherwise for fact in self.given if not fact.holds(post)]


DRAFT, IN_REVIEW, PUBLISHED, ARCHIVED = Status.DRAFT, Status.IN_REVIEW, Status.PUBLISHED, Status.ARCHIVED

LIVE = Given(lambda post: post.is_live, "Readers do not see it.")
SCHEDULED = Given(lambda post: post.is_scheduled, "Nothing is scheduled.")
LIVE_OR_SCHEDULED = Given(lambda post: post.is_live or post.is_scheduled, "It is neither live nor scheduled.")
NEITHER_LIVE_NOR_SCHEDULED = Given(
    lambda post: not post.is_live and not post.is_scheduled,
    "Readers see it, or soon will. Unpublish it first.",
)
EVER_SUBMITTED = Given(lambda post: post.was_ever_submitted, "There is no revision to go back to.")
HAS_ITS_ADDRESS = Given(
    lambda post: post.was_ever_submitted, "Until it is submitted for the first time, its address follows its title."
)
NEVER_LIVE = Given(lambda post: not post.was_ever_live, "Readers have seen it, so it is kept. Archive it instead.")
ENDING = Given(lambda post: post.is_ending, "No end is set.")
UNCLAIMED = Given(lambda post: not post.is_claimed, "Somebody is reviewing it already.")
CLAIMED = Given(lambda post: post.is_claimed, "Nobody has claimed it.")
NOT_TAKEN_DOWN = Given(lambda post: not post.was_taken_down, "Its author has left and taken it along.")
SHARED = Given(lambda post: post.has_open_links, "No link to share is open.")
WHEREVER_IT_STANDS = {status: status for status in Status}

MOVES: dict[str, Move] = {
    # Writing goes on in review: what was submitted is sealed. What is live stays live until published again.
    "edit": Move(
        {DRAFT: DRAFT, IN_REVIEW: IN_REVIEW, PUBLISHED: DRAFT},
        by=author_of,
        label="Edit",
        phrase="edit it",
        told="edited it",
    ),
    "restore": Move(
        {DRAFT: DRAFT, IN_REVIEW: IN_REVIEW, PUBLISHED: DRAFT},
        by=author_of,
        label="Go back to this revision",
        phrase="go back to an earlier revision of it",
        told="went back to an earlier revision",
        hint="Its words become the working copy. What you have now is kept as a revision of its own.",
        asks=(Ask.REVISION,),
        given=(EVER_SUBMITTED, NOT_TAKEN_DOWN),
    ),
    "submit": Move(
        {DRAFT: IN_REVIEW, IN_REVIEW: IN_REVIEW},
        by=author_of,
        label="Submit for review",
        phrase="submit it for review",
        told="submitted it for review",
    ),
    "withdraw": Move(
        {IN_REVIEW: DRAFT},
        by=author_of,
        label="Withdraw",
        phrase="withdraw it from review",
        told="withdrew it from review",
        hint="It is yours alone again.",
    ),
    "claim": Move(
        {IN_REVIEW: IN_REVIEW},
        by=any_admin,
        label="I will review it",
        phrase="take it to review",
        told="took it to review",
        hint="The others see that it is in hand.",
        given=(UNCLAIMED,),
    ),
    "unclaim": Move(
        {IN_REVIEW: IN_REVIEW},
        by=any_admin,
        label="Give it back to the queue",
        phrase="give it back to the queue",
        told="gave it back to the queue",
        given=(CLAIMED,),
    ),
    "publish": Move(
        {IN_REVIEW: PUBLISHED},
        by=may_publish,
        label="Publish",
        phrase="publish it",
        told="published it",
        hint="Readers see it at once.",
        asks=(Ask.REVISION,),
        needs_step_up=True,
    ),
    "schedule": Move(
        {IN_REVIEW: PUBLISHED},
        by=may_publish,
        label="Schedule",
        phrase="schedule it",
        told="scheduled it",
        hint="Readers see it from then on.",
        asks=(Ask.REVISION, Ask.WHEN),
        needs_step_up=True,
    ),
    "publish_alone": Move(
        {IN_REVIEW: PUBLISHED},
        by=may_publish_alone,
        label="Publish without a second person",
        phrase="publish it without a second person",
        told="published it without a second person",
        hint="Some of these words are yours, and no other admin can be the second person. Say why; the history keeps it for good.",
        asks=(Ask.REVISION, Ask.REASON),
        needs_step_up=True,
    ),
    "request_changes": Move(
        {IN_REVIEW: DRAFT},
        by=any_admin,
        label="Request changes",
        phrase="ask for changes to it",
        told="asked for changes",
        hint="The author gets it back with your reason.",
        asks=(Ask.REVISION, Ask.REASON),
    ),
    "reschedule": Move(
        {DRAFT: DRAFT, IN_REVIEW: IN_REVIEW, PUBLISHED: PUBLISHED},
        by=may_reschedule,
        label="Move to another time",
        phrase="move it to another time",
        told="moved it to another time",
        asks=(Ask.WHEN,),
        given=(SCHEDULED,),
        needs_step_up=True,
    ),
    "unschedule": Move(
        {DRAFT: IN_REVIEW, IN_REVIEW: IN_REVIEW, PUBLISHED: IN_REVIEW},
        by=fresh_admin,
        label="Unschedule",
        phrase="take it off the schedule",
        told="took it off the schedule",
        hint="It waits in the review queue again.",
        given=(SCHEDULED,),
        needs_step_up=True,
    ),
    # Back to the review queue: what was live waits there, unless a newer revision does, so that no text is stranded.
    "unpublish": Move(
        {PUBLISHED: IN_REVIEW, IN_REVIEW: IN_REVIEW, DRAFT: IN_REVIEW},
        by=fresh_admin,
        label="Unpublish",
        phrase="unpublish it",
        told="unpublished it",
        hint="Readers no longer see it, and links to share it end. The post waits in the review queue.",
        asks=(Ask.OUTCOME,),
        given=(LIVE,),
        needs_step_up=True,
    ),
    "unpublish_later": Move(
        {DRAFT: DRAFT, IN_REVIEW: IN_REVIEW, PUBLISHED: PUBLISHED},
        by=fresh_admin,
        label="Unpublish later",
        phrase="set its end",
        told="set its end",
        hint="Readers see it until then. Links to share it end with it.",
        asks=(Ask.WHEN, Ask.OUTCOME),
        given=(LIVE_OR_SCHEDULED,),
        needs_step_up=True,
    ),
    "keep_published": Move(
        {DRAFT: DRAFT, IN_REVIEW: IN_REVIEW, PUBLISHED: PUBLISHED},
        by=fresh_admin,
        label="Keep it published",
        phrase="take its end back",
        told="took its end back",
        given=(LIVE_OR_SCHEDULED, ENDING),
        needs_step_up=True,
    ),
    "archive": Move(
        {DRAFT: ARCHIVED, IN_REVIEW: ARCHIVED},
        by=author_or_admin,
        label="Archive",
        phrase="archive it",
        told="archived it",
        hint="Off the desk’s lists, with everything kept. Links to share it end.",
        given=(NEITHER_LIVE_NOR_SCHEDULED,),
    ),
    "unarchive": Move(
        {ARCHIVED: DRAFT},
        by=author_or_admin,
        label="Take out of the archive",
        phrase="take it out of the archive",
        told="took it out of the archive",
        hint="It is a draft again.",
        given=(NOT_TAKEN_DOWN,),
    ),
    "delete": Move(
        {DRAFT: DRAFT, ARCHIVED: ARCHIVED},
        by=author_of,
        label="Delete",
        phrase="delete it",
        told="deleted it",
        hint="For good. What was ever submitted stays in the sealed record, which nobody can open here.",
        given=(NEITHER_LIVE_NOR_SCHEDULED, NEVER_LIVE),
    ),
    "hand_over": Move(
        WHEREVER_IT_STANDS,
        by=fresh_admin,
        label="Hand over",
        phrase="hand it over",
        told="handed it over",
        hint="Another editor goes on with it. What is live keeps its byline.",
        asks=(Ask.PERSON, Ask.REASON),
        given=(NOT_TAKEN_DOWN,),
    ),
    "readdress": Move(
        WHEREVER_IT_STANDS,
        by=fresh_admin,
        label="Change the address",
        phrase="change its address",
        told="changed its address",
        hint="Whoever comes to the old address is led to the new one, for good. No other post ever gets it.",
        asks=(Ask.ADDRESS,),
        given=(HAS_ITS_ADDRESS, NOT_TAKEN_DOWN),
        needs_step_up=True,
    ),
    "share": Move(
        WHEREVER_IT_STANDS,
        by=author_or_admin,
        label="Share",
        phrase="share it",
        told="made a link to share",
        hint="Whoever has the link can read it for a while, without an account.",
        given=(NOT_TAKEN_DOWN,),
    ),
    "unshare": Move(
        WHEREVER_IT_STANDS,
        by=author_or_admin,
        label="Stop sharing",
        phrase="end its links",
        told="ended a link",
        hint="The link opens nothing any more.",
        given=(SHARED,),
    ),
}

# What happens to a post without being a move that somebody chooses.
OTHER_DEEDS = {
    "write": "started it",
    "take_down": "deleted their account and took it along",
}


def told(verb: str) -> str:
    """Return how the history tells of a verb."""
    return MOVES[verb].told if verb in MOVES else OTHER_DEEDS[verb]
