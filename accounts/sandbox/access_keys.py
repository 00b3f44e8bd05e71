"""Access keys: made, shown once, and exchanged for session tokens."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from . import people, tokens
from .exceptions import BadAccessKey, NoSuchAccessKey, Refusal
from .models import AccessKey
from .proofs import digest


def create(profile: Mapping[str, Any]) -> tuple[AccessKey, str]:
    """Make a key with the fields that `profile` has, in the API's names. Returns it and its text."""
    text = secrets.token_urlsafe(32)
    key = AccessKey(digest=digest(text))
    change(key, profile)
    user_id = profile.get("userId")
    key.person = people.find(user_id=str(user_id)) if user_id else None
    key.roles = [role.name for role in people.roles_named(_names(profile.get("roleNames")))]
    given = profile.get("keyTenants")
    key.tenants = {
        str(tenant.get("tenantId")): _names(tenant.get("roleNames"))
        for tenant in (given if isinstance(given, list) else [])
        if isinstance(tenant, dict)
    }
    seconds = profile.get("expireTime")
    key.expires_at = datetime.fromtimestamp(seconds, tz=UTC) if isinstance(seconds, int) and seconds > 0 else None
    key.save()
    return key, text


def renew(key: AccessKey) -> str:
    """Return a new text for the key; the former one is over."""
    text = secrets.token_urlsafe(32)
    key.digest = digest(text)
    key.save()
    return text


def change(key: AccessKey, profile: Mapping[str, Any]) -> None:
    """Take over name, description and claims, and leave what is not given. It is not saved yet."""
    key.name = str(profile.get("name") or "").strip()[:200]
    if not key.name:
        raise Refusal("name is missing")
    if profile.get("description") is not None:
        key.description = str(profile["description"])[:500]
    if isinstance(profile.get("customClaims"), dict):
        key.claims = profile["customClaims"]


def find(key_id: str) -> AccessKey:
    """Return the key. Raises NoSuchAccessKey."""
    key = AccessKey.objects.select_related("person").filter(key_id=key_id).first()
    if key is None:
        raise NoSuchAccessKey
    return key


def exchange(text: str, *, claims: Mapping[str, Any], tenant: str) -> dict[str, Any]:
    """Return a session token for the key, as the API answers it. Raises BadAccessKey."""
    key = AccessKey.objects.select_related("person").filter(digest=digest(text), is_active=True).first()
    if key is None or (key.expires_at and key.expires_at <= timezone.now()):
        raise BadAccessKey
    if key.person and not key.person.is_enabled:
        raise BadAccessKey
    return {"sessionJwt": tokens.mint(tokens.key_claims(key, extra=claims, tenant=tenant)), "keyId": key.key_id}


def as_key(key: AccessKey) -> dict[str, Any]:
    """Return the key as the API shows it. Its text is not kept."""
    return {
        "id": key.key_id,
        "clientId": key.key_id,
        "name": key.name,
        "description": key.description,
        "roleNames": key.roles,
        "keyTenants": [{"tenantId": tenant, "roleNames": names} for tenant, names in key.tenants.items()],
        "status": "active" if key.is_active else "inactive",
        "boundUserId": key.person.user_id if key.person else "",
        "customClaims": key.claims,
        "createdTime": int(key.created_at.timestamp()),
        "expireTime": int(key.expires_at.timestamp()) if key.expires_at else 0,
    }


def _names(value: object) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
