"""Who we have met: one local record per subject, however often and in whatever order we hear of them."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from . import descope, portraits
from .claims import Claims
from .descope import Profile
from .exceptions import BadToken, ProviderUnavailable, SignedOut
from .models import Departure, User

logger = logging.getLogger(__name__)

# So long Descope may still be deleting somebody, though it gave no answer when it was asked to.
DELETION_UNDER_WAY = timedelta(hours=1)


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
    if not is_new and user.left_at is None:
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


def note_roles(user: User, claims: Claims) -> None:
    """Remember what a new token says of their roles, unless Descope has said something later since."""
    is_newest = Q(roles_known_at=None) | Q(roles_known_at__lt=claims.issued_at)
    names = sorted(role.value for role in claims.roles)
    User.objects.filter(is_newest, pk=user.pk).update(known_roles=names, roles_known_at=claims.issued_at)


def note_still_there(user: User, *, wished_before: datetime) -> None:
    """Tear up their wish to be deleted, if it is older than that: Descope knows them still, or they have come back."""
    Departure.objects.filter(user=user, asked_at__lt=wished_before).delete()


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


def shown_name(profile: Profile) -> str:
    """Return a name to show. A magic link may bring none, and an address is nobody else's business."""
    return (profile.name or profile.email.split("@")[0] or f"Member {profile.subject[-6:]}")[:200]


def _update(user: User, profile: Profile) -> None:
    """Take over what the profile says, unless somebody asked Descope later and has stored the answer already."""
    changes: dict[str, Any] = {
        "email": profile.email or user.email,
        "is_disabled": not profile.is_enabled,
        **_known_roles(profile),
    }
    if profile.name:
        changes["name"] = profile.name[:200]
    if any(getattr(user, field) != value for field, value in changes.items()):
        is_newest = Q(roles_known_at=None) | Q(roles_known_at__lte=profile.asked_at)
        # All of it: what looks unchanged may have been changed by an older answer since `user` was read.
        User.objects.filter(is_newest, pk=user.pk, left_at=None).update(**changes)
        user.refresh_from_db(fields=list(changes))


def _known_roles(profile: Profile) -> dict[str, Any]:
    if profile.roles is None:
        return {}
    return {"known_roles": sorted(profile.roles), "roles_known_at": profile.asked_at}
