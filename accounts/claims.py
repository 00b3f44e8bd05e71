"""What a verified token says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from django.conf import settings

from .exceptions import BadToken
from .roles import Role, roles_named


@dataclass(frozen=True)
class Claims:
    """The part of a session token that Galley acts on. Instants are in UTC.

    `methods` is how the person signed in, as `amr` tells it: `email`, `totp`, `mfa` and the like.
    """

    subject: str
    roles: frozenset[Role]
    methods: frozenset[str]
    issued_at: datetime
    expires_at: datetime
    payload: Mapping[str, Any]

    @property
    def proved_at(self) -> datetime:
        """When the person showed who they are, or later: a refreshed token is younger than that.

        Where the project puts `auth_time` into its tokens, that tells it. Source: OpenID Connect Core 1.0, section 2.
        """
        try:
            return min(self.issued_at, _instant(self.payload, "auth_time"))
        except BadToken:
            return self.issued_at

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> Self:
        """Return the claims of a payload whose signature has been checked.

        Raises BadToken where a claim is missing or of the wrong kind. Source: Descope's JWT,
        protocol section 3; RFC 7519, section 4.1.
        """
        subject = payload.get("sub")
        if not isinstance(subject, str) or not subject.strip() or len(subject) > 255:
            raise BadToken("no usable subject")
        return cls(
            subject=subject,
            roles=roles_named(_role_names(payload)),
            methods=frozenset(method for method in _as_list(payload.get("amr")) if isinstance(method, str)),
            issued_at=_instant(payload, "iat"),
            expires_at=_instant(payload, "exp"),
            payload=payload,
        )


def _role_names(payload: Mapping[str, Any]) -> list[object]:
    """Return the role names that count here: the project's, or the one tenant's where one is set.

    A token of a chosen tenant names it in `dct` and may carry that tenant's roles at the top.
    """
    tenant_id = settings.DESCOPE_TENANT_ID
    if not tenant_id:
        return _as_list(payload.get("roles"))
    tenants = payload.get("tenants")
    if isinstance(tenants, dict) and isinstance(tenants.get(tenant_id), dict):
        return _as_list(tenants[tenant_id].get("roles"))
    if payload.get("dct") == tenant_id and not tenants:
        return _as_list(payload.get("roles"))
    return []


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _instant(payload: Mapping[str, Any], name: str) -> datetime:
    seconds = payload.get(name)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise BadToken(f"no usable {name}")
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise BadToken(f"{name} is out of range") from error
