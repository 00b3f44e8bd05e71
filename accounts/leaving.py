"""Leaving: how somebody deletes their account, at Descope and here.

First it is written down what they have chosen, then Descope deletes them, then everything happens here at once. Where
Descope declines or cannot be asked, the note is torn up and nothing has changed. Where all stops after Descope has done
it, whoever comes next and hears that Descope knows them no more does the rest: they themselves, by pressing again; the
message that Descope sends; `sync_people`. The note stays until then, or until Descope is seen to know them still.

Its verb raises PermissionDenied, Declined where it cannot be done, and ProviderUnavailable.
"""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from . import departures, descope, sessions, team
from .exceptions import Declined, NotDone, ProviderUnavailable
from .models import Departure, User
from .roles import Role

MAX_NAME_LENGTH = 100
FORMER_AUTHOR = "A former author"
FORMER_MEMBER = "A former member"


def has_just_signed_in(person: User) -> bool:
    """Whether it is a while since anybody showed that they are this person. A bearer token does not tell."""
    signed_in_at = person.signed_in_at
    return signed_in_at is not None and timezone.now() - signed_in_at < settings.RECENT_SIGN_IN


def confirms(person: User, typed: str) -> bool:
    """Whether this is what somebody types who means to delete this account."""
    return typed.strip().casefold() in {"delete", person.email.casefold()} - {""}


def leave(*, by: User, confirmation: str, keeps_posts: bool, name: str = "") -> bool:
    """Delete the account of this person for good. Returns whether it is deleted at Descope, too.

    Without a management key it is not, and an admin has to do it; the log of the team says so. Refusing would be no
    more honest, and keep what we can well delete ourselves.
    """
    name = " ".join(name.split()) or FORMER_MEMBER
    _check(by, name, confirmation)
    departure = departures.write_down(by, name, keeps_posts=keeps_posts)
    if settings.DESCOPE_MANAGEMENT_KEY:
        _delete_at_descope(by, departure)
    else:
        sessions.end_all_everywhere(by)
    departures.carry_out(departure, is_gone_at_descope=bool(settings.DESCOPE_MANAGEMENT_KEY))
    return bool(settings.DESCOPE_MANAGEMENT_KEY)


def _check(person: User, name: str, confirmation: str) -> None:
    if not has_just_signed_in(person):
        raise PermissionDenied("Sign in again first, to show that it is you.")
    if not confirms(person, confirmation):
        raise Declined("Type your e-mail address, or the word delete.")
    if len(name) > MAX_NAME_LENGTH:
        raise Declined(f"A name has at most {MAX_NAME_LENGTH} characters.")
    if not settings.DESCOPE_MANAGEMENT_KEY and Role.ADMIN in person.roles:
        raise Declined(CANNOT_TELL)


def _delete_at_descope(person: User, departure: Departure) -> None:
    try:
        # After the note is written: of two admins who leave at once, neither counts on the other.
        profile = descope.load_person(person.subject)
        if profile is not None:
            team.check_somebody_else_manages(profile)
    except (Declined, ProviderUnavailable):
        departures.call_off(person)
        raise
    if profile is None:
        return  # It was deleted before, and we were not told.
    try:
        descope.delete(person.subject)
    except (Declined, NotDone):
        departures.call_off(person)
        raise
    except ProviderUnavailable:
        # Descope may have done it, and then the note counts, even if a sign-in of just then has torn it up.
        departures.write_down(person, departure.name, keeps_posts=departure.keeps_posts)
        raise


CANNOT_TELL = (
    "Without a management key nobody can tell whether somebody else could manage people here. "
    "Have the role admin taken from you in Descope’s console first."
)
