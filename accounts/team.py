"""The team: who may write and review here. Each act is written down, done at Descope, and takes effect here.

Its verbs raise PermissionDenied, Declined where the act cannot be done, Unconfirmed where it may have been done, and
ProviderUnavailable where it was not, because Descope could not be asked.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from . import api_tokens, departures, descope, sessions, upkeep
from .descope import Profile
from .exceptions import Declined, NotDone, ProviderUnavailable, Unconfirmed
from .models import Person, TeamEntry, User
from .roles import Role, name_of

Outcome = TeamEntry.Outcome

MAX_REASON_LENGTH = 500
MAX_NAME_LENGTH = 100
MAX_EMAIL_LENGTH = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets.
A_MOMENT = timedelta(minutes=1)
NOBODY_LEFT = "That would leave nobody who can manage people. Make somebody else an admin first."


def may_see_team(person: Person) -> bool:
    return Role.ADMIN in person.roles


def may_manage_team(person: Person) -> bool:
    """An admin whom Descope has confirmed of late."""
    return may_see_team(person) and person.is_freshly_proved


def acts_without_descope(person: Person, profile: Profile) -> list[tuple[str, Role | None]]:
    """Return the same for while Descope does not answer: what only takes away, and takes effect here at once."""
    may = may_manage_team(person) and profile.is_enabled and bool(settings.DESCOPE_MANAGEMENT_KEY)
    return [("sign_out_everywhere", None)] if may else []


def acts_for(person: Person, profile: Profile) -> list[tuple[str, Role | None]]:
    """Return what this person may do to that one now: verbs, each with the role it is about."""
    if not may_manage_team(person):
        return []
    if not profile.is_enabled:
        return [("enable", None)]
    roles = _roles(profile)
    acts: list[tuple[str, Role | None]] = [("take_role" if role in roles else "give_role", role) for role in Role]
    acts += [("sign_out_everywhere", None), ("disable", None)]
    if _is(person, profile):
        acts = [act for act in acts if act not in (("take_role", Role.ADMIN), ("disable", None))]
    return acts


def invite(*, by: User, email: str, reason: str, name: str = "", role: str = "") -> User:
    """Have Descope write to this address, and make the account that the letter is for."""
    reason, wanted = _checked(by, reason), _role(role) if role else None
    email, name = email.strip(), " ".join(name.split())
    if len(name) > MAX_NAME_LENGTH:
        raise Declined(f"A name has at most {MAX_NAME_LENGTH} characters.")
    if not _is_address(email):
        raise Declined("That does not look like an e-mail address. Please check it.")
    if next(descope.everybody(login_ids=[email]), None):
        raise Declined(f"{email} has an account already.")
    with _written_down("invite", by, reason, role=wanted, address=_masked(email)) as entry:
        invited = descope.invite(email, name, wanted)
    # Until they sign in and give a name, they go by the address that the admin has typed.
    return _done(entry, replace(invited, name=invited.name or email.split("@")[0]))


def give_role(*, by: User, subject: str, role: str, reason: str) -> User:
    reason, wanted, profile = _checked(by, reason), _role(role), _known(subject)
    with _written_down("give_role", by, reason, profile, wanted) as entry:
        descope.give_role(profile.login_id, wanted)
    return _done(entry, _reloaded(replace(profile, roles=_roles(profile) | {wanted})))


def take_role(*, by: User, subject: str, role: str, reason: str) -> User:
    reason, unwanted, profile = _checked(by, reason), _role(role), _known(subject)
    if unwanted == Role.ADMIN:
        _check_can_be_spared(profile, by)
    with _written_down("take_role", by, reason, profile, unwanted) as entry:
        descope.take_role(profile.login_id, unwanted)
    if unwanted == Role.ADMIN:
        _check_somebody_is_left(entry, undo=lambda: descope.give_role(profile.login_id, unwanted))
    return _done(entry, _reloaded(replace(profile, roles=_roles(profile) - {unwanted})))


def disable(*, by: User, subject: str, reason: str) -> User:
    reason, profile = _checked(by, reason), _known(subject)
    _check_can_be_spared(profile, by)
    with _written_down("disable", by, reason, profile) as entry:
        descope.disable(profile.login_id)
    if Role.ADMIN in _roles(profile):
        _check_somebody_is_left(entry, undo=lambda: descope.enable(profile.login_id))
    return _done(entry, _reloaded(replace(profile, is_enabled=False)))


def enable(*, by: User, subject: str, reason: str) -> User:
    reason, profile = _checked(by, reason), _known(subject)
    if profile.is_enabled:
        raise Declined("This account is open already.")
    with _written_down("enable", by, reason, profile) as entry:
        descope.enable(profile.login_id)
    return _done(entry, _reloaded(replace(profile, is_enabled=True)))


def sign_out_everywhere(*, by: User, subject: str, reason: str) -> tuple[User, bool]:
    """End every session of somebody here, bearers and API tokens included, and then at Descope.

    Returns the person, and whether Descope's own sessions are over, too. If not, `finish_sign_outs` sees to it.
    """
    reason = _checked_words(by, reason)
    user = _whom_to_sign_out(by, subject)
    with transaction.atomic():
        entry = _asked_for("sign_out_everywhere", by, reason, subject=user.subject)
        sessions.end_all_of(user)
        api_tokens.revoke_all_of(user)
    is_over = _is_over_at_descope(user.subject)
    _answer(entry, Outcome.DONE if is_over else Outcome.DONE_HERE)
    return user, is_over


def finish_sign_outs() -> int:
    """End at Descope the sessions that it was asked to end and did not say it had. Returns how many people's are left."""
    left = 0
    open_entries = TeamEntry.objects.filter(verb="sign_out_everywhere", answer=None).exclude(outcome=Outcome.DONE)
    for entry in open_entries.filter(at__lt=timezone.now() - A_MOMENT):  # Younger ones are under way.
        if _is_over_at_descope(entry.subject):
            _answer(entry, Outcome.DONE)
        else:
            left += 1
    return left


def _whom_to_sign_out(by: User, subject: str) -> User:
    """Return the person, asking Descope about them and about the admin if it answers.

    If it does not, an admin whom it has confirmed within a quarter of an hour is believed for this one act. Somebody
    who has lost the role since could misuse that for so long: they could sign out everybody, who then cannot sign in
    again before Descope is back. They gain nothing by it, cannot bring the outage about, and stand in the log; while
    an admin who could not throw out a stolen session during an outage would have to watch it being used.
    """
    try:
        _check_is_admin_at_descope(by)
        return upkeep.follow(_known(subject))[0]
    except ProviderUnavailable:
        user = User.objects.filter(subject=subject).first()
        if user is None or not settings.DESCOPE_MANAGEMENT_KEY:
            raise
        return user


def _is_over_at_descope(subject: str) -> bool:
    try:
        descope.end_sessions_of(subject)
    except Declined:
        return True  # It knows nobody of this id, who then has no sessions.
    except ProviderUnavailable:
        return False
    return True


def _checked(by: User, reason: str) -> str:
    """Return the reason as it is kept. Raises PermissionDenied, Declined and ProviderUnavailable."""
    reason = _checked_words(by, reason)
    _check_is_admin_at_descope(by)
    return reason


def _checked_words(by: User, reason: str) -> str:
    if not may_see_team(by):
        raise PermissionDenied("The team is for admins.")
    if not may_manage_team(by):
        raise PermissionDenied("We cannot reach the sign-in service to confirm that you are an admin. Try again later.")
    reason = " ".join(reason.split())
    if not reason:
        raise Declined("Say why, in a few words. It is kept in the log.")
    if len(reason) > MAX_REASON_LENGTH:
        raise Declined(f"A reason has at most {MAX_REASON_LENGTH} characters.")
    return reason


def _check_is_admin_at_descope(by: User) -> None:
    """A token may be older than the loss of the role, and who acts here could give it back to themselves."""
    actor = descope.load_person(by.subject)
    if actor is None or not actor.is_enabled or Role.ADMIN not in (actor.roles or ()):
        raise PermissionDenied("Descope no longer knows you as an admin.")


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return len(email) <= MAX_EMAIL_LENGTH


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError as error:
        raise Declined("There is no such role here.") from error


def _known(subject: str) -> Profile:
    profile = descope.load_person(subject)
    if profile is None:
        raise Declined("Descope does not know this person any more.")
    return profile


def _roles(profile: Profile) -> frozenset[Role]:
    return profile.roles or frozenset()


def _is(person: Person, profile: Profile) -> bool:
    return isinstance(person, User) and person.subject == profile.subject


def _check_can_be_spared(profile: Profile, by: User) -> None:
    """Refuse to let go of oneself by mistake, and of the last admin."""
    if _is(by, profile):
        raise Declined("Nobody does this to themselves by mistake: ask another admin.")
    check_somebody_else_manages(profile)


def check_somebody_else_manages(profile: Profile) -> None:
    """Raises Declined where this is the last admin, and ProviderUnavailable."""
    if Role.ADMIN in _roles(profile) and not [admin for admin in _admins() if admin.subject != profile.subject]:
        raise Declined(NOBODY_LEFT)


def _is_nobody_left() -> bool:
    """Whether the act went too far after all: two admins may have taken the role from each other at once."""
    try:
        return not _admins()
    except ProviderUnavailable:
        return False  # Somebody was left when it was asked before the act.


def _admins() -> list[Profile]:
    """Return those who can manage people, as Descope counts them at this moment."""
    # The search by role looks at the project's roles only, so a tenant's people are all looked through.
    conditions = descope.of_our_tenant() or {"role_names": [name_of(Role.ADMIN)]}
    people = descope.everybody(statuses=["enabled"], **conditions)
    leaving = departures.subjects_leaving()
    return [
        one
        for one in people
        if Role.ADMIN in _roles(one) and one.is_enabled and not one.is_test and one.subject not in leaving
    ]


def _check_somebody_is_left(entry: TeamEntry, undo: Callable[[], None]) -> None:
    if not _is_nobody_left():
        return
    try:
        undo()
    except (Declined, ProviderUnavailable) as trouble:
        raise Unconfirmed("nobody who can manage people may be left") from trouble
    _answer(entry, Outcome.UNDONE)
    raise Declined(NOBODY_LEFT)


def _reloaded(expected: Profile) -> Profile:
    """Return what Descope says of the person after the act, or, if it stops answering, what must be true."""
    expected = replace(expected, asked_at=timezone.now())
    try:
        return descope.load_person(expected.subject) or replace(expected, is_enabled=False)
    except ProviderUnavailable:
        return expected


@contextmanager
def _written_down(
    verb: str, by: User, reason: str, profile: Profile | None = None, role: Role | None = None, address: str = ""
) -> Iterator[TeamEntry]:
    """Keep in the log what Descope is about to be asked for, and what it said unless that was yes."""
    entry = _asked_for(verb, by, reason, subject=profile.subject if profile else "", role=role, address=address)
    try:
        yield entry
    except (Declined, NotDone):
        _answer(entry, Outcome.NOT_DONE)
        raise
    except ProviderUnavailable as trouble:
        # If it was done, their next request is to find that out.
        for user in User.objects.filter(subject=entry.subject):
            sessions.refresh_all_of(user)
        raise Unconfirmed("Descope did not say whether it has done it") from trouble


def _asked_for(
    verb: str, by: User, reason: str, *, subject: str = "", role: Role | None = None, address: str = ""
) -> TeamEntry:
    return TeamEntry.objects.create(
        by_subject=by.subject,
        subject=subject,
        verb=verb,
        role=role or "",
        reason=reason,
        address=address,
        outcome=Outcome.ASKED,
    )


@transaction.atomic
def _done(entry: TeamEntry, profile: Profile) -> User:
    """Let the act take effect here, at the very next request, and say in the log that it is done."""
    user, _ = upkeep.follow(profile)
    _answer(entry, Outcome.DONE, subject=user.subject)
    return user


def _answer(entry: TeamEntry, outcome: TeamEntry.Outcome, subject: str = "") -> None:
    TeamEntry.objects.create(
        by_subject=entry.by_subject,
        subject=subject or entry.subject,
        verb=entry.verb,
        role=entry.role,
        reason=entry.reason,
        address="" if subject else entry.address,
        outcome=outcome,
        answers=entry,
    )


def _masked(email: str) -> str:
    """Return an address as the log may keep it for ever: enough to know it again by."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"
