"""Every rule about who may do what to a post. Each starts from refusal and adds, and can say why it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts.models import Person, User
from accounts.roles import Role

from .status import live, shown

if TYPE_CHECKING:
    from .models import Author, Post

NOTHING = Q(pk__in=[])
SECOND_FACTORS = frozenset({"mfa", "totp", "webauthn"})


class Spoken(NamedTuple):
    """How a sentence speaks of the person it is about. Sentences have `{they}`, `{They}` and `{are}` where it matters."""

    subject: str
    are: str = "are"

    def fill(self, sentence: str) -> str:
        return sentence.format(they=self.subject, They=self.subject[:1].upper() + self.subject[1:], are=self.are)


YOU = Spoken("you")


def by_name(person: Person) -> Spoken:
    return Spoken(person.name, "is")


@dataclass(frozen=True)
class Rule:
    """A condition on a person and a post, and what to tell somebody for whom it does not hold."""

    holds: Callable[[Person, Post], bool]
    otherwise: tuple[str, ...] = ()
    parts: tuple[Rule, ...] = ()

    def __call__(self, person: Person, post: Post) -> bool:
        return self.holds(person, post)

    def __and__(self, other: Rule) -> Rule:
        return Rule(lambda person, post: self(person, post) and other(person, post), parts=(self, other))

    def __or__(self, other: Rule) -> Rule:
        """Either will do; where neither holds, each says why."""
        return Rule(lambda person, post: self(person, post) or other(person, post), parts=(self, other))

    def why_not(self, person: Person, post: Post, spoken: Spoken = YOU) -> list[str]:
        """Return what stands in the way, in sentences; nothing where the rule holds."""
        if self(person, post):
            return []
        own = [spoken.fill(sentence) for sentence in self.otherwise]
        return [*own, *(reason for part in self.parts for reason in part.why_not(person, post, spoken))]


def rule(otherwise: str) -> Callable[[Callable[[Person, Post], bool]], Rule]:
    """Make a rule of a predicate."""
    return lambda holds: Rule(holds, (otherwise,))


def visible_to(person: Person, of: str = "") -> Q:
    """Select the posts whose existence this person may know of. `of` is the way to the post, as in `live()`."""
    if person.is_visitor:
        return live(of) if settings.VISIBILITY == "public" else NOTHING
    if Role.ADMIN in person.roles:
        return Q(**{f"{of}deleted_at": None})
    if Role.EDITOR in person.roles:
        return live(of) | Q(**{f"{of}author": person.pk, f"{of}deleted_at": None})
    return live(of)


def pictures_visible_to(person: Person) -> Q:
    """Select the pictures this person may see: what they brought, what a post shows that they may read, and what is in
    a post that they may open on the desk, in its working copy or in any of its revisions.
    """
    if person.is_visitor:
        return shown("uses__") if settings.VISIBILITY == "public" else NOTHING
    if Role.ADMIN in person.roles:
        return Q()
    seen = shown("uses__") | Q(uploads__by=person.pk)
    if Role.EDITOR in person.roles:
        seen |= Q(uses__post__author=person.pk, uses__post__deleted_at=None)
    return seen


def may_read_here(person: Person) -> bool:
    """Whether the reading pages are open to this person at all."""
    return settings.VISIBILITY == "public" or not person.is_visitor


def are_pages_found() -> bool:
    """Whether search engines are to know of the pages of this site: where all may read them, and it is no copy."""
    return settings.SEARCH_ENGINES and settings.VISIBILITY == "public"


def may_write(person: Person) -> bool:
    return Role.EDITOR in person.roles


def may_review(person: Person) -> bool:
    """Whether the review queue is this person's business."""
    return Role.ADMIN in person.roles


def may_read_record(person: Person) -> bool:
    """Whether this person may take along what was ever done on this site."""
    return Role.ADMIN in person.roles


def may_manage_tags(person: Person) -> bool:
    """Whether it is this person's business to rename tags and merge them, for all posts at once."""
    return Role.ADMIN in person.roles


def may_change_tags(person: Person) -> bool:
    """Whether this person may do so at this moment: what readers see changes at once."""
    return may_manage_tags(person) and person.is_freshly_proved


def may_describe(person: Person, author: Author) -> bool:
    """Whether this person says what the page of this author shows: their own, while they write here."""
    return may_write(person) and author.user_id == person.pk


def may_explain_others(person: Person) -> bool:
    """Whether this person may ask what others may do with a post."""
    return Role.ADMIN in person.roles


def may_use_desk(person: Person) -> bool:
    return may_write(person) or may_review(person)


def is_checked_as_admin(person: Person) -> bool:
    """Whether CHECKS_BLOCKING_ADMINS, and not CHECKS_BLOCKING, says what stops this person's texts."""
    return Role.ADMIN in person.roles


def may_open_on_desk(person: Person, post: Post) -> bool:
    """Whether this person may see the working copy. Being live opens a post to readers, not its next draft."""
    return author_or_admin(person, post)


def may_vouch_for(maker: User, post: Post) -> bool:
    """Whether a link by which this person shares the post still opens: while they could open it on the desk."""
    has_account = not maker.is_disabled and maker.left_at is None
    return has_account and post.deleted_at is None and may_open_on_desk(maker, post)


@rule("Only its author may, as long as they are an editor.")
def author_of(person: Person, post: Post) -> bool:
    """Whether these are this person's own words, and they still write here."""
    return may_write(person) and post.author_id == person.pk


@rule("Only admins may.")
def any_admin(person: Person, post: Post) -> bool:
    return Role.ADMIN in person.roles


@rule("Only admins may, and its author as long as they are an editor.")
def author_or_admin(person: Person, post: Post) -> bool:
    return author_of(person, post) or any_admin(person, post)


@rule("The sign-in service has not confirmed for a quarter of an hour that {they} {are} an admin.")
def freshly_proved(person: Person, post: Post) -> bool:
    return person.is_freshly_proved


@rule("{They} wrote some of these words, or submitted them, and this site asks for a second person.")
def second_person(person: Person, post: Post) -> bool:
    return not (settings.REQUIRE_SECOND_PERSON and wrote_in(person, post))


@rule("{They} wrote some of what is scheduled, or submitted it, and this site asks for a second person.")
def second_person_for_what_is_scheduled(person: Person, post: Post) -> bool:
    """It may have been approved before the site asked for a second person; from then on its time stands."""
    sealed = post.scheduled_revision
    return not (settings.REQUIRE_SECOND_PERSON and sealed is not None and sealed.is_by(person))


@rule("That is only for one’s own words, on a site that asks for a second person.")
def first_person(person: Person, post: Post) -> bool:
    return settings.REQUIRE_SECOND_PERSON and wrote_in(person, post)


@rule("There is another admin, who can read it.")
def only_admin(person: Person, post: Post) -> bool:
    """Whether no admin is there for whom these words, too, are not their own."""
    others = User.objects.open().known_as(Role.ADMIN).exclude(pk=person.pk or 0)
    revision = post.submitted_revision
    if revision is not None:
        others = others.exclude(pk=revision.created_by_id).exclude(pk__in=revision.writers.values("user"))
    return not others.exists()


def wrote_in(person: Person, post: Post) -> bool:
    """Whether what waits for review holds words of this person, or was submitted by them."""
    return post.submitted_revision is not None and post.submitted_revision.is_by(person)


# An admin whom Descope has confirmed of late: what readers see changes at once.
fresh_admin = any_admin & freshly_proved
may_publish = fresh_admin & second_person
may_reschedule = fresh_admin & second_person_for_what_is_scheduled
# The way out for a team of one, which the history marks for good.
may_publish_alone = fresh_admin & first_person & only_admin


def has_stepped_up(person: Person) -> bool:
    """Whether this person has signed in of late with a second factor, where the site asks for that to publish.

    A bearer token tells no time of sign-in, so it does not do.
    """
    if not settings.REQUIRE_MFA_TO_PUBLISH:
        return True
    if person.is_visitor or person.signed_in_at is None or not person.methods & SECOND_FACTORS:
        return False
    return timezone.now() - person.signed_in_at < settings.RECENT_SIGN_IN
