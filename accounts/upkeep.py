"""Makes our record of somebody, and their sessions, agree with what Descope says of them."""

from dataclasses import dataclass

from . import api_tokens, descope, people, sessions
from .descope import Profile
from .models import User


@dataclass
class Totals:
    """What came of looking at everybody."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    disabled: int = 0
    gone: int = 0


def follow(profile: Profile, *, keeps_roles: bool = False) -> tuple[User, bool]:
    """Take over what Descope says of somebody: their sessions end, or go on with a fresh token.

    Returns the person, and whether they are new here.
    """
    person, is_new = people.register(profile)
    if person.is_disabled:
        sessions.end_all_of(person)
        api_tokens.revoke_all_of(person)
    elif not is_new and not keeps_roles:
        sessions.refresh_all_of(person)
    return person, is_new


def close(subject: str) -> None:
    """Close the account of somebody who is gone at Descope. What they wrote stays theirs."""
    for person in User.objects.filter(subject=subject):
        User.objects.filter(pk=person.pk).update(is_disabled=True)
        sessions.end_all_of(person)
        api_tokens.revoke_all_of(person)


def follow_everybody() -> Totals:
    """Do for everybody, there and here, what a message from Descope would have done. Raises ProviderUnavailable."""
    totals = Totals()
    unseen = set(User.objects.filter(is_disabled=False).values_list("subject", flat=True))
    for listed in descope.everybody():
        unseen.discard(listed.subject)
        totals.seen += 1
        if not _is_known(listed):
            _check(listed.subject, totals)
    for subject in sorted(unseen):
        _check(subject, totals)  # Not gone for sure: people who come and go while a list is read shift its pages.
    return totals


def _check(subject: str, totals: Totals) -> None:
    """Ask for this one person, because a list may be older than the last message, and act on the answer."""
    profile = descope.load_person(subject)
    if profile is None:
        totals.gone += 1
        close(subject)
        return
    _, is_new = follow(profile)
    if is_new:
        totals.new += 1
    elif profile.is_enabled:
        totals.changed += 1
    else:
        totals.disabled += 1


def _is_known(profile: Profile) -> bool:
    """Whether all that this says of somebody is what we have of them."""
    user = User.objects.filter(subject=profile.subject).first()
    return (
        user is not None
        and user.is_disabled is not profile.is_enabled
        and user.known_roles == sorted(profile.roles or ())
        and user.email == (profile.email or user.email)
        and user.name == (profile.name[:200] or user.name)
    )
