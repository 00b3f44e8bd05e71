"""One verb for many posts at once. Each post goes through the verb by itself, and what is refused is said with why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.models import User
from blog.exceptions import NotPermitted, NotReady, StepUpNeeded, WrongStatus
from blog.models import Post
from blog.permissions import has_stepped_up
from blog.workflow import MOVES

from .lists import DeskList
from .rows import Row, rows_of

NAMED = 3


@dataclass(frozen=True)
class Many:
    """How a verb for many is called on its button, and told when it is done."""

    verb: str
    label: str
    done: str


VERBS = {
    "archive": Many("archive", "Archive", "Archived"),
    "unarchive": Many("unarchive", "Take out of the archive", "Out of the archive"),
    "withdraw": Many("withdraw", "Withdraw", "Withdrawn"),
    "claim": Many("claim", "I will review them", "Yours to review"),
    "unclaim": Many("unclaim", "Give back to the queue", "Back in the queue"),
    "unschedule": Many("unschedule", "Unschedule", "Off the schedule"),
}


@dataclass
class Came:
    """What came of it: the titles of what was done, and of what was not, each with why."""

    many: Many
    done: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """Tell what was done by its first titles: a message has little room."""
        named = [f"“{title}”" for title in self.done[:NAMED]]
        more = len(self.done) - len(named)
        return f"{self.many.done}: {', '.join(named)}{f' and {more} more' if more else ''}."


def do_to_many(desk_list: DeskList, verb: str, ids: Iterable[int], *, by: User) -> Came:
    """Use the verb on each of these posts that this list could show. Raises StepUpNeeded before anything is done."""
    if MOVES[verb].needs_step_up and not has_stepped_up(by):
        raise StepUpNeeded
    wanted = list(dict.fromkeys(ids))
    posts = desk_list.with_rows(desk_list.all_of(by)).filter(pk__in=wanted)
    rows = {row.post.pk: row for row in rows_of(desk_list, posts, by)}
    came = Came(VERBS[verb])
    for post_id in wanted:
        if post_id in rows:
            _do(verb, rows[post_id], by, came)
        else:
            came.refused.append(("A post", "It is not there, or no longer."))
    return came


def _do(verb: str, row: Row, by: User, came: Came) -> None:
    post = Post.objects.get(pk=row.post.pk)
    try:
        getattr(post, verb)(by=by)
    except (NotPermitted, WrongStatus, NotReady, StepUpNeeded) as refusal:
        came.refused.append((row.title, str(refusal)))
    else:
        came.done.append(row.title)
