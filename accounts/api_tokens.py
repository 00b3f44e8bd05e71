"""Personal API tokens: somebody's own programs act for them, with some of their powers and for a while."""

import logging
import secrets
from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

from django.utils import timezone

from . import upkeep
from .exceptions import BadToken
from .models import ApiToken, User
from .roles import Role
from .vault import digest

logger = logging.getLogger(__name__)

PREFIX = "glly_"  # So that a token that has leaked is known for what it is.
LONGEST_LIFE = timedelta(days=366)
USE_NOTED_EVERY = timedelta(minutes=5)


class Scope(StrEnum):
    READ = "read"
    WRITE = "write"
    PUBLISH = "publish"


# The role each scope lets through, if the person has it. Reading what every member reads takes none.
LETS_THROUGH: dict[Scope, frozenset[Role]] = {
    Scope.READ: frozenset(),
    Scope.WRITE: frozenset({Role.EDITOR}),
    Scope.PUBLISH: frozenset({Role.ADMIN}),
}


def create(user: User, *, name: str, scopes: Collection[Scope], lifetime: timedelta) -> tuple[ApiToken, str]:
    """Make a token for this person. Returns its record, and the token itself: nothing here can tell it again.

    Raises ValueError for a lifetime of more than a year.
    """
    if not timedelta(0) < lifetime <= LONGEST_LIFE:
        raise ValueError("a token lives for a year at most")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        digest=digest(secret),
        scopes=sorted({Scope.READ, *scopes}),
        expires_at=timezone.now() + lifetime,
    )
    logger.info("API token %s of person %s made, for: %s", token.pk, user.pk, " ".join(token.scopes))
    return token, secret


def is_one(bearer: str) -> bool:
    """Whether this means to be a personal token; no session token begins like one."""
    return bearer.startswith(PREFIX)


def person_of(secret: str) -> User:
    """Return the person of this token, with those of their roles that it lets through.

    Raises BadToken, and ProviderUnavailable where nobody has told us for too long what they may do.
    """
    token = ApiToken.objects.live().select_related("user").filter(digest=digest(secret)).first()
    if token is None or token.user.is_disabled:
        raise BadToken("no such API token, or one that is over, or whose person may not sign in")
    user = upkeep.with_known_roles(token.user)
    if user.is_disabled:
        raise BadToken("the person has been disabled meanwhile")
    user.roles &= roles_let_through(token.scopes)
    _note_use(token)
    return user


def roles_let_through(scopes: Collection[str]) -> frozenset[Role]:
    """Return the roles that a token with these scopes can use, at most. An unknown scope lets nothing through."""
    return frozenset(role for scope, roles in LETS_THROUGH.items() if scope in scopes for role in roles)


def revoke(token: ApiToken) -> None:
    ApiToken.objects.filter(pk=token.pk).revoke()


def revoke_all_of(user: User) -> None:
    ApiToken.objects.filter(user=user).revoke()


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at <= now - USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
