"""What we keep of somebody, for them to take along."""

from typing import Any

from .models import User


def kept_of(user: User) -> dict[str, Any]:
    """Return their profile, sessions and API tokens as plain values: all there is, but no secrets."""
    return {
        "profile": {
            "id": user.pk,
            "id_at_descope": user.subject,
            "name": user.name,
            "email": user.email,
            "roles": sorted(user.roles),
            "here_since": user.created_at,
        },
        "sessions": [
            {
                "started_at": session.started_at,
                "last_seen_at": session.last_refreshed_at,
                "ended_at": session.ended_at,
                "user_agent": session.user_agent,
                "network": session.network,
                "what_descope_says": session.payload,
            }
            for session in user.sessions.order_by("pk")
        ],
        "api_tokens": [
            {
                "name": token.name,
                "scopes": token.scopes,
                "created_at": token.created_at,
                "expires_at": token.expires_at,
                "last_used_at": token.last_used_at,
                "revoked_at": token.revoked_at,
            }
            for token in user.api_tokens.order_by("pk")
        ],
    }
