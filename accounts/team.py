"""The team: who may write and review here. Each act is done at Descope first, then here, and kept in the log.

Its verbs raise PermissionDenied, Declined where the act cannot be done, and ProviderUnavailable.
"""

from dataclasses import replace

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction

from . import api_tokens, descope, sessions, upkeep
from .descope import Profile
from .exceptions import Declined, ProviderUnavailable
from .models import Person, TeamEntry, User
from .roles import Role, name_of

MAX_REASON_LENGTH = 500
MAX_NAME_LENGTH = 100
MAX_EMAIL_LENGTH = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets.
NOBODY_LEFT = "That would leave nobody who can manage people. Make somebody else an admin first."


def may_see_team(person: Person) -> bool:
    return Role.ADMIN in person.roles


def may_manage_team(person: Person) -> bool:
    """An admin whom Descope has confirmed of late."""
    return may_see_team(person) and person.is_freshly_proved


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
    invited = descope.invite(email, name, wanted)
    # Until they sign in and give a name, they go by the address that the admin has typed.
    return _done("invite", replace(invited, name=invited.name or email.split("@")[0]), by, reason, wanted)


def give_role(*, by: User, subject: str, role: str, reason: str) -> User:
    reason, wanted, profile = _checked(by, reason), _role(role), _known(subject)
    descope.give_role(profile.login_id, wanted)
    now = _reloaded(replace(profile, roles=_roles(profile) | {wanted}))
    return _done("give_role", now, by, reason, wanted)


def take_role(*, by: User, subject: str, role: str, reason: str) -> User:
    reason, unwanted, profile = _checked(by, reason), _role(role), _known(subject)
    if unwanted == Role.ADMIN:
        _check_can_be_spared(profile, by)
    descope.take_role(profile.login_id, unwanted)
    if unwanted == Role.ADMIN and _is_nobody_left():
        descope.give_role(profile.login_id, unwanted)
        raise Declined(NOBODY_LEFT)
    now = _reloaded(replace(profile, roles=_roles(profile) - {unwanted}))
    return _done("take_role", now, by, reason, unwanted)


def disable(*, by: User, subject: str, reason: str) -> User:
    reason, profile = _checked(by, reason), _known(subject)
    _check_can_be_spared(profile, by)
    descope.disable(profile.login_id)
    if Role.ADMIN in _roles(profile) and _is_nobody_left():
        descope.enable(profile.login_id)
        raise Declined(NOBODY_LEFT)
    return _done("disable", _reloaded(replace(profile, is_enabled=False)), by, reason)


def enable(*, by: User, subject: str, reason: str) -> User:
    reason, profile = _checked(by, reason), _known(subject)
    if profile.is_enabled:
        raise Declined("This account is open already.")
    descope.enable(profile.login_id)
    return _done("enable", _reloaded(replace(profile, is_enabled=True)), by, reason)


def sign_out_everywhere(*, by: User, subject: str, reason: str) -> User:
    reason, profile = _checked(by, reason), _known(subject)
    descope.end_sessions_of(profile.subject)
    user = _done("sign_out_everywhere", profile, by, reason)
    sessions.end_all_of(user)
    api_tokens.revoke_all_of(user)
    return user


def _checked(by: User, reason: str) -> str:
    """Return the reason as it is kept. Raises PermissionDenied, Declined and ProviderUnavailable."""
    if not may_see_team(by):
        raise PermissionDenied("The team is for admins.")
    if not may_manage_team(by):
        raise PermissionDenied("We cannot reach the sign-in service to confirm that you are an admin. Try again later.")
    reason = " ".join(reason.split())
    if not reason:
        raise Declined("Say why, in a few words. It is kept in the log.")
    if len(reason) > MAX_REASON_LENGTH:
        raise Declined(f"A reason has at most {MAX_REASON_LENGTH} characters.")
    # A token may be older than the loss of the role, and who acts here could give it back to themselves.
    actor = descope.load_person(by.subject)
    if actor is None or not actor.is_enabled or Role.ADMIN not in (actor.roles or ()):
        raise PermissionDenied("Descope no longer knows you as an admin.")
    return reason


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
    return [one for one in people if Role.ADMIN in _roles(one) and one.is_enabled and not one.is_test]


def _reloaded(expected: Profile) -> Profile:
    """Return what Descope says of the person after the act, or, if it stops answering, what must be true."""
    try:
        return descope.load_person(expected.subject) or replace(expected, is_enabled=False)
    except ProviderUnavailable:
        return expected


@transaction.atomic
def _done(verb: str, profile: Profile, by: User, reason: str, role: Role | None = None) -> User:
    """Let the act take effect here, at the very next request, and keep it in the log."""
    user, _ = upkeep.follow(profile)
    TeamEntry.objects.create(by_subject=by.subject, subject=user.subject, verb=verb, role=role or "", reason=reason)
    return user
