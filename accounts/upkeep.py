"""Makes our record of somebody, and their sessions, agree with what Descope says of them."""

import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from . import departures, descope, patience, people, sessions
from .descope import Profile
from .exceptions import BadToken, ProviderUnavailable
from .models import ApiToken, Departure, User
from .roles import Role

ROLES_KNOWN_FOR = timedelta(minutes=10)
# Of all processes one asks, and while Descope does not answer no sooner again than this.
ASKED_EVERY = timedelta(seconds=10)
POLL_SECONDS = 0.05


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
    people.note_still_there(person, wished_before=profile.asked_at - people.DELETION_UNDER_WAY)
    if person.is_disabled:
        sessions.end_all_of(person)
        ApiToken.objects.filter(user=person).revoke()
    elif not is_new and not keeps_roles:
        sessions.refresh_all_of(person)
    return person, is_new


def close(subject: str) -> None:
    """Close the account of somebody who is gone at Descope. What they wrote stays theirs."""
    for person in User.objects.filter(subject=subject, left_at=None):
        if departures.finish(person):
            continue  # They have deleted it themselves, and were not done.
        # As of now, so that no answer from before opens the account again.
        User.objects.filter(pk=person.pk).update(is_disabled=True, known_roles=[], roles_known_at=timezone.now())
        sessions.end_all_of(person)
        ApiToken.objects.filter(user=person).revoke()


def with_known_roles(user: User) -> User:
    """Return the person with the roles Descope last told us of, for a personal token: no proof of its own tells them.

    With a management key they are asked for anew after ten minutes. While Descope is out of reach they hold
    for SESSION_GRACE, as a session's do. Without a management key they are those of the newest session that is not
    over, and none where there is no session. Who is disabled or has left has none, and nobody is asked about them.
    Raises ProviderUnavailable once the grace is over, and BadToken where Descope knows the person no more.
    """
    if not user.is_open:
        return _without_roles(user)
    if not settings.DESCOPE_MANAGEMENT_KEY:
        return _with_roles_of_newest_session(user)
    if not _are_roles_known(user):
        user = _asked_anew(user)
        if not user.is_open:
            return _without_roles(user)
    user.roles = frozenset(Role(name) for name in user.known_roles or [])
    user.is_freshly_proved = user.roles_known_at is not None and _age_of_roles(user) < settings.FRESH_PROOF
    return user


def with_roles_while_away(user: User) -> User:
    """Return the person with their roles, for what they left open to others. Raises as `with_known_roles` does.

    Without a management key nobody tells their roles while they are away: those of their last session hold for as long
    as that may be resumed.
    """
    return with_known_roles(user) if settings.DESCOPE_MANAGEMENT_KEY else with_last_known_roles(user)


def with_last_known_roles(user: User) -> User:
    """Return the person with the roles we last heard of, asking nobody: to tell others what they may do."""
    if not user.is_open:
        return _without_roles(user)
    if settings.DESCOPE_MANAGEMENT_KEY and user.known_roles is not None:
        user.roles = frozenset(Role(name) for name in user.known_roles)
        return user
    session = user.sessions.live().order_by("-last_refreshed_at").first()
    user.roles = user.roles_by(session.claims) if session is not None else frozenset()
    return user


def _without_roles(user: User) -> User:
    user.roles = frozenset()
    return user


def _are_roles_known(user: User) -> bool:
    return user.known_roles is not None and _age_of_roles(user) < ROLES_KNOWN_FOR


def _age_of_roles(user: User) -> timedelta:
    return timezone.now() - user.roles_known_at if user.roles_known_at else timedelta.max


def _with_roles_of_newest_session(user: User) -> User:
    live = user.sessions.live().filter(token_expires_at__gt=timezone.now())
    newest = live.order_by("-last_refreshed_at").first()
    user.roles = user.roles_by(newest.claims) if newest is not None else frozenset()
    user.is_freshly_proved = newest is not None and newest.claims.issued_at > timezone.now() - settings.FRESH_PROOF
    return user


def _asked_anew(user: User) -> User:
    """Ask Descope, or wait for the answer that another process is waiting for."""
    give_up_at = time.monotonic() + patience.seconds_left()
    while not _are_roles_known(user):
        if _lease(user):
            return _answered(user)
        if time.monotonic() >= give_up_at or not _is_being_asked(user):
            return _in_grace(user)
        time.sleep(POLL_SECONDS)
        user.refresh_from_db()
    return user


def _lease(user: User) -> bool:
    now = timezone.now()
    is_free = Q(roles_asked_at=None) | Q(roles_asked_at__lt=now - ASKED_EVERY)
    return User.objects.filter(is_free, pk=user.pk, is_disabled=False).update(roles_asked_at=now) == 1


def _is_being_asked(user: User) -> bool:
    """Whether an answer may still come. A request that asks gives up after a while."""
    longest = timedelta(seconds=patience.REQUEST_SECONDS)
    asked_at = user.roles_asked_at
    return not user.is_disabled and (asked_at is None or timezone.now() - asked_at < longest)


def _answered(user: User) -> User:
    try:
        profile = descope.load_person(user.subject)
    except ProviderUnavailable:
        return _in_grace(user)
    if profile is None:
        close(user.subject)
        raise BadToken("Descope knows nobody of this id")
    return follow(profile, keeps_roles=user.known_roles == sorted(profile.roles or ()))[0]


def _in_grace(user: User) -> User:
    if user.known_roles is None or _age_of_roles(user) >= settings.SESSION_GRACE:
        raise ProviderUnavailable("nobody has told us for too long what this person may do")
    return user


def follow_everybody() -> Totals:
    """Do for everybody, there and here, what a message from Descope would have done. Raises ProviderUnavailable."""
    totals = Totals()
    leaving = set(Departure.objects.values_list("user__subject", flat=True))
    unseen = set(User.objects.filter(is_disabled=False).values_list("subject", flat=True)) | leaving
    for listed in descope.everybody():
        unseen.discard(listed.subject)
        totals.seen += 1
        if not _is_known(listed) or listed.subject in leaving:
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
    if User.objects.filter(subject=subject).exclude(left_at=None).exists():
        descope.delete(subject)  # They have deleted their account, and Descope could not be told then.
        totals.gone += 1
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
