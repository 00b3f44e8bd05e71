"""What somebody may do with a post, and why not: the rules and the table, asked and put into sentences."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from accounts.models import User

from . import permissions
from .models import Post
from .moments import in_words
from .permissions import YOU, Spoken
from .status import GoneAs
from .workflow import MOVES, Move

# What is asked before any verb.
SEE, OPEN = "see", "open"
# Where what the button says would not do on a page about somebody.
NAMES = {
    "claim": "Take it to review",
    "restore": "Go back to an earlier revision",
    "share": "Make a link to share",
    "unshare": "End a link to share",
}


@dataclass(frozen=True)
class Answer:
    """Whether somebody may do one thing; every reason why not; and what to know of it where they may."""

    verb: str
    label: str
    may: bool
    reasons: list[str]
    note: str = ""


def explain(person: User, post: Post, spoken: Spoken = YOU) -> list[Answer]:
    """Answer for seeing the post, for opening it on the desk, and for every verb there is."""
    return [
        _answer(SEE, "See it", _why_not_see(person, post, spoken)),
        _answer(OPEN, "Open it on the desk", permissions.author_or_admin.why_not(person, post, spoken)),
        *(
            _answer(
                verb,
                NAMES.get(verb, move.label),
                _why_not(move, person, post, spoken),
                _note(verb, person, post, spoken),
            )
            for verb, move in MOVES.items()
        ),
    ]


def doors(post: Post) -> list[str]:
    """Tell through which doors others get to the text now, and since or until when."""
    return [*_to_readers(post), *_planned(post), *_by_links(post)]


def _answer(verb: str, label: str, reasons: list[str], note: str = "") -> Answer:
    return Answer(verb, label, may=not reasons, reasons=reasons, note="" if reasons else note)


def _why_not_see(person: User, post: Post, spoken: Spoken) -> list[str]:
    if person.is_disabled or person.left_at is not None:
        return ["The account is closed."]
    if Post.objects.visible_to(person).filter(pk=post.pk).exists():
        return []
    return [
        "Readers do not see it now. Until they do, only its author, as long as they are an editor, and admins know of it."
    ]


def _why_not(move: Move, person: User, post: Post, spoken: Spoken) -> list[str]:
    return [*move.by.why_not(person, post, spoken), *move.why_not_from(post)]


def _note(verb: str, person: User, post: Post, spoken: Spoken) -> str:
    if MOVES[verb].needs_step_up and not permissions.has_stepped_up(person):
        return spoken.fill("First, {they} {are} asked to sign in again with a second factor.")
    if verb == "submit" and not post.has_changes_to_submit:
        return "There is no button, because the same words wait already."
    return ""


def _to_readers(post: Post) -> list[str]:
    revision = post.current_revision
    if revision is None or post.published_at is None:
        return ["Readers do not see it.", *_instead(post)]
    whom = "everybody" if settings.VISIBILITY == "public" else "everybody who is signed in"
    return [
        f"Revision {revision.number} is open to {whom}: at its address, on the front page and through the API.",
        f"It was first published {in_words(post.published_at)}.",
    ]


def _instead(post: Post) -> list[str]:
    if post.outcome == GoneAs.GONE:
        return [f"At its address they are told: “{post.gone_note}”"]
    if post.outcome == GoneAs.MOVED:
        return [f"From its address they are led to {post.gone_to}."]
    return []


def _planned(post: Post) -> list[str]:
    planned = []
    if post.is_scheduled and post.scheduled_at is not None and post.scheduled_revision is not None:
        planned.append(f"Revision {post.scheduled_revision.number} goes live on {in_words(post.scheduled_at)}.")
    if post.unpublish_at is not None:
        planned.append(f"Readers see it until {in_words(post.unpublish_at)}.")
    return planned


def _by_links(post: Post) -> list[str]:
    count = post.share_links.open().count()
    if not count:
        return []
    links = "One link to share is" if count == 1 else f"{count} links to share are"
    return [f"{links} open: whoever has one reads the text without an account."]
