"""The key ring, on a clock that a test turns and a Descope that it plays."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import jwt
import pytest

from accounts import background, keys
from accounts.exceptions import BadToken, ProviderUnavailable
from accounts.keys import KeyRing
from accounts.models import User

from .conftest import Wire
from .forge import Forge, public_jwk, strangers_jwk, strangers_private_jwk

KEYS = "/v2/keys/"
OURS = public_jwk()["kid"]


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def passes(self, seconds: float) -> None:
        self.seconds += seconds


class SlowAnswer:
    """An answer that has been asked for and does not come until the test lets it."""

    def __init__(self, *jwks: dict[str, Any]) -> None:
        self.is_asked, self.may_come = threading.Event(), threading.Event()
        self._jwks = jwks

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.is_asked.set()
        assert self.may_come.wait(timeout=60)
        return httpx.Response(200, json={"keys": self._jwks})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keyring(clock: Clock) -> KeyRing:
    return KeyRing(clock)


@pytest.fixture
def in_background(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that calls in a thread. Who waits there for a fetch waits longer than the test does."""
    monkeypatch.setattr(keys, "FETCH_TIMEOUT_SECONDS", 30)
    with ThreadPoolExecutor(4) as threads:
        yield threads.submit


def with_keys(*jwks: object) -> httpx.Response:
    return httpx.Response(200, json={"keys": jwks})


def test_keys_are_fetched_once_and_then_at_hand(keyring: KeyRing, wire: Wire) -> None:
    assert keyring.find(OURS).key_id == OURS
    assert keyring.find(OURS).key_id == OURS
    assert wire.times_asked(KEYS) == 1


def test_a_thousand_unknown_keys_cost_one_fetch_in_each_cool_down(keyring: KeyRing, wire: Wire, clock: Clock) -> None:
    keyring.find(OURS)
    clock.passes(keyring.cool_down_seconds)

    for flood in range(1, 4):
        for number in range(1000):
            with pytest.raises(BadToken):
                keyring.find(f"unknown-{number}")
            keyring.find(OURS)
        assert wire.times_asked(KEYS) == 1 + flood
        clock.passes(keyring.cool_down_seconds)


def test_a_thousand_tokens_of_unknown_keys_cost_one_fetch(wire: Wire, reader: User, ring: KeyRing) -> None:
    forge = Forge.of(reader)
    keys.verified_payload(forge.signed())
    ring.cool_down_seconds = 0

    with pytest.raises(BadToken):
        keys.verified_payload(forge.headed({"kid": "first"}))
    ring.cool_down_seconds = KeyRing.cool_down_seconds
    tokens = [forge.headed({"kid": f"unknown-{number}"}, alg="HS256", key=b"k" * 32) for number in range(1000)]
    for token in tokens:
        with pytest.raises(BadToken):
            keys.verified_payload(token)

    assert len({jwt.get_unverified_header(token)["kid"] for token in tokens}) == 1000
    assert wire.times_asked(KEYS) == 2


def test_a_known_key_does_not_wait_for_the_fetch_of_an_unknown_one(
    keyring: KeyRing, wire: Wire, clock: Clock, in_background: Callable[..., Future[Any]]
) -> None:
    keyring.find(OURS)
    clock.passes(keyring.cool_down_seconds)
    slow = SlowAnswer(public_jwk())
    wire.answers(KEYS, slow)
    stranger = in_background(keyring.find, "unknown")
    assert slow.is_asked.wait(timeout=60)

    assert keyring.find(OURS).key_id == OURS
    assert not stranger.done()
    slow.may_come.set()
    assert isinstance(stranger.exception(timeout=60), BadToken)


def test_who_names_an_unknown_key_while_somebody_fetches_hears_at_once_to_come_again(
    keyring: KeyRing, wire: Wire, clock: Clock, in_background: Callable[..., Future[Any]]
) -> None:
    keyring.find(OURS)
    clock.passes(keyring.cool_down_seconds)
    slow = SlowAnswer(public_jwk())
    wire.answers(KEYS, slow)
    first = in_background(keyring.find, "unknown")
    assert slow.is_asked.wait(timeout=60)

    second = in_background(keyring.find, "another")

    assert isinstance(second.exception(timeout=60), ProviderUnavailable)
    assert not first.done()
    slow.may_come.set()


def test_those_who_come_during_the_very_first_fetch_wait_for_it(
    keyring: KeyRing, wire: Wire, in_background: Callable[..., Future[Any]]
) -> None:
    slow = SlowAnswer(public_jwk())
    wire.answers(KEYS, slow)
    first = in_background(keyring.find, OURS)
    assert slow.is_asked.wait(timeout=60)
    second = in_background(keyring.find, OURS)

    threading.Timer(0.1, slow.may_come.set).start()

    assert first.result(timeout=60).key_id == OURS
    assert second.result(timeout=60).key_id == OURS
    assert wire.times_asked(KEYS) == 1


def test_an_aged_key_is_served_while_somebody_fetches(
    keyring: KeyRing, wire: Wire, clock: Clock, in_background: Callable[..., Future[Any]]
) -> None:
    keyring.find(OURS)
    clock.passes(keyring.renewed_after_seconds)
    slow = SlowAnswer(public_jwk())
    wire.answers(KEYS, slow)
    in_background(keyring.tend)
    assert slow.is_asked.wait(timeout=60)

    meanwhile = in_background(keyring.find, OURS)

    assert meanwhile.result(timeout=60).key_id == OURS
    slow.may_come.set()


def test_no_request_fetches_keys_that_have_only_aged(keyring: KeyRing, wire: Wire, clock: Clock) -> None:
    keyring.find(OURS)
    clock.passes(keyring.stale_seconds - 1)

    assert keyring.find(OURS).key_id == OURS
    assert wire.times_asked(KEYS) == 1


def test_keys_are_renewed_before_they_are_ten_minutes_old(keyring: KeyRing, wire: Wire, clock: Clock) -> None:
    keyring.find(OURS)
    pauses = []
    for _ in range(3):
        pauses.append(keyring.tend())
        clock.passes(pauses[-1])

    assert pauses == [540, 540, 540]
    assert wire.times_asked(KEYS) == 3


def test_keys_that_cannot_be_renewed_are_asked_for_every_half_minute_at_most(
    keyring: KeyRing, wire: Wire, clock: Clock
) -> None:
    keyring.find(OURS)
    clock.passes(keyring.renewed_after_seconds)
    wire.is_down()
    for _ in range(10):
        pause = keyring.tend()
        assert 30 <= pause <= 45
        with pytest.raises(ProviderUnavailable):
            keyring.find("unknown")
        clock.passes(pause)

    assert wire.times_asked(KEYS) == 1 + 10
    assert keyring.find(OURS).key_id == OURS


def test_keys_that_could_not_be_had_at_the_start_are_fetched_without_a_request(
    keyring: KeyRing, wire: Wire, clock: Clock
) -> None:
    wire.is_down()
    with pytest.raises(ProviderUnavailable):
        keyring.find(OURS)
    clock.passes(keyring.cool_down_seconds)
    wire.recovers()

    keyring.tend()

    wire.is_down()
    assert keyring.find(OURS).key_id == OURS


def test_each_process_has_one_thread_that_looks_after_the_keys(
    keyring: KeyRing, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    monkeypatch.setattr(background, "repeat", lambda work, first_in_seconds: started.append(work))
    for _ in range(3):
        keyring.find(OURS)
        keyring.check()

    in_parent = len(started)
    keyring.begin_in_a_new_process()
    keyring.find(OURS)

    assert (in_parent, len(started)) == (1, 2)


def test_an_aged_key_is_served_while_descope_is_down(keyring: KeyRing, wire: Wire, clock: Clock) -> None:
    keyring.find(OURS)
    wire.is_down()
    clock.passes(keyring.stale_seconds - 1)

    assert keyring.find(OURS).key_id == OURS


def test_whether_an_unknown_key_is_good_cannot_be_told_while_descope_is_down(
    keyring: KeyRing, wire: Wire, clock: Clock
) -> None:
    keyring.find(OURS)
    wire.is_down()
    clock.passes(keyring.cool_down_seconds)

    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            keyring.find("unknown")
    assert wire.times_asked(KEYS) == 2
    assert keyring.find(OURS).key_id == OURS


def test_a_key_of_yesterday_is_trusted_no_more(keyring: KeyRing, wire: Wire, clock: Clock) -> None:
    keyring.find(OURS)
    wire.is_down()
    clock.passes(keyring.stale_seconds)

    with pytest.raises(ProviderUnavailable):
        keyring.find(OURS)
    with pytest.raises(ProviderUnavailable):
        keyring.check()


def test_a_withdrawn_key_dies_with_the_next_fetch(keyring: KeyRing, wire: Wire, clock: Clock) -> None:
    keyring.find(OURS)
    wire.answers(KEYS, with_keys(strangers_jwk()))
    assert keyring.find(OURS).key_id == OURS

    clock.passes(keyring.tend())
    keyring.tend()

    with pytest.raises(BadToken):
        keyring.find(OURS)


def test_a_new_key_is_picked_up_when_first_named(keyring: KeyRing, wire: Wire, clock: Clock) -> None:
    keyring.find(OURS)
    clock.passes(keyring.cool_down_seconds)
    wire.answers(KEYS, with_keys(public_jwk(), strangers_jwk()))

    assert keyring.find("stranger").key_id == "stranger"
    assert keyring.find(OURS).key_id == OURS
    assert wire.times_asked(KEYS) == 2


def test_while_there_are_no_keys_it_asks_again_soon(keyring: KeyRing, wire: Wire, clock: Clock) -> None:
    wire.is_down()
    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            keyring.find(OURS)
    assert wire.times_asked(KEYS) == 1
    wire.recovers()
    clock.passes(keyring.retry_seconds)

    assert keyring.find(OURS).key_id == OURS


def without(jwk: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in jwk.items() if key != name}


OF_NO_USE = {
    "a shared secret": {"kty": "oct", "k": "c2VjcmV0", "kid": "stranger", "alg": "HS256"},
    "a shared secret under RS256": {"kty": "oct", "k": "c2VjcmV0", "kid": "stranger", "alg": "RS256"},
    "alg HS256": strangers_jwk() | {"alg": "HS256"},
    "alg none": strangers_jwk() | {"alg": "none"},
    "no alg": without(strangers_jwk(), "alg"),
    "alg a list": strangers_jwk() | {"alg": ["RS256"]},
    "no kid": without(strangers_jwk(), "kid"),
    "kid a list": strangers_jwk() | {"kid": ["stranger"]},
    "for encryption": strangers_jwk() | {"use": "enc"},
    "a private key": strangers_private_jwk(),
    "no modulus": without(strangers_jwk(), "n"),
    "modulus a number": strangers_jwk() | {"n": 7},
    "modulus not base64": strangers_jwk() | {"n": "%%%"},
    "no kty": without(strangers_jwk(), "kty"),
    "kty of another alg": strangers_jwk() | {"kty": "EC"},
    "an elliptic curve nobody knows": {
        "kty": "EC",
        "crv": "P-1",
        "x": "AA",
        "y": "AA",
        "kid": "stranger",
        "alg": "ES256",
    },
    "a point off its curve": {"kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ", "kid": "stranger", "alg": "ES256"},
    "a number": 7,
    "a text": "stranger",
    "a list": ["stranger"],
    "nothing": None,
}


@pytest.mark.parametrize("entry", OF_NO_USE.values(), ids=OF_NO_USE)
def test_an_entry_of_no_use_is_left_out_and_spoils_no_other(entry: object, keyring: KeyRing, wire: Wire) -> None:
    wire.answers(KEYS, with_keys(entry, public_jwk()))

    assert keyring.find(OURS).key_id == OURS
    with pytest.raises(BadToken):
        keyring.find("stranger")


NO_KEY_SETS = {
    "nothing": httpx.Response(200),
    "HTML": httpx.Response(200, html="<p>Sign in to the hotel's network"),
    "a list": httpx.Response(200, json=[public_jwk()]),
    "null": httpx.Response(200, json=None),
    "a number": httpx.Response(200, json=7),
    "no keys member": httpx.Response(200, json={}),
    "keys null": httpx.Response(200, json={"keys": None}),
    "keys a text": httpx.Response(200, json={"keys": "none today"}),
    "keys an object": httpx.Response(200, json={"keys": {"kid": OURS}}),
    "no keys": httpx.Response(200, json={"keys": []}),
    "only secrets": httpx.Response(200, json={"keys": [OF_NO_USE["a shared secret"]]}),
    "not UTF-8": httpx.Response(200, content=b'{"keys": "\xff\xfe"}'),
    "deeper than the stack": httpx.Response(200, content=b"[" * 100_000),
    "not found": httpx.Response(404, json={"keys": [public_jwk()]}),
    "an error": httpx.Response(500, json={"keys": [public_jwk()]}),
    "a redirect": httpx.Response(302, headers={"Location": "https://evil.example/keys"}),
}


@pytest.mark.parametrize("answer", NO_KEY_SETS.values(), ids=NO_KEY_SETS)
def test_an_answer_that_is_no_key_set_is_no_answer(answer: httpx.Response, keyring: KeyRing, wire: Wire) -> None:
    wire.answers(KEYS, answer)

    with pytest.raises(ProviderUnavailable):
        keyring.find(OURS)


@pytest.mark.parametrize("answer", NO_KEY_SETS.values(), ids=NO_KEY_SETS)
def test_an_answer_that_is_no_key_set_takes_no_key_away(
    answer: httpx.Response, keyring: KeyRing, wire: Wire, clock: Clock
) -> None:
    keyring.find(OURS)
    wire.answers(KEYS, answer)
    clock.passes(keyring.renewed_after_seconds)
    keyring.tend()

    assert keyring.find(OURS).key_id == OURS


def test_the_signature_of_a_token_is_looked_at_once(reader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    token = Forge.of(reader).signed()
    first = keys.verified_payload(token)
    monkeypatch.setattr(jwt, "decode", lambda *asked, **named: pytest.fail("looked at again"))

    assert keys.verified_payload(token) == first


def test_a_token_that_was_good_ends_when_its_key_is_withdrawn(reader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    token = Forge.of(reader).signed()
    keys.verified_payload(token)
    stranger = jwt.PyJWK(strangers_jwk())
    monkeypatch.setattr(keys.ring, "_keys", {str(stranger.key_id): stranger})
    monkeypatch.setattr(keys.ring, "_fetch", lambda: None)

    with pytest.raises(BadToken):
        keys.verified_payload(token)


def test_a_token_that_was_good_ends_at_its_time(reader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    token = Forge.of(reader).signed()
    ends_at = keys.verified_payload(token)["exp"]
    monkeypatch.setattr(time, "time", lambda: ends_at + keys.LEEWAY_SECONDS)
    monkeypatch.setattr(keys, "_verified", lambda *asked: pytest.fail("not taken for one that is over"))

    with pytest.raises(pytest.fail.Exception):
        keys.verified_payload(token)
