"""The key in a browser's cookie, and its change when somebody's powers change.

Parallel requests are still under way with the key of before, and the answer that brings the new one may be lost. So
the former key works until shortly after the new one has first been seen, and who still comes with it when every
answer under way has arrived is given another new one.
"""

import secrets
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from . import session_rows
from .models import Session
from .session_rows import Row
from .vault import digest

OVERLAP = timedelta(seconds=60)


def new_key() -> str:
    return secrets.token_urlsafe(32)


def session_of(key: str) -> Session | None:
    """Return the session that this key opens, over or not. A key that is in force costs one query."""
    return session_of_row(key, session_rows.row_of(digest(key)))


def session_of_row(key: str, row: Row | None) -> Session | None:
    """Return the session of the row that was found by this key, or of the key as a former one where there is none."""
    if row is None:
        return Session.objects.select_related("user").filter(_is_former(key)).first()
    session = session_rows.session_in(row)
    if session.former_key_digest and session.former_key_until is None:
        Session.objects.filter(pk=session.pk).update(former_key_until=timezone.now() + OVERLAP)
    return session


def sessions_of(key: str) -> QuerySet[Session]:
    return Session.objects.filter(Q(key_digest=digest(key)) | _is_former(key))


def changed_key(session: Session, key: str) -> str | None:
    """Return a new key for a session whose powers have changed, None where the browser's is good.

    Of parallel requests with the same key one changes it: two new keys would race for the one cookie.
    """
    used, now = digest(key), timezone.now()
    if session.key_digest == used and session.is_key_outdated:
        is_as_it_was = Q(key_digest=used, is_key_outdated=True)
    elif session.former_key_digest == used:
        is_as_it_was = Q(former_key_digest=used, former_key_until=None, key_changed_at__lte=now - OVERLAP)
    else:
        return None
    changed = new_key()
    is_ours = Session.objects.filter(is_as_it_was, pk=session.pk, ended_at=None).update(
        key_digest=digest(changed),
        former_key_digest=used,
        former_key_until=None,
        key_changed_at=now,
        is_key_outdated=False,
    )
    return changed if is_ours else None


def _is_former(key: str) -> Q:
    still = Q(former_key_until=None) | Q(former_key_until__gt=timezone.now())
    return Q(former_key_digest=digest(key)) & still
