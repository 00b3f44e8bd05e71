"""What we keep of somebody, for them to take along."""

import base64
from typing import Any

from . import portraits
from .models import ApiToken, Session, TeamEntry, User


def kept_of(user: User) -> dict[str, Any]:
    """Return all there is of them here, as plain values, but no secrets: nothing by which somebody could act for them.

    Left out for that: the digests of session keys and API tokens, the digests of session tokens, and the locked refresh
    token. Left out because it says nothing of them: when a refresh was leased or their roles were last asked for.
    """
    return {
        "profile": {
            "id": user.pk,
            "id_at_descope": user.subject,
            "name": user.name,
            "email": user.email,
            "roles": sorted(user.roles),
            "roles_descope_last_told": user.known_roles,
            "roles_told_at": user.roles_known_at,
            "tokens_refused_until": user.tokens_not_before,
            "here_since": user.created_at,
        },
        "picture": _picture(user),
        "sign_in_methods": sorted({*user.methods, *(m for s in user.sessions.all() for m in _methods(s))}),
        "sessions": [_session(session) for session in user.sessions.order_by("pk")],
        "api_tokens": [_api_token(token) for token in user.api_tokens.order_by("pk")],
        "done_to_your_account": _acts(TeamEntry.objects.filter(subject=user.subject)),
        "done_by_you_as_admin": _acts(TeamEntry.objects.filter(by_subject=user.subject).exclude(subject=user.subject)),
    }


def _picture(user: User) -> dict[str, Any]:
    """Return the picture itself, too: its address opens for members only."""
    file = portraits.opened(user.picture)
    content = None
    if file is not None:
        with file:
            content = base64.b64encode(file.read()).decode()
    return {"fetched_from": user.picture_source, "type": "image/webp" if content else None, "base64": content}


def _session(session: Session) -> dict[str, Any]:
    return {
        "started_at": session.started_at,
        "last_seen_at": session.last_refreshed_at,
        "ended_at": session.ended_at,
        "device": session.device.in_words,
        "user_agent": session.user_agent,
        "network": session.network,
        "signed_in_by": _methods(session),
        # Empty once a session has ended: then it is not kept.
        "what_descope_says": session.payload,
    }


def _methods(session: Session) -> list[str]:
    """Return how they signed in, in the words of the token's `amr`; unknown of a session that has ended."""
    return sorted(session.claims.methods) if session.payload else []


def _api_token(token: ApiToken) -> dict[str, Any]:
    return {
        "name": token.name,
        "scopes": token.scopes,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "revoked_at": token.revoked_at,
    }


def _acts(entries: Any) -> list[dict[str, Any]]:
    """Return entries of the team's log without who else they are about: which admin did it, or to whom it was done."""
    return [
        {
            "at": entry.at,
            "verb": entry.verb,
            "role": entry.role,
            "reason": entry.reason,
            "outcome": entry.outcome,
        }
        for entry in entries.order_by("pk")
    ]
