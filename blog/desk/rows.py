"""A post on a list of the desk, under the title of the text that the list is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import ordinal
from django.urls import reverse

from accounts.models import Person
from blog.models import Post, Revision
from blog.moments import in_words
from blog.status import Status
from blog.workflow import MOVES

from .lists import LIVE, SCHEDULED, SUBMITTED, WORKING_COPY, DeskList

REVISIONS = {SUBMITTED: "submitted_revision", SCHEDULED: "scheduled_revision", LIVE: "live_revision"}
ROW_BUTTONS = {"queue": {"claim": "Review it", "unclaim": "Back to the queue"}}
NEXT_TEXTS = {Status.DRAFT: "a next draft is in the works", Status.IN_REVIEW: "a change waits for review"}


@dataclass(frozen=True)
class RowButton:
    label: str
    url: str


@dataclass(frozen=True)
class Row:
    """What a list shows of a post. `place` is where it stands in the queue: `3rd of 7`."""

    desk_list: DeskList
    post: Post
    revision: Revision | None
    person: Person
    url: str
    place: str = ""
    buttons: tuple[RowButton, ...] = ()

    @property
    def title(self) -> str:
        return (self.revision or self.post).title or "Untitled"

    @property
    def tags(self) -> list[str]:
        tags: list[str] = (self.revision or self.post).tags
        return tags

    @property
    def byline(self) -> str:
        """Whose text it is; empty on a list of one's own."""
        if self.desk_list.is_own:
            return ""
        return self.revision.byline if self.revision else self.post.author.name

    @property
    def holder(self) -> str:
        """Who is reviewing it, in a word or two; empty where nobody is."""
        holder = self.post.claimed_by
        if holder is None:
            return ""
        return "in your hands" if holder.pk == self.person.pk else f"in the hands of {holder.name}"

    @property
    def is_sized(self) -> bool:
        """Whether it was compared with what it replaces."""
        return self.revision is not None and self.revision.words_added is not None

    @property
    def size(self) -> str:
        """How many words came and went: `+120 −14 words`."""
        signs = [f"{sign}{count:,}" for sign, count in zip("+−", self._words, strict=True) if count]
        return f"{' '.join(signs)} {_noun(max(self._words))}" if signs else "no words more or less"

    @property
    def size_aloud(self) -> str:
        added, removed = self._words
        return f"{added:,} {_noun(added)} added, {removed:,} removed"

    @property
    def _words(self) -> tuple[int, int]:
        revision = self.revision
        return (revision.words_added or 0, revision.words_removed or 0) if revision else (0, 0)

    @property
    def word_count(self) -> str:
        count = self.revision.word_count if self.revision else 0
        return f"{count:,} {_noun(count)}"

    @property
    def next(self) -> str:
        """What is on its way to take the place of what readers see."""
        if self.post.scheduled_at is not None:
            return f"a change goes live on {in_words(self.post.scheduled_at)}"
        return NEXT_TEXTS.get(Status(self.post.status), "")

    @property
    def is_written_on(self) -> bool:
        """Whether its author has typed since this text was sealed."""
        return self.revision is not None and self.post.updated_at > self.revision.created_at

    @property
    def is_change(self) -> bool:
        """Whether it takes the place of what readers see."""
        return self.post.is_live

    @property
    def standings(self) -> list[tuple[str, str]]:
        """Return where the working copy stands, and what readers see of the post: a key and a word for each."""
        found = [] if self.post.status == Status.PUBLISHED else [_standing_of_working_copy(self.post)]
        if self.post.is_scheduled:
            found.append(("scheduled", "Scheduled"))
        if self.post.is_live:
            found.append(("published", "Live"))
        return found


def rows_of(desk_list: DeskList, posts: Iterable[Post], person: Person) -> list[Row]:
    """Return the rows of these posts, which come from `desk_list.with_rows`. No row asks the database by itself."""
    return [_row(desk_list, post, person) for post in posts]


def _row(desk_list: DeskList, post: Post, person: Person) -> Row:
    buttons = tuple(
        RowButton(label, reverse(f"desk:{verb}", args=[post.pk]))
        for verb, label in ROW_BUTTONS.get(desk_list.row, {}).items()
        if _may_now(verb, person, post)
    )
    url = reverse(desk_list.opens, args=[post.pk])
    return Row(desk_list, post, _revision(post, desk_list.texts), person, url, _place(post), buttons)


def _revision(post: Post, texts: Iterable[str]) -> Revision | None:
    """Return the revision whose text it is, or None for the working copy."""
    revisions = (getattr(post, REVISIONS[text]) for text in texts if text != WORKING_COPY)
    return next((revision for revision in revisions if revision is not None), None)


def _place(post: Post) -> str:
    """Return where it stands in the queue: `3rd of 7`. Empty where it does not wait, or the list does not say it."""
    place = getattr(post, "place", None)
    return f"{ordinal(place)} of {getattr(post, 'queue_length', place)}" if place else ""


def _may_now(verb: str, person: Person, post: Post) -> bool:
    """Ask of one verb alone: the rules of some others look into the database, for each row."""
    return MOVES[verb].starts_at(post) and MOVES[verb].by(person, post)


def _noun(count: int) -> str:
    return "word" if count == 1 else "words"


def _standing_of_working_copy(post: Post) -> tuple[str, str]:
    is_returned = post.status == Status.DRAFT and bool(post.returned_reason)
    return ("returned", "Returned") if is_returned else (post.status, post.get_status_display())
