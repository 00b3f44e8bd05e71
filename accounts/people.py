"""Who we have met: one local record per subject, however often and in whatever order we hear of them."""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from . import descope, portraits
from .claims import Claims
from .descope import Profile
from .exceptions import BadToken, ProviderUnavailable, SignedOut
from .models import User
from .roles import Role

logger = logging.getLogger(__name__)

ROLES_KNOWN_FOR = timedelta(minutes=10)


def register(profile: Profile) -> tuple[User, bool]:
    """Create or update the record of this person. Returns it, and whether it is new.

    Two calls at once make one record: `subject` is unique. An e-mail address identifies nobody.
    """
    user, is_new = User.objects.get_or_create(
        subject=profile.subject,
        defaults={
            "name": shown_name(profile),
            "email": profile.email,
            "is_disabled": not profile.is_enabled,
            **_known_roles(profile),
        },
    )
    if not is_new:
        _update(user, profile)
    if profile.picture is not None:
        portraits.follow(user, profile.picture)
    return user, is_new


def found_or_met(claims: Claims) -> User:
    """Return the person of these claims, making their record if a program comes before its owner ever did.

    Raises BadToken where Descope says that there is no such person any more.
    """
    user = User.objects.filter(subject=claims.subject).first()
    if user is not None:
        return user
    try:
        profile = descope.load_person(claims.subject)
    except ProviderUnavailable as trouble:
        logger.info("Met somebody whose name Descope would not tell: %s", trouble)
        profile = Profile(claims.subject, name="", email="", is_enabled=True)
    if profile is None:
        raise BadToken("Descope knows nobody of this id")
    return register(profile)[0]


def rename(user: User, name: str) -> None:
    """Change the name at Descope, then here: the next sign-in would bring Descope's back.

    Raises ProviderUnavailable, also where no management key is set.
    """
    try:
        profile = descope.rename(user.subject, name)
    except SignedOut as refusal:
        raise ProviderUnavailable("Descope does not take the management key") from refusal
    register(profile)


def with_current_roles(user: User) -> User:
    """Return the person with the roles Descope gives them now, for work on the server that no token proves.

    Whoever is gone or disabled has none. Raises ProviderUnavailable, also where no management key is set.
    """
    profile = descope.load_person(user.subject)
    if profile is None or user.is_disabled or not profile.is_enabled:
        user.roles = frozenset()
    else:
        user.roles = profile.roles or frozenset()
    return user


def with_known_roles(user: User) -> User:
    """Return the person with the roles Descope last told us of, for a personal token: no proof of its own tells them.

    With a management key they are asked for anew after ten minutes. While Descope is out of reach they hold
    for SESSION_GRACE, as a session's do. Without a management key they are those of the newest session that is not
    over, and none where there is no session. Raises ProviderUnavailable once the grace is over.
    """
    if not settings.DESCOPE_MANAGEMENT_KEY:
        return _with_roles_of_newest_session(user)
    now = timezone.now()
    if user.known_roles is None or user.roles_known_at is None or now - user.roles_known_at >= ROLES_KNOWN_FOR:
        user = _asked_anew(user)
    user.roles = frozenset(Role(name) for name in user.known_roles or [])
    user.is_freshly_proved = user.roles_known_at is not None and now - user.roles_known_at < settings.FRESH_PROOF
    return user


def _with_roles_of_newest_session(user: User) -> User:
    live = user.sessions.live().filter(token_expires_at__gt=timezone.now())
    newest = live.order_by("-last_refreshed_at").first()
    user.roles = user.roles_by(newest.claims) if newest is not None else frozenset()
    user.is_freshly_proved = newest is not None and newest.claims.issued_at > timezone.now() - settings.FRESH_PROOF
    return user


def _asked_anew(user: User) -> User:
    try:
        profile = descope.load_person(user.subject)
    except ProviderUnavailable:
        last_told = user.roles_known_at
        if last_told is None or timezone.now() - last_told >= settings.SESSION_GRACE:
            raise
        return user
    if profile is None:
        raise BadToken("Descope knows nobody of this id")
    return register(profile)[0]


def shown_name(profile: Profile) -> str:
    """Return a name to show. A magic link may bring none, and an address is nobody else's business."""
    return (profile.name or profile.email.split("@")[0] or f"Member {profile.subject[-6:]}")[:200]


@transaction.atomic
def _update(user: User, profile: Profile) -> None:
    changes: dict[str, Any] = {
        "email": profile.email or user.email,
        "is_disabled": not profile.is_enabled,
        **_known_roles(profile),
    }
    if profile.name:
        changes["name"] = profile.name[:200]
    changed = [field for field, value in changes.items() if getattr(user, field) != value]
    for field in changed:
        setattr(user, field, changes[field])
    if changed:
        user.save(update_fields=changed)


def _known_roles(profile: Profile) -> dict[str, Any]:
    if profile.roles is None:
        return {}
    return {"known_roles": sorted(profile.roles), "roles_known_at": timezone.now()}
