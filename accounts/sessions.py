"""Start, resume, refresh and end sessions. Tokens stay here; the browser holds only a random key."""

import hashlib
import logging
import secrets
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from . import descope, people
from .claims import Claims
from .descope import Tokens
from .devices import Device
from .exceptions import BadToken, ProviderUnavailable, SignedOut
from .models import HeldToken, Session, User
from .vault import locked, unlocked

logger = logging.getLogger(__name__)

REFRESH_AHEAD = timedelta(seconds=30)
LEASE = timedelta(seconds=10)
WAIT_SECONDS = 3.0
POLL_SECONDS = 0.05
UNKNOWN_DEVICE = Device()


def start(
    session_token: str, refresh_token: str, *, replacing: str = "", device: Device = UNKNOWN_DEVICE
) -> tuple[str, bool]:
    """Open a session for whoever the two tokens prove.

    Returns the key for the cookie, and whether the person is new here. The session of the key
    in `replacing` ends: a browser has one session, and its key changes at each sign-in. Raises
    BadToken, SignedOut and ProviderUnavailable.
    """
    claims = descope.verify_session_token(session_token)
    if descope.verify_refresh_token(refresh_token) != claims.subject:
        raise BadToken("the two tokens are of two people")
    profile = descope.profile_of(refresh_token)
    if profile.subject != claims.subject:
        raise BadToken("Descope knows the tokens as somebody else's")
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        user, is_new = people.register(profile)
        if not user.may_use(claims):
            raise SignedOut("this account is closed to new sign-ins")
        if replacing:
            _end(Session.objects.filter(key_digest=digest(replacing)))
        session = Session.objects.create(
            key_digest=digest(key),
            user=user,
            payload=dict(claims.payload),
            token_expires_at=claims.expires_at,
            locked_refresh_token=locked(refresh_token),
            user_agent=device.user_agent,
            network=device.network,
        )
        HeldToken.objects.create(session=session, digest=digest(session_token))
    return key, is_new


def resume(key: str) -> Session | None:
    """Return the session this key opens, with a token that is still good, or None.

    One indexed query while the token is good; near its end it is refreshed. Where Descope does not answer,
    the session goes on for SESSION_GRACE with what its last token said, though no longer with everything
    (`is_freshly_proved`). Raises ProviderUnavailable after that.
    """
    session = Session.objects.select_related("user").filter(key_digest=digest(key)).first()
    if session is None or session.is_over or not session.user.may_use(session.claims):
        return None
    if session.token_expires_at <= timezone.now() + REFRESH_AHEAD:
        session = _with_fresh_token(session)
    if session is not None:
        claims = session.claims
        session.user.roles = session.user.roles_by(claims)
        session.user.methods = claims.methods
        session.user.signed_in_at = session.started_at
        now = timezone.now()
        is_good = now < session.token_expires_at
        session.user.is_freshly_proved = is_good or now - claims.issued_at < settings.FRESH_PROOF
    return session


def person_of_bearer(token: str) -> User:
    """Return the person whose session token this is. Raises BadToken and ProviderUnavailable."""
    claims = descope.verify_session_token(token)
    user = people.found_or_met(claims)
    if not user.may_use(claims):
        raise BadToken("the person is disabled or signed out everywhere")
    if HeldToken.objects.filter(digest=digest(token), session__ended_at__isnull=False).exists():
        raise BadToken("its session was signed out")
    user.roles = user.roles_by(claims)
    return user


def end(key: str) -> None:
    """End the session that this key opens, if any."""
    session = Session.objects.filter(key_digest=digest(key), ended_at=None).first()
    if session is not None:
        end_one(session)


def end_one(session: Session) -> None:
    """Sign out, here first and then at Descope. A Descope that does not answer cannot keep anybody signed in."""
    _end(Session.objects.filter(pk=session.pk))
    _tell(session, descope.sign_out)


def end_all_everywhere(user: User) -> None:
    """End every session of this person, bearers included, here first and then at Descope."""
    newest = user.sessions.live().order_by("-last_refreshed_at").first()
    end_all_of(user)
    if newest is not None:
        _tell(newest, descope.sign_out_everywhere)


def end_all_of(user: User) -> None:
    """End every session of this person, bearers included, from this second on."""
    User.objects.filter(pk=user.pk).update(tokens_not_before=timezone.now())
    _end(Session.objects.filter(user=user))


def refresh_all_of(user: User) -> None:
    """Let no session of this person go on with what its old token says."""
    Session.objects.filter(user=user, ended_at=None).update(token_expires_at=timezone.now())


def digest(secret: str) -> str:
    """Return what we store in place of a key or token: 256 random bits need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _end(sessions: QuerySet[Session]) -> None:
    sessions.filter(ended_at=None).update(ended_at=timezone.now(), locked_refresh_token="", payload={})


def _tell(session: Session, verb: Callable[[str], None]) -> None:
    """Tell Descope of an end that holds here already; `session` is as it was before."""
    try:
        verb(unlocked(session.locked_refresh_token))
    except ProviderUnavailable as trouble:
        logger.warning("Session %s ended here; Descope was not told: %s", session.pk, trouble)


def _with_fresh_token(session: Session) -> Session | None:
    """Refresh through Descope: one caller of all threads, processes and machines; the rest wait for its result.

    No transaction is open while Descope is asked: the lease is one UPDATE, and runs out by itself if
    the process that holds it dies. Raises ProviderUnavailable where neither a new token nor grace is left.
    """
    patience = time.monotonic() + WAIT_SECONDS
    while session.token_expires_at <= timezone.now() + REFRESH_AHEAD:
        if descope.breaker.is_open:
            return _in_grace(session)
        if _lease(session):
            return _refreshed(session)
        if session.token_expires_at > timezone.now():
            return session  # Somebody refreshes ahead of time; this token still holds.
        if time.monotonic() > patience:
            return _in_grace(session)
        time.sleep(POLL_SECONDS)
        session = Session.objects.select_related("user").get(pk=session.pk)
        if session.is_over:
            return None
    return session


def _in_grace(session: Session) -> Session:
    now = timezone.now()
    if now >= session.token_expires_at and now >= session.claims.expires_at + settings.SESSION_GRACE:
        raise ProviderUnavailable("Descope has not been reached since the session's token ran out")
    return session


def _lease(session: Session) -> bool:
    now = timezone.now()
    is_free = Q(refresh_leased_until=None) | Q(refresh_leased_until__lt=now)
    return _as_read(session).filter(is_free).update(refresh_leased_until=now + LEASE) == 1


def _as_read(session: Session) -> QuerySet[Session]:
    """The session's row, unless it has ended or been refreshed since it was read.

    Whoever was slower than their lease finds no row here, and can neither end nor overwrite what another has won.
    """
    return Session.objects.filter(pk=session.pk, ended_at=None, locked_refresh_token=session.locked_refresh_token)


def _refreshed(session: Session) -> Session | None:
    try:
        tokens = descope.refresh(unlocked(session.locked_refresh_token))
        _check_same_person(session, tokens.claims)
    except (SignedOut, BadToken) as refusal:
        logger.info("Session %s is over: %s", session.pk, refusal)
        _end(_as_read(session))
    except ProviderUnavailable:
        _as_read(session).update(refresh_leased_until=None)
        return _in_grace(session)
    else:
        _keep(session, tokens)
    session = Session.objects.select_related("user").get(pk=session.pk)
    return None if session.is_over else session


@transaction.atomic
def _keep(session: Session, tokens: Tokens) -> None:
    """Store the new tokens, unless another caller's are stored already or the session has ended."""
    changes = {
        "payload": dict(tokens.claims.payload),
        "locked_refresh_token": locked(tokens.refresh),
        "refresh_leased_until": None,
        "last_refreshed_at": timezone.now(),
    }
    row = _as_read(session)
    # If somebody has asked for a refresh meanwhile, these tokens may be older than the reason: refresh again soon.
    is_current = row.filter(token_expires_at=session.token_expires_at).update(
        **changes, token_expires_at=tokens.claims.expires_at
    )
    if is_current or row.update(**changes):
        HeldToken.objects.create(session=session, digest=digest(tokens.session))


def _check_same_person(session: Session, claims: Claims) -> None:
    if claims.subject != session.user.subject:
        raise BadToken("refreshed into somebody else")
