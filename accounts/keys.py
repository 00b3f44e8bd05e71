"""The public keys of the Descope project, and the signature check that uses them.

The SDK's own check fetches the keys again for every token with an unknown key id, inside a lock that
every other check must take, and trusts a withdrawn key for ever (protocol section 3, "JWKS cache").
A stranger with made-up tokens could stop all sign-ins, so Galley keeps the keys itself.
"""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings

from observability.counters import key_fetches

from . import background, patience
from .exceptions import BadToken, ProviderUnavailable
from .on_demand import OnDemand
from .recall import Recall

if TYPE_CHECKING:
    import httpx
    import jwt
else:
    httpx, jwt = OnDemand("httpx"), OnDemand("jwt")

logger = logging.getLogger(__name__)

ASYMMETRIC = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
FETCH_TIMEOUT_SECONDS = 2.0
LEEWAY_SECONDS = 5
MAX_TOKEN_LENGTH = 16_384


class KeyRing:
    """The keys in force. The first request fetches them, and one that names an unknown key, once in a while.

    Otherwise a thread of the process keeps them fresh, so that nobody waits for keys that have only aged, and a key
    that was withdrawn is dead within ten minutes.
    """

    renewed_after_seconds = 540
    stale_seconds = 24 * 3600
    cool_down_seconds = 30
    retry_seconds = 2  # While there is no key at all, nobody can sign in: ask again sooner.

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._asked_at = float("-inf")
        self._was_answered = False
        self.begin_in_a_new_process()

    def begin_in_a_new_process(self) -> None:
        """Let go of what belongs to another process: threads do not live on in a fork, and locks stay locked."""
        self._fetching, self._starting, self._is_tended = threading.Lock(), threading.Lock(), False

    def find(self, key_id: str) -> jwt.PyJWK:
        """Return the key of this id. A key we hold is answered at once, even while others wait for a fetch.

        Raises BadToken if the project has no such key and ProviderUnavailable if it would not tell.
        """
        self._have_tended()
        key = self._held().get(key_id)
        if key is None:
            self._fetch()
            key = self._held().get(key_id)
        if key is not None:
            return key
        if self._held() and self._was_answered:
            raise BadToken("signed with an unknown key")
        raise ProviderUnavailable("Descope's signing keys could not be fetched")

    def check(self) -> None:
        """Raise ProviderUnavailable unless there is a key to verify with."""
        self._have_tended()
        if not self._held():
            self._fetch()
        if not self._held():
            raise ProviderUnavailable("there are no signing keys")

    def tend(self) -> float:
        """Fetch the keys if they have aged. Returns in how many seconds to look again."""
        if self._age() >= self.renewed_after_seconds:
            self._fetch()
        if self._age() < self.renewed_after_seconds:
            return self.renewed_after_seconds - self._age()
        return self.cool_down_seconds * random.uniform(1, 1.5)  # noqa: S311 — so that not all processes ask at once.

    def _have_tended(self) -> None:
        """Start the one thread of this process that looks after the keys, if it does not run yet."""
        if self._is_tended:
            return
        with self._starting:
            if not self._is_tended:
                self._is_tended = True
                # Not at once: the request that comes here is about to fetch the first keys itself.
                background.repeat(self.tend, first_in_seconds=self.cool_down_seconds)

    def _held(self) -> dict[str, jwt.PyJWK]:
        return self._keys if self._age() < self.stale_seconds else {}

    def _age(self) -> float:
        return self._clock() - self._fetched_at

    def _fetch(self) -> None:
        """Ask Descope, unless it was asked a moment ago. Only who has no key at all waits for another's answer."""
        patient_for = min(FETCH_TIMEOUT_SECONDS, patience.seconds_left())
        if not self._fetching.acquire(timeout=0 if self._held() else patient_for):
            return
        try:
            if not self._is_cooling():
                self._ask()
        finally:
            self._fetching.release()

    def _ask(self) -> None:
        self._was_answered = False
        try:
            self._keys = patience.bounded(_fetched_keys)
            self._fetched_at = self._clock()
            self._was_answered = True
            key_fetches.add("done")
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError, RecursionError) as error:
            key_fetches.add("failed")
            logger.warning("Descope's signing keys could not be fetched: %s", type(error).__name__)
        finally:
            self._asked_at = self._clock()

    def _is_cooling(self) -> bool:
        pause = self.cool_down_seconds if self._held() else self.retry_seconds
        return self._clock() - self._asked_at < pause


def _fetched_keys() -> dict[str, jwt.PyJWK]:
    """Return the project's keys by id, leaving out what is not a public key for signatures."""
    response = httpx.get(
        f"{settings.DESCOPE_BASE_URI}/v2/keys/{settings.DESCOPE_PROJECT_ID}",
        timeout=FETCH_TIMEOUT_SECONDS,
    )
    response.raise_for_status()
    entries = response.json()["keys"]
    keys = [_key(jwk) for jwk in entries if _is_public_signing_key(jwk)] if isinstance(entries, list) else []
    usable = {key.key_id: key for key in keys if key is not None and key.key_id}
    if not usable:
        raise ValueError("there is no usable key in the set")
    return usable


def _is_public_signing_key(jwk: object) -> bool:
    return (
        isinstance(jwk, dict)
        and isinstance(jwk.get("kid"), str)
        and str(jwk.get("alg")) in ASYMMETRIC
        and jwk.get("use", "sig") == "sig"
        and "d" not in jwk  # A private key that everybody can read proves nothing.
    )


def _key(jwk: dict[str, Any]) -> jwt.PyJWK | None:
    try:
        return jwt.PyJWK(jwk)
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError) as error:
        logger.warning("A signing key of Descope's is of no use: %s", type(error).__name__)
        return None


# Tokens whose signatures were good, by their digests and the leeway that they were given. Only good ones: others are as many as anybody likes to make up.
_seen: Recall[tuple[bytes, float], tuple[jwt.PyJWK, dict[str, Any]]] = Recall(most=2000)

ring = KeyRing()
os.register_at_fork(after_in_child=lambda: ring.begin_in_a_new_process())  # Tests change the ring.


def verified_payload(
    token: str, leeway_seconds: float = LEEWAY_SECONDS, *, ahead_seconds: float | None = None
) -> dict[str, Any]:
    """Return the payload of a token that this project signed and that is in force now.

    It may be issued `ahead_seconds` from now, where our clock lags behind; as far as the leeway, unless told.
    Raises BadToken, or ProviderUnavailable where the keys cannot be had. Whose token it is and what
    kind, the caller must still ask. The signature is looked at once for each token: it does not change.
    Source: RFC 8725, sections 3.1 to 3.10.
    """
    if len(token) > MAX_TOKEN_LENGTH:
        raise BadToken("longer than any token of ours")
    ahead = leeway_seconds if ahead_seconds is None else ahead_seconds
    try:
        used = (sha256(token.encode()).digest(), leeway_seconds)
        seen = _seen.get(used)
        if seen is not None and _is_good_still(*seen, leeway_seconds, ahead):
            return deepcopy(seen[1])
        key, payload = _verified(token, leeway_seconds)
        if not payload["iat"] <= time.time() + ahead:
            raise BadToken("issued in the future")
        _seen.put(used, (key, payload))
    except (jwt.PyJWTError, UnicodeError, ValueError, TypeError, RecursionError) as error:
        raise BadToken(f"refused: {type(error).__name__}") from error
    return deepcopy(payload)


def _verified(token: str, leeway_seconds: float) -> tuple[jwt.PyJWK, dict[str, Any]]:
    header = jwt.get_unverified_header(token)
    key = ring.find(str(header.get("kid", "")))
    if header.get("alg") != key.algorithm_name:
        raise BadToken("signed with another algorithm than the key's own")
    payload: dict[str, Any] = jwt.decode(
        token,
        key=key.key,
        algorithms=[key.algorithm_name],
        options={"require": ["exp", "iat", "sub"], "verify_aud": False, "verify_iat": False},
        leeway=leeway_seconds,
    )
    return key, payload


def _is_good_still(key: jwt.PyJWK, payload: dict[str, Any], leeway_seconds: float, ahead: float) -> bool:
    """Whether a token whose signature was good would pass again: its key is in force, and its time has not gone by."""
    now = time.time()
    return ring.find(str(key.key_id)) is key and payload["exp"] > now - leeway_seconds and payload["iat"] <= now + ahead
