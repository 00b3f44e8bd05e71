"""Sessions: signing in, refreshing with rotation, signing out."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from . import keys, people, state, tokens, webhooks
from .exceptions import BadToken, Disabled, Refusal
from .models import Person, RefreshToken, SignIn
from .router import DATABASE

REUSED = "RefreshTokenReused"  # Descope documents no name for it.


def mark_seen(person: Person) -> bool:
    """Return whether this is the first time that the person signs in, and remember that they have."""
    seen = Person.objects.filter(pk=person.pk, first_signed_in_at=None).update(first_signed_in_at=timezone.now())
    if seen and person.status == "invited":
        person.status = "enabled"
        person.save(update_fields=["status"])
    return seen == 1


@transaction.atomic(using=DATABASE)
def sign_in(
    person: Person,
    *,
    first_seen: bool,
    methods: Sequence[str] = ("email",),
    tenant: str = "",
    claims: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Start a session and return its tokens, as the API answers them. Raises Disabled."""
    if not person.is_enabled:
        raise Disabled
    session = SignIn.objects.create(person=person, methods=list(methods), tenant=tenant, claims=dict(claims or {}))
    webhooks.tell("LoginSucceed", person, method=methods[0])
    return {**_tokens(session), "user": people.as_user(person), "firstSeen": first_seen}


def refresh(token: str) -> dict[str, Any]:
    """Trade a refresh token for new tokens; the old one is over. Raises BadToken and Disabled.

    For a moment the old one still works: of two requests that refresh at once, the slower is not signed out.
    """
    return _traded(_current(token))


def select_tenant(token: str, tenant: str) -> dict[str, Any]:
    """Act for one of the person's tenants from now on. Returns new tokens. Raises BadToken and Disabled."""
    used = _current(token)
    if tenant not in used.sign_in.person.tenants:
        raise Refusal("The user is not in this tenant")
    return _traded(used, tenant)


def tenant_of(token: str) -> str:
    """Return the tenant that the session acts for, if any."""
    return _current(token).sign_in.tenant


def history(user_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return when these people signed in, newest first. Places are not known here."""
    found = SignIn.objects.filter(person__user_id__in=user_ids).select_related("person").order_by("-pk")[:100]
    return [
        {
            "userId": session.person.user_id,
            "loginTime": int(session.started_at.timestamp()),
            "city": "",
            "country": "",
            "ip": "",
        }
        for session in found
    ]


def person_of(token: str) -> Person:
    """Return whose refresh token this is. Raises BadToken and Disabled."""
    return _current(token).sign_in.person


def methods_of(token: str, person: Person) -> list[str]:
    """Return how this person has proved who they are in the session. Raises BadToken where it is another's."""
    session = _current(token).sign_in
    if session.person != person:
        raise BadToken
    return list(session.methods)


def sign_out(token: str) -> None:
    session = _current(token).sign_in
    session.ended_at = timezone.now()
    session.save(update_fields=["ended_at"])


def sign_out_everywhere(token: str) -> None:
    people.end_all_sessions(person_of(token))


def end_everything() -> None:
    """End every session, and let no token that was ever signed be good."""
    SignIn.objects.filter(ended_at=None).update(ended_at=timezone.now())
    keys.rotate(keep_former=False)


def _current(token: str) -> RefreshToken:
    """Return the refresh token. Not inside a transaction: a stolen one ends its session, and is refused all the same."""
    jti = tokens.read_refresh(token)["jti"]
    known = RefreshToken.objects.select_related("sign_in__person").filter(jti=jti, sign_in__ended_at=None).first()
    if known is None:
        raise BadToken
    if _is_reused(known):
        _revoke(known.sign_in)
        raise BadToken("The refresh token was used again after a newer one took its place, so its session is over")
    if not known.sign_in.person.is_enabled:
        raise Disabled
    return known


def _is_reused(known: RefreshToken) -> bool:
    """Whether two hold the token, one of them a thief: it was replaced, and not just now by a parallel request."""
    if known.replaced_at is None:
        return False
    return timezone.now() - known.replaced_at > timedelta(seconds=state.now().reuse_grace_seconds)


@transaction.atomic(using=DATABASE)
def _revoke(session: SignIn) -> None:
    """End the session with all tokens of its chain: nobody can tell which of their two holders is the thief."""
    if SignIn.objects.filter(pk=session.pk, ended_at=None).update(ended_at=timezone.now()):
        webhooks.tell(REUSED, session.person, sessionStarted=int(session.started_at.timestamp()))


@transaction.atomic(using=DATABASE)
def _traded(used: RefreshToken, tenant: str = "") -> dict[str, Any]:
    session = used.sign_in
    RefreshToken.objects.filter(pk=used.pk, replaced_at=None).update(replaced_at=timezone.now())
    if tenant:
        session.tenant = tenant
        session.save(update_fields=["tenant"])
    return {**_tokens(session), "user": people.as_user(session.person), "firstSeen": False}


def _tokens(session: SignIn) -> dict[str, Any]:
    """Return a fresh pair of tokens with what a client needs to keep them."""
    now = timezone.now()
    expires_at = now + tokens.REFRESH_LIFETIME
    known = RefreshToken.objects.create(sign_in=session, jti=secrets.token_hex(16))
    claims = tokens.session_claims(
        session.person,
        methods=session.methods,
        tenant=session.tenant,
        refresh_expires_at=expires_at,
        extra=session.claims,
    )
    return {
        "sessionJwt": tokens.mint(claims),
        "refreshJwt": tokens.mint(tokens.refresh_claims(session.person, methods=session.methods, jti=known.jti)),
        "cookieDomain": "",
        "cookiePath": "/",
        "cookieMaxAge": int(tokens.REFRESH_LIFETIME.total_seconds()),
        "cookieExpiration": int(expires_at.timestamp()),
        "sessionExpiration": claims["exp"],
    }
