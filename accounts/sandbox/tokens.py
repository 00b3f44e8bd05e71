"""Session tokens and refresh tokens, as Descope signs them: protocol, section 3."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt
from django.conf import settings
from django.utils import timezone

from . import keys, people, state
from .exceptions import BadToken
from .models import AccessKey, Person

REFRESH_LIFETIME = timedelta(days=30)
OURS = frozenset(
    {"iss", "sub", "iat", "exp", "nbf", "rexp", "drn", "jti", "amr", "roles", "permissions", "tenants", "dct"}
)


def mint(claims: Mapping[str, Any], *, kid: str | None = None, alg: str = "RS256") -> str:
    """Sign whatever is given, with the project's key for `alg`. A `kid` of no key of ours only goes in the header."""
    try:
        key = keys.signing_key(alg, kid)
    except LookupError:
        key = keys.signing_key(alg)
    return jwt.encode(dict(claims), key.key, algorithm=alg, headers={"kid": kid or key.key_id, "typ": "JWT"})


def session_token(person: Person, **overrides: Any) -> str:
    """Return a session token of this person. An override of None leaves the claim out."""
    return mint(_but(session_claims(person), overrides))


def refresh_token(person: Person, **overrides: Any) -> str:
    """Return a refresh token of this person, with overrides as above. Only one that `sessions` knows can refresh."""
    return mint(_but(refresh_claims(person), overrides))


def session_claims(
    person: Person,
    *,
    methods: Iterable[str] = ("email",),
    tenant: str = "",
    refresh_expires_at: datetime | None = None,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what a session token says now. Neither name nor e-mail is in it, as with the real service."""
    now = timezone.now()
    roles = [role.name for role in person.roles.all()]
    chosen = {"dct": tenant} if tenant in person.tenants else {}
    return {
        **chosen,
        **{name: value for name, value in (extra or {}).items() if name not in OURS},
        "drn": "DS",
        "iss": settings.DESCOPE_PROJECT_ID,
        "sub": person.user_id,
        "jti": secrets.token_hex(16),
        "iat": int(now.timestamp()),
        "exp": int(now.timestamp()) + state.now().session_seconds,
        "rexp": _rfc3339(refresh_expires_at or now + REFRESH_LIFETIME),
        "amr": list(methods),
        "roles": roles,
        "permissions": people.permissions_of(roles),
        "tenants": _powers_in(person.tenants),
    }


def key_claims(key: AccessKey, *, extra: Mapping[str, Any], tenant: str) -> dict[str, Any]:
    """Return what the session token of an access key says: `sub` is the key, the powers are its person's, if any."""
    now = timezone.now()
    roles = [role.name for role in key.person.roles.all()] if key.person else key.roles
    tenants = key.person.tenants if key.person else key.tenants
    chosen = {"dct": tenant} if tenant in tenants else {}
    return {
        **chosen,
        **{name: value for name, value in {**key.claims, **extra}.items() if name not in OURS},
        "drn": "DS",
        "iss": settings.DESCOPE_PROJECT_ID,
        "sub": key.key_id,
        "jti": secrets.token_hex(16),
        "iat": int(now.timestamp()),
        "exp": int(now.timestamp()) + state.now().session_seconds,
        "roles": roles,
        "permissions": people.permissions_of(roles),
        "tenants": _powers_in(tenants),
    }


def updated(token: str, extra: Mapping[str, Any], lifetime: timedelta | None) -> str:
    """Return the same session token with more claims, its roles as they are now. Raises BadToken."""
    claims = {**_verified(token), **{name: value for name, value in extra.items() if name not in OURS}}
    if lifetime:
        claims["exp"] = int((timezone.now() + lifetime).timestamp())
    person = Person.objects.filter(user_id=claims["sub"]).first()
    if person:
        now = session_claims(person)
        claims |= {name: now[name] for name in ("roles", "permissions", "tenants")}
    return mint(claims)


def refresh_claims(person: Person, *, methods: Iterable[str] = ("email",), jti: str | None = None) -> dict[str, Any]:
    now = timezone.now()
    return {
        "drn": "DSR",
        "iss": settings.DESCOPE_PROJECT_ID,
        "sub": person.user_id,
        "jti": jti or secrets.token_hex(16),
        "iat": int(now.timestamp()),
        "exp": int((now + REFRESH_LIFETIME).timestamp()),
        "amr": list(methods),
    }


def read_refresh(token: str) -> dict[str, Any]:
    """Return the claims of a refresh token that we signed and that has not expired. Raises BadToken."""
    claims = _verified(token)
    if claims.get("drn") != "DSR" or claims.get("iss") != settings.DESCOPE_PROJECT_ID:
        raise BadToken
    return claims


def _verified(token: str) -> dict[str, Any]:
    try:
        key = keys.verification_key(str(jwt.get_unverified_header(token).get("kid")))
        if key is None:
            raise BadToken
        claims: dict[str, Any] = jwt.decode(
            token, key.key, algorithms=[key.algorithm_name], options={"require": ["exp", "sub", "jti"]}
        )
    except jwt.PyJWTError as error:
        raise BadToken from error
    return claims


def _powers_in(tenants: Mapping[str, list[str]]) -> dict[str, dict[str, list[str]]]:
    return {tenant: {"roles": names, "permissions": people.permissions_of(names)} for tenant, names in tenants.items()}


def _but(claims: dict[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**claims, **overrides}.items() if value is not None}


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(timezone.get_fixed_timezone(0)).strftime("%Y-%m-%dT%H:%M:%SZ")
