"""Articles from a feed, brought in as drafts through the same verb as the desk's."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from blog.markup import MAX_CHARACTERS
from blog.models import MAX_TITLE_LENGTH, FormerAddress, Post, hostname_of
from blog.tags import MAX_TAG_LENGTH, MAX_TAGS, tidy_tags

from .feed import Entry, Feed, Unreadable, parse
from .pictures import Keeper
from .source import Unreachable, read
from .to_markdown import Converted, Tangled, markdown_of

__all__ = [
    "ALREADY_HERE",
    "IMPORTED",
    "SKIPPED",
    "Keeper",
    "Outcome",
    "Unreachable",
    "Unreadable",
    "bring_in",
    "parse",
    "read",
]

IMPORTED, ALREADY_HERE, SKIPPED = "imported", "already here", "skipped"
MAX_HTML_CHARACTERS = 1_000_000
MAX_URL_LENGTH = 500
EARLIEST_YEAR = 1900  # What is dated before is a slip, and the archive has no pages for it.


@dataclass(frozen=True)
class Outcome:
    """What became of one entry. `notes` say what of it could not be kept, or why it was skipped."""

    status: str
    title: str
    post: Post | None = None
    notes: list[str] = field(default_factory=list)


class Unfit(Exception):
    """This entry cannot become a post. The text says why."""


def bring_in(feed: Feed, *, by: User, keeper: Keeper | None = None) -> Iterator[Outcome]:
    """Write each entry as a draft of this person, and yield what became of it. Raises NotPermitted.

    An entry that is here already stays as it is, whatever the feed says now: it may have been edited since. With a
    `keeper` the pictures of those that are new are kept here.
    """
    for entry in feed.entries:
        known = Post.objects.filter(source_id=entry.source_id).first()
        outcome = _already_here(entry, known) if known else _written(entry, by, keeper)
        if outcome.post is not None:
            FormerAddress.objects.note(outcome.post, entry.link)
        yield outcome


def _already_here(entry: Entry, post: Post) -> Outcome:
    return Outcome(ALREADY_HERE, entry.title or post.title, post)


def _written(entry: Entry, by: User, keeper: Keeper | None) -> Outcome:
    notes: list[str] = []
    try:
        post = Post.objects.write(
            by=by,
            title=_title(entry, notes),
            body=_body(entry, notes, keeper),
            tags=_tags(entry, notes),
            canonical_url=_canonical_url(entry, notes),
            published_at=_dated_at(entry, notes),
            source_id=entry.source_id,
        )
    except Unfit as reason:
        return Outcome(SKIPPED, entry.title, notes=[str(reason)])
    except IntegrityError:  # Somebody else imports the same feed at this moment.
        known = Post.objects.filter(source_id=entry.source_id).first()
        if known is None:
            raise
        return _already_here(entry, known)
    if post.problem:
        notes.append(f"it cannot be submitted as it is: {post.problem} Look at line {post.problem_line}.")
    return Outcome(IMPORTED, post.title, post, notes)


def _title(entry: Entry, notes: list[str]) -> str:
    if not entry.title:
        raise Unfit("it has no title")
    if len(entry.title) <= MAX_TITLE_LENGTH:
        return entry.title
    notes.append(f"its title was cut to {MAX_TITLE_LENGTH} characters")
    return entry.title[: MAX_TITLE_LENGTH - 1].rstrip() + "…"


def _body(entry: Entry, notes: list[str], keeper: Keeper | None) -> str:
    if len(entry.html) > MAX_HTML_CHARACTERS:
        raise Unfit(f"its HTML has {len(entry.html):,} characters; up to {MAX_HTML_CHARACTERS:,} are read")
    converted = _converted(entry)
    if keeper is not None:  # Only now that it is known to fit: what is fetched stays.
        keeper.begin()
        converted = _converted(entry, keeper)
        notes += keeper.notes()
    notes += [f"{count} × {what} left out" for what, count in converted.lost.items()]
    return converted.text


def _converted(entry: Entry, keeper: Keeper | None = None) -> Converted:
    try:
        converted = markdown_of(entry.html, entry.base, keeper.address_of if keeper else None)
    except Tangled as error:
        raise Unfit("its HTML has too many tags, or nested too deeply") from error
    if not converted.text:
        raise Unfit("it has no text")
    if len(converted.text) > MAX_CHARACTERS:
        raise Unfit(f"it has {len(converted.text):,} characters; a post may have {MAX_CHARACTERS:,}")
    return converted


def _tags(entry: Entry, notes: list[str]) -> list[str]:
    tags = tidy_tags(entry.tags)
    kept = [tag for tag in tags if len(tag) <= MAX_TAG_LENGTH][:MAX_TAGS]
    notes += [f"without the tag “{tag[:MAX_TAG_LENGTH]}”" for tag in tags if tag not in kept]
    return kept


def _canonical_url(entry: Entry, notes: list[str]) -> str:
    if hostname_of(entry.link) in settings.OLD_SITE_HOSTS:  # It is at home here now.
        return ""
    if len(entry.link) <= MAX_URL_LENGTH:
        return entry.link
    notes.append("without its canonical link, which is too long")
    return ""


def _dated_at(entry: Entry, notes: list[str]) -> datetime | None:
    """Return when it was published elsewhere. A date to come would hide the post once it is published here."""
    if entry.dated_at is None:
        notes.append("it has no date; publishing will give it one")
    elif entry.dated_at > timezone.now():
        notes.append(f"its date, {entry.dated_at:%Y-%m-%d}, is still to come; publishing will give it another")
    elif entry.dated_at.year < EARLIEST_YEAR:
        notes.append(f"its date, {entry.dated_at.isoformat()}, makes no sense; publishing will give it another")
    else:
        return entry.dated_at
    return None
