"""Every rule about who may do what to a post. Each starts from refusal and adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts.models import Person
from accounts.roles import Role

from .status import live

if TYPE_CHECKING:
    from .models import Post

NOTHING = Q(pk__in=[])
SECOND_FACTORS = frozenset({"mfa", "totp", "webauthn"})


def visible_to(person: Person) -> Q:
    """Select the posts whose existence this person may know of."""
    if person.is_visitor:
        return live() if settings.VISIBILITY == "public" else NOTHING
    if Role.ADMIN in person.roles:
        return Q()
    if Role.EDITOR in person.roles:
        return live() | Q(author=person.pk)
    return live()


def may_write(person: Person) -> bool:
    return Role.EDITOR in person.roles


def may_review(person: Person) -> bool:
    """Whether the review queue is this person's business."""
    return Role.ADMIN in person.roles


def may_use_desk(person: Person) -> bool:
    return may_write(person) or may_review(person)


def may_open_on_desk(person: Person, post: Post) -> bool:
    """Whether this person may see the working copy. Being live opens a post to readers, not its next draft."""
    return author_of(person, post) or any_admin(person, post)


def author_of(person: Person, post: Post) -> bool:
    """Whether these are this person's own words, and they still write here."""
    return may_write(person) and post.author_id == person.pk


def any_admin(person: Person, post: Post) -> bool:
    return Role.ADMIN in person.roles


def may_publish(person: Person, post: Post) -> bool:
    """An admin; where a second person is required, not one who wrote the words."""
    wrote_it = person.pk in {post.author_id, post.submitted_by_id}
    return may_unpublish(person, post) and not (settings.REQUIRE_SECOND_PERSON and wrote_it)


def may_unpublish(person: Person, post: Post) -> bool:
    """An admin whom Descope has confirmed of late: what readers see changes at once."""
    return person.is_freshly_proved and any_admin(person, post)


def has_stepped_up(person: Person) -> bool:
    """Whether this person has signed in of late with a second factor, where the site asks for that to publish.

    A bearer token tells no time of sign-in, so it does not do.
    """
    if not settings.REQUIRE_MFA_TO_PUBLISH:
        return True
    if person.is_visitor or person.signed_in_at is None or not person.methods & SECOND_FACTORS:
        return False
    return timezone.now() - person.signed_in_at < settings.RECENT_SIGN_IN
