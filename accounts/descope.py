"""Everything Galley asks of Descope, and the only importer of its SDK.

The SDK's own `validate_session` compares no issuer, takes a refresh token for a session token and lets
an endless one pass (protocol section 3), so tokens are verified here, on top of accounts/keys.py.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from . import patience
from .breaker import Breaker
from .claims import Claims
from .exceptions import BadToken, Declined, NotDone, ProviderDown, ProviderUnavailable, SignedOut
from .keys import LEEWAY_SECONDS, verified_payload
from .on_demand import OnDemand
from .roles import Role, name_of, roles_named

if TYPE_CHECKING:
    import descope as sdk
    import httpx
    import jwt
else:
    # They take longer to import than Django, and whose token is still good needs none of them.
    sdk, httpx, jwt = OnDemand("descope"), OnDemand("httpx"), OnDemand("jwt")

TOKEN_REFUSED = frozenset({401, 403})
NOT_TO_BE_DONE = frozenset({400, 404})  # Nobody of that id, an address that is taken, a role nobody made.
SEARCH_SIZE = 100
MAX_ADDRESS_LENGTH = 2000
# A refresh that is given up is a refresh token lost, if Descope rotated it all the same. So it runs in the background
# for as long as this, however short the time is that a request waits for it.
REFRESH_TIMEOUT = timedelta(seconds=20)
# What Descope itself has just answered is from now, by its clock. That ours lags behind must sign nobody out.
CLOCK_OFF_BY_SECONDS = 90
# A call cut short sooner than this says nothing about Descope: the request had spent its time before.
PLAINLY_SLOW_SECONDS = 1.0

breaker = Breaker(pause_seconds=10)


@dataclass(frozen=True)
class Tokens:
    """A session token that has been verified, and the refresh token that renews it."""

    claims: Claims
    session: str
    refresh: str


@dataclass(frozen=True)
class Profile:
    """A person as Descope knows them. `email` is empty unless Descope has verified it."""

    subject: str
    name: str
    email: str
    is_enabled: bool
    roles: frozenset[Role] | None = None  # None where they were not told.
    login_id: str = ""  # What they sign in by: most often an address, which need not be verified.
    is_invited: bool = False  # And has never signed in.
    is_test: bool = False
    picture: str | None = None  # Its address, empty where they have none. None where it was not told.
    asked_at: datetime = field(default_factory=timezone.now, compare=False)  # What is told later may be newer.


def verify_session_token(
    token: str, *, leeway_seconds: float = LEEWAY_SECONDS, ahead_seconds: float | None = None
) -> Claims:
    """Return what the token says. Raises BadToken and ProviderUnavailable."""
    return Claims.read(_payload_of_kind(token, "DS", leeway_seconds, ahead_seconds))


def verify_refresh_token(
    token: str, *, leeway_seconds: float = LEEWAY_SECONDS, ahead_seconds: float | None = None
) -> Claims:
    """Return what the token says, first of all whom it can refresh for. Raises BadToken and ProviderUnavailable."""
    return Claims.read(_payload_of_kind(token, "DSR", leeway_seconds, ahead_seconds))


def verify_new_tokens(session_token: str, refresh_token: str) -> tuple[Claims, Claims]:
    """Return what the two tokens of a sign-in say. Raises BadToken and ProviderUnavailable.

    They come straight from Descope, so that a clock of ours that lags behind keeps nobody from signing in. It makes no
    token live longer: only what is issued ahead is let pass, and by this door alone. Bearers may come from anywhere.
    """
    claims = verify_session_token(session_token, ahead_seconds=CLOCK_OFF_BY_SECONDS)
    renewing = verify_refresh_token(refresh_token, ahead_seconds=CLOCK_OFF_BY_SECONDS)
    if renewing.subject != claims.subject:
        raise BadToken("the two tokens are of two people")
    return claims, renewing


def _payload_of_kind(token: str, kind: str, leeway_seconds: float, ahead_seconds: float | None) -> dict[str, Any]:
    payload = verified_payload(token, leeway_seconds, ahead_seconds=ahead_seconds)
    if payload.get("drn") != kind:
        raise BadToken("a token of another kind")
    if not _is_our_issuer(payload.get("iss")):
        raise BadToken("issued for another project")
    if not _is_our_audience(payload.get("aud")):
        raise BadToken("issued for another audience")
    return payload


def _is_our_issuer(issuer: object) -> bool:
    """Whether `iss` is the project's id, or an address of Descope's that ends in it."""
    if not isinstance(issuer, str):
        return False
    descope = rf"{re.escape(settings.DESCOPE_BASE_URI)}|https://([a-z0-9-]+\.)+descope\.com"
    return re.fullmatch(rf"(({descope})/([\w-]+/)*)?{re.escape(settings.DESCOPE_PROJECT_ID)}", issuer) is not None


def _is_our_audience(audience: object) -> bool:
    """Whether `aud` names us. A project that sets no audience issues tokens without one."""
    names = audience if isinstance(audience, list) else [audience]
    if settings.DESCOPE_AUDIENCE:
        return settings.DESCOPE_AUDIENCE in names
    return audience is None or settings.DESCOPE_PROJECT_ID in names


def refresh(refresh_token: str) -> Tokens:
    """Trade the refresh token for new tokens. It takes as long as Descope takes: call it in the background.

    Raises BadToken where it is none or no more, SignedOut where Descope refuses it for good, and
    ProviderUnavailable where Descope does not say.
    """
    # First by ourselves: the SDK does not tell a bad token that it was given from one that it was answered.
    verify_refresh_token(refresh_token, leeway_seconds=CLOCK_OFF_BY_SECONDS)
    audience = settings.DESCOPE_AUDIENCE or None
    answer = _asked(lambda: _patient_client().refresh_session(refresh_token, audience))
    session = _text(answer, "sessionToken", "jwt")
    try:
        claims = verify_session_token(session, leeway_seconds=CLOCK_OFF_BY_SECONDS)
    except BadToken as error:
        raise ProviderUnavailable("Descope refreshed with a token that does not verify") from error
    return Tokens(claims, session, _text(answer, "refreshSessionToken", "jwt") or refresh_token)


def sign_out(refresh_token: str) -> None:
    """Revoke the session at Descope. Raises ProviderUnavailable; one already over is no error."""
    try:
        _asked(lambda: client().logout(refresh_token))
    except SignedOut:
        return


def sign_out_everywhere(refresh_token: str) -> None:
    """Revoke all sessions of the token's person at Descope. Raises ProviderUnavailable."""
    try:
        _asked(lambda: client().logout_all(refresh_token))
    except SignedOut:
        return


def profile_of(refresh_token: str) -> Profile:
    """Return the person the token belongs to, without roles. Raises SignedOut and ProviderUnavailable."""
    asked_at = timezone.now()
    return replace(_profile(_asked(lambda: client().me(refresh_token)), asked_at), roles=None)


def load_person(subject: str) -> Profile | None:
    """Return the person or the access key of this id through the management API, None if there is neither.

    Raises ProviderUnavailable, also where no management key is set.
    """
    asked_at = timezone.now()
    user = _user(subject)
    return _access_key(subject, asked_at) if user is None else _profile(user, asked_at)


def rename(subject: str, name: str) -> Profile:
    """Change the name of this person at Descope. Raises ProviderUnavailable, also where no management key is set."""
    user = _user(subject)
    login_ids = user.get("loginIds") if user else None
    if not isinstance(login_ids, list) or not login_ids:
        raise ProviderUnavailable("Descope knows no such person")
    asked_at = timezone.now()
    answer = _asked(lambda: client().mgmt.user.update_display_name(login_ids[0], name))
    return _profile(_same(answer, subject), asked_at)


def _user(subject: str) -> dict[str, Any] | None:
    try:
        answer = _managed(lambda: client().mgmt.user.load_by_user_id(subject))
    except Declined:
        return None
    return _same(answer, subject)


def _access_key(key_id: str, asked_at: datetime) -> Profile | None:
    """Return the key as somebody to know: the `sub` of its session tokens is its id. Only they tell its roles."""
    try:
        answer = _managed(lambda: client().mgmt.access_key.load(key_id))
    except Declined:
        return None
    key = answer.get("key")
    if not isinstance(key, dict) or key.get("id") != key_id:
        raise ProviderUnavailable("Descope answered with another key")
    is_enabled = key.get("status") == "active"
    return Profile(key_id, _text(key, "name").strip(), email="", is_enabled=is_enabled, asked_at=asked_at)


def _same(answer: dict[str, Any], subject: str) -> dict[str, Any]:
    user = answer.get("user")
    if not isinstance(user, dict) or user.get("userId") != subject:
        raise ProviderUnavailable("Descope answered with somebody else")
    return user


def people_page(number: int, size: int, **conditions: Any) -> tuple[list[Profile], int]:
    """Return one page of the people at Descope, from 0, and how many there are in all. Test users are people, too.

    The conditions are those of the SDK's search. Raises ProviderUnavailable.
    """
    asked_at = timezone.now()
    try:
        answer = _managed(
            lambda: client().mgmt.user.search_all(limit=size, page=number, with_test_user=True, **conditions)
        )
    except Declined as error:
        raise ProviderUnavailable("Descope refused the search") from error
    users, total = answer.get("users"), answer.get("total")
    if not isinstance(users, list):
        raise ProviderUnavailable("Descope's answer holds no people")
    profiles = [_profile(user, asked_at) for user in users if isinstance(user, dict)]
    return profiles, total if isinstance(total, int) else number * size + len(profiles)


def everybody(**conditions: Any) -> Iterator[Profile]:
    """Yield all people at Descope that meet these conditions. Raises ProviderUnavailable."""
    for number in count():
        profiles, total = people_page(number, SEARCH_SIZE, **conditions)
        yield from profiles
        if not profiles or (number + 1) * SEARCH_SIZE >= total:
            return


def of_our_tenant() -> dict[str, Any]:
    """Return the condition that a person's roles can count here. Without tenants everybody's can."""
    return {"tenant_ids": [settings.DESCOPE_TENANT_ID]} if settings.DESCOPE_TENANT_ID else {}


def invite(email: str, name: str, role: Role | None) -> Profile:
    """Make an account for this address and have Descope write to it. Raises Declined and ProviderUnavailable."""
    names, tenant = [name_of(role)] if role else [], settings.DESCOPE_TENANT_ID
    asked_at = timezone.now()
    answer = _managed(
        lambda: client().mgmt.user.invite(
            email,
            email=email,
            display_name=name or None,
            role_names=[] if tenant else names,
            user_tenants=[sdk.AssociatedTenant(tenant, names)] if tenant else [],
            invite_url=f"{settings.SITE_URL}/sign-in",
            send_mail=True,
        )
    )
    user = answer.get("user")
    if not isinstance(user, dict) or not _text(user, "userId"):
        raise ProviderUnavailable("Descope does not say whom it has invited")
    return _profile(user, asked_at)


def give_role(login_id: str, role: Role) -> None:
    """Raises Declined and ProviderUnavailable, as do the four below."""
    if tenant := settings.DESCOPE_TENANT_ID:
        _managed(lambda: client().mgmt.user.add_tenant_roles(login_id, tenant, [name_of(role)]))
    else:
        _managed(lambda: client().mgmt.user.add_roles(login_id, [name_of(role)]))


def take_role(login_id: str, role: Role) -> None:
    if tenant := settings.DESCOPE_TENANT_ID:
        _managed(lambda: client().mgmt.user.remove_tenant_roles(login_id, tenant, [name_of(role)]))
    else:
        _managed(lambda: client().mgmt.user.remove_roles(login_id, [name_of(role)]))


def role_names() -> set[str]:
    """Return what the roles at Descope are called, of the project and of the one tenant where one is set.

    Raises ProviderUnavailable.
    """
    try:
        answer = _managed(lambda: client().mgmt.role.load_all())
    except Declined as error:
        raise ProviderUnavailable("Descope refused to name the roles") from error
    roles = answer.get("roles")
    return {_text(role, "name") for role in (roles if isinstance(roles, list) else []) if isinstance(role, Mapping)}


def disable(login_id: str) -> None:
    _managed(lambda: client().mgmt.user.deactivate(login_id))


def enable(login_id: str) -> None:
    _managed(lambda: client().mgmt.user.activate(login_id))


def end_sessions_of(subject: str) -> None:
    _managed(lambda: client().mgmt.user.logout_user_by_user_id(subject))


def delete(subject: str) -> None:
    """Delete this person for good. Nobody of that id is no error. Raises Declined and ProviderUnavailable."""
    try:
        _managed(lambda: client().mgmt.user.delete_by_user_id(subject))
    except Declined:
        if _user(subject) is not None:
            raise


def _managed(call: Callable[[], Any]) -> dict[str, Any]:
    """Return the answer of the management API. Raises Declined where it says no, and ProviderUnavailable."""
    if not settings.DESCOPE_MANAGEMENT_KEY:
        raise NotDone("no management key is set")
    try:
        return _asked(call, no=NOT_TO_BE_DONE)
    except SignedOut as error:
        raise Declined("Descope declined this.") from error


@cache
def client() -> sdk.DescopeClient:
    """The SDK's client, made on first use: with a management key its constructor calls Descope."""
    return _made(
        settings.DESCOPE_PROJECT_ID,
        management_key=settings.DESCOPE_MANAGEMENT_KEY or None,
        base_url=settings.DESCOPE_BASE_URI,
        timeout_seconds=settings.DESCOPE_TIMEOUT.total_seconds(),
    )


@cache
def _patient_client() -> sdk.DescopeClient:
    """The same for refreshing alone, which nobody waits for to the end. Our own check of the tokens is the strict one."""
    return _made(
        settings.DESCOPE_PROJECT_ID,
        base_url=settings.DESCOPE_BASE_URI,
        timeout_seconds=REFRESH_TIMEOUT.total_seconds(),
        jwt_validation_leeway=CLOCK_OFF_BY_SECONDS,
    )


def _made(project_id: str, **options: Any) -> sdk.DescopeClient:
    # The SDK sleeps through a 503 for ten seconds and asks three times more (protocol section 2.1). A request of ours
    # holds one of few threads, so it fails at once, and the next one asks again.
    sdk.http_client._RETRY_DELAYS_SECONDS = []  # type: ignore[attr-defined]  # Private: a test tells when it moves.
    return sdk.DescopeClient(project_id, **options)


def _asked(call: Callable[[], Any], *, no: frozenset[int] = TOKEN_REFUSED) -> dict[str, Any]:
    """Return Descope's answer: SignedOut for the statuses that mean no, ProviderUnavailable for all other trouble.

    In a request it takes no longer than the request has time left: accounts/patience.py.
    """
    if patience.is_over():
        raise NotDone("this request has waited for Descope long enough")
    if not breaker.admits():
        raise NotDone("Descope did not answer a moment ago")
    asked_at = time.monotonic()
    try:
        answer = patience.bounded(lambda: _answer(call, no))
    except TimeoutError as error:
        if time.monotonic() - asked_at >= PLAINLY_SLOW_SECONDS:
            breaker.failed()
        raise ProviderUnavailable("Descope did not answer before the request's time was up") from error
    except ProviderDown:
        breaker.failed()
        raise
    except (SignedOut, ProviderUnavailable):
        breaker.answered()  # It answered, if not as hoped: one odd token must not stop everybody's sign-in.
        raise
    if time.monotonic() - asked_at < settings.DESCOPE_TIMEOUT.total_seconds():
        breaker.answered()
    else:
        breaker.failed()  # Later than anybody waits: good for what was asked, and bad for the next to ask.
    return answer


def _answer(call: Callable[[], Any], no: frozenset[int]) -> dict[str, Any]:
    try:
        answer = call()
        if isinstance(answer, httpx.Response):
            answer = answer.json() if answer.content else {}
    except sdk.AuthException as error:
        status = error.status_code or 0
        if status in no:
            raise SignedOut("Descope refused the token") from error
        # The SDK says 500 of its own, too, of a token that it cannot read.
        is_down = status >= 500 and error.error_type == sdk.exceptions.ERROR_TYPE_SERVER_ERROR
        raise (ProviderDown if is_down else ProviderUnavailable)(f"Descope answered {status}") from error
    except sdk.RateLimitException as error:
        # Not down: a limit on one kind of call must not stop everybody's sign-in.
        raise NotDone("Descope asks us to slow down") from error
    except httpx.HTTPError as error:
        raise ProviderDown(f"Descope did not answer: {type(error).__name__}") from error
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError) as error:
        # Something that is not Descope answers: the SDK trips over JSON of another shape.
        raise ProviderUnavailable(f"Descope's answer makes no sense: {type(error).__name__}") from error
    return answer if isinstance(answer, dict) else {}


def _text(answer: Mapping[str, Any], *path: str) -> str:
    value: Any = answer
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def _profile(user: Mapping[str, Any], asked_at: datetime) -> Profile:
    return Profile(
        subject=_text(user, "userId"),
        name=_text(user, "name").strip(),
        email=_text(user, "email").strip() if user.get("verifiedEmail") is True else "",
        is_enabled=user.get("status") != "disabled",
        roles=roles_named(_role_names(user)),
        login_id=_first_text(user.get("loginIds")),
        is_invited=user.get("status") == "invited",
        is_test=user.get("test") is True,
        picture=_text(user, "picture").strip()[:MAX_ADDRESS_LENGTH],
        asked_at=asked_at,
    )


def _first_text(values: object) -> str:
    texts = [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
    return texts[0] if texts else ""


def _role_names(user: Mapping[str, Any]) -> list[object]:
    """Return the role names that count here: the project's, or the one tenant's where one is set.

    Source: protocol, section 2.3. A token says the same in other words; accounts/claims.py reads those.
    """
    named: object = user.get("roleNames")
    if settings.DESCOPE_TENANT_ID:
        tenants = user.get("userTenants")
        ours = [
            tenant
            for tenant in (tenants if isinstance(tenants, list) else [])
            if isinstance(tenant, Mapping) and tenant.get("tenantId") == settings.DESCOPE_TENANT_ID
        ]
        named = ours[0].get("roleNames") if ours else None
    return named if isinstance(named, list) else []
