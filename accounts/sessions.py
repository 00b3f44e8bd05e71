"""Start, resume, refresh and end sessions. Tokens stay here; the browser holds only a random key."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from observability import counters

from . import background, descope, patience, people, session_keys, session_rows
from .claims import Claims
from .descope import Tokens
from .devices import Device
from .exceptions import BadToken, ProviderUnavailable, SignedOut, SignedOutJustNow
from .models import HeldToken, Session, SessionQuerySet, User
from .recall import Recall
from .roles import Role
from .session_rows import Row
from .vault import digest, locked, unlocked

logger = logging.getLogger(__name__)

REFRESH_AHEAD = timedelta(seconds=30)
# Who refreshes holds the lease and renews it. Where they die, the next one takes over this much later: soon enough
# to be taken for a parallel call, if Descope rotated the refresh token and nobody heard of it.
LEASE = timedelta(seconds=5)
LEASE_RENEWED_EVERY_SECONDS = 2.0
POLL_SECONDS = 0.05
UNKNOWN_DEVICE = Device()
# Sessions that were resumed, by the digest of their keys: the row, what it came to, and until when at most.
recall: Recall[str, tuple[Row, Session, datetime]] = Recall(most=5000)


def start(
    session_token: str, refresh_token: str, *, replacing: str = "", device: Device = UNKNOWN_DEVICE
) -> tuple[str, bool]:
    """Open a session for whoever the two tokens prove.

    Returns the key for the cookie, and whether the person is new here. The session of the key
    in `replacing` ends: a browser has one session, and its key changes at each sign-in. Raises
    BadToken, SignedOut and ProviderUnavailable.
    """
    claims, renewing = descope.verify_new_tokens(session_token, refresh_token)
    started_at = _signed_in_at(claims, renewing, held_before=_that_held(session_token, refresh_token))
    profile = descope.profile_of(refresh_token)
    if profile.subject != claims.subject:
        raise BadToken("Descope knows the tokens as somebody else's")
    key = session_keys.new_key()
    with transaction.atomic():
        user, is_new = people.register(profile)
        if not user.is_open:
            raise SignedOut("this account is closed to new sign-ins")
        if user.is_cut_off(_no_later_than(claims)):
            raise SignedOutJustNow("everybody who was signed in has been signed out")
        people.note_roles(user, claims)
        people.note_still_there(user, wished_before=profile.asked_at)
        if replacing:
            _end(session_keys.sessions_of(replacing))
        session = Session.objects.create(
            key_digest=digest(key),
            user=user,
            payload=dict(claims.payload),
            token_expires_at=claims.expires_at,
            locked_refresh_token=locked(refresh_token),
            started_at=started_at,
            user_agent=device.user_agent,
            network=device.network,
        )
        _note_held(session, session_token, refresh_token)
    return key, is_new


def _no_later_than(claims: Claims) -> datetime:
    """Return when a new token was issued by our clock: where that lags behind, some time before what the token says."""
    is_ahead = claims.issued_at > timezone.now()
    return claims.issued_at - timedelta(seconds=descope.CLOCK_OFF_BY_SECONDS if is_ahead else 0)


def _that_held(*tokens: str) -> SessionQuerySet:
    return Session.objects.filter(held_tokens__digest__in=[digest(token) for token in tokens])


def _note_held(session: Session, *tokens: str) -> None:
    digests = {digest(token) for token in tokens}
    new = digests - set(session.held_tokens.filter(digest__in=digests).values_list("digest", flat=True))
    HeldToken.objects.bulk_create(HeldToken(session=session, digest=one) for one in new)


def _signed_in_at(claims: Claims, renewing: Claims, *, held_before: SessionQuerySet) -> datetime:
    """Return when the sign-in took place that the two tokens come of: what is posted again is no new one.

    A flow signs both when it ends, so neither is older than the sign-in. A refresh at Descope signs a younger session
    token and, with rotation, a younger refresh token; that of tokens which never came by here, only `auth_time` tells.
    Raises BadToken where a session that had one of them is over. While one goes on, the answer of an earlier attempt
    may have been lost, and this may be the next.
    """
    if held_before.exists() and not held_before.live().exists():
        raise BadToken("the session of these tokens is over")
    ages = list(held_before.values_list("started_at", flat=True))
    signed_in_at = min(timezone.now(), claims.proved_at, renewing.proved_at, *ages)
    if timezone.now() - signed_in_at >= settings.SESSION_LIFETIME:
        raise BadToken("the sign-in of these tokens is too long ago")
    return signed_in_at


def resume(key: str) -> Session | None:
    """Return the session this key opens, with a token that is still good, or None.

    One indexed query while the token is good, and no more work than that where nothing has changed. Near its end it is refreshed in the background, and nobody waits; once
    it has run out they do. Where Descope does not answer, the session goes on for SESSION_GRACE with what its last
    token said, though no longer with everything (`is_freshly_proved`). Raises ProviderUnavailable after that.
    """
    used = digest(key)
    row = session_rows.row_of(used)
    known = recalled(used, row)
    if known is not None:
        return _with_powers(session_rows.copy_of(known), known.user.roles, known.user.methods)
    session = session_keys.session_of_row(key, row)
    if session is None or session.is_over or not session.user.may_use(session.claims):
        return None
    if session.token_expires_at <= timezone.now() + REFRESH_AHEAD:
        session = _with_fresh_token(session)
        row = None  # It tells of the token before.
    if session is None:
        return None
    claims = session.claims
    _with_powers(session, session.user.roles_by(claims), claims.methods)
    now = timezone.now()
    is_good = now < session.token_expires_at
    session.user.is_freshly_proved = is_good or now - claims.issued_at < settings.FRESH_PROOF
    if row is not None:
        known = _with_powers(session_rows.copy_of(session), session.user.roles, claims.methods)
        recall.put(used, (row, known, min(session.token_expires_at - REFRESH_AHEAD, session.ends_at)))
    return session


def recalled(key_digest: str, row: Row | None) -> Session | None:
    """Return what `resume` last came to for this key, if it would come to the same again: nobody may change it.

    It would while the row is the same, to the letter, and neither the token nor the session has run out. So whatever
    ends a session or takes a role, in whichever process, is seen by the next request.
    """
    known = recall.get(key_digest)
    if known is None or row is None or known[0] != row or timezone.now() >= known[2]:
        return None
    return known[1]


def _with_powers(session: Session, roles: frozenset[Role], methods: frozenset[str]) -> Session:
    session.user.roles = roles
    session.user.methods = methods
    session.user.signed_in_at = session.started_at
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
    session = session_keys.session_of(key)
    if session is not None and session.ended_at is None:
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


def end_all() -> None:
    """End every session of everybody, here alone: for a site that does not know which of them had ended before."""
    _end(Session.objects.all())


def refresh_all_of(user: User) -> None:
    """Let no session of this person go on with what its old token says."""
    Session.objects.filter(user=user, ended_at=None).update(token_expires_at=timezone.now())


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

    Nobody waits while the token still holds. No transaction is open while Descope is asked: the lease is one UPDATE,
    and runs out by itself if the process that holds it dies. Raises ProviderUnavailable where neither a new token nor
    grace is left.
    """
    lease_as_found, give_up_at = session.refresh_leased_until, time.monotonic() + patience.seconds_left()
    while session.token_expires_at <= timezone.now() + REFRESH_AHEAD:
        if descope.breaker.is_open:
            return _in_grace(session)
        try:
            refreshing = background.start(partial(_refresh, session)) if _lease(session) else None
        except DatabaseError:  # It is full or read-only, and nothing could be kept of a refresh.
            return _in_grace(session)
        if session.token_expires_at > timezone.now():
            return session
        if refreshing is not None:
            return _refreshed(session, refreshing)
        if time.monotonic() >= give_up_at:
            _mind_a_slow_provider(session, lease_as_found)
            return _in_grace(session)
        time.sleep(POLL_SECONDS)
        session = _as_it_is_now(session)
        if session.is_over:
            return None
    return session


def _refreshed(session: Session, refreshing: Future[None]) -> Session | None:
    """Return the session as the refresh leaves it, or in its grace if that takes longer than this request waits."""
    seconds = patience.seconds_left()
    try:
        refreshing.result(timeout=seconds)
    except TimeoutError:
        if seconds >= descope.PLAINLY_SLOW_SECONDS:
            descope.breaker.failed()
    session = _as_it_is_now(session)
    return None if session.is_over else _in_grace(session)


def _mind_a_slow_provider(session: Session, lease_as_found: datetime | None) -> None:
    """Ask nothing for a while, if whoever refreshes is alive and waits, too. The lease of a dead one is not renewed."""
    if lease_as_found and session.refresh_leased_until and session.refresh_leased_until > lease_as_found:
        descope.breaker.failed()


def _as_it_is_now(session: Session) -> Session:
    return Session.objects.select_related("user").get(pk=session.pk)


def _in_grace(session: Session) -> Session:
    now = timezone.now()
    if now >= session.token_expires_at and now >= session.claims.expires_at + settings.SESSION_GRACE:
        raise ProviderUnavailable("Descope has not been reached since the session's token ran out")
    counters.refreshes.add("in grace")
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


def _refresh(session: Session) -> None:
    """Ask Descope for new tokens and keep what it answers, however late: a rotated refresh token is in no other place.

    If this process dies between the rotation and the keeping, the next one trades the old token again. Descope takes
    that for a parallel call for a short while; later for a theft, and the person has to sign in again.
    """
    asking = background.start(partial(descope.refresh, unlocked(session.locked_refresh_token)))
    while wait([asking], timeout=LEASE_RENEWED_EVERY_SECONDS).not_done:
        _as_read(session).update(refresh_leased_until=timezone.now() + LEASE)
    try:
        tokens = asking.result()
        _check_same_person(session, tokens.claims)
    except (SignedOut, BadToken) as refusal:
        counters.refreshes.add("refused")
        logger.info("Session %s is over: %s", session.pk, refusal)
        _end(_as_read(session))
    except ProviderUnavailable as trouble:
        counters.refreshes.add("failed")
        logger.warning("Session %s was not refreshed: %s", session.pk, trouble)
        _as_read(session).update(refresh_leased_until=None)
    else:
        counters.refreshes.add("done")
        _keep(session, tokens)


@transaction.atomic
def _keep(session: Session, tokens: Tokens) -> None:
    """Store the new tokens, unless another caller's are stored already or the session has ended."""
    changes: dict[str, Any] = {
        "payload": dict(tokens.claims.payload),
        "locked_refresh_token": locked(tokens.refresh),
        "refresh_leased_until": None,
        "last_refreshed_at": timezone.now(),
    }
    if tokens.claims.roles != session.claims.roles:
        changes["is_key_outdated"] = True
    row = _as_read(session)
    # If somebody has asked for a refresh meanwhile, these tokens may be older than the reason: refresh again soon.
    is_current = row.filter(token_expires_at=session.token_expires_at).update(
        **changes, token_expires_at=tokens.claims.expires_at
    )
    if is_current or row.update(**changes):
        people.note_roles(session.user, tokens.claims)
        asked_at = tokens.claims.issued_at
        people.note_still_there(session.user, wished_before=asked_at - people.DELETION_UNDER_WAY)
        _note_held(session, tokens.session, tokens.refresh)


def _check_same_person(session: Session, claims: Claims) -> None:
    if claims.subject != session.user.subject:
        raise BadToken("refreshed into somebody else")
