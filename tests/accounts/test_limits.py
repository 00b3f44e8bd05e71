"""How often is too often, at each door that counts."""

import base64
import hashlib
import hmac
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from pytest_django import Settings

from accounts import limits
from accounts.exceptions import TooMany
from accounts.http import client_address
from accounts.models import ApiToken, Session, User
from accounts.seldom import Seldom
from tests.conftest import signed_in, tokens_of

NAME = "SIGN_IN_LIMIT"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Twenty seconds into a minute, until a test says otherwise."""
    now = {"now": 6_000_000_020.0}
    monkeypatch.setattr("accounts.limits.time.time", lambda: now["now"])
    return now


@pytest.fixture
def twice(settings: Settings) -> None:
    """Let two through in a minute, at every door."""
    for name in (NAME, "REGISTER_LIMIT", "WEBHOOK_LIMIT", "TOKEN_LIMIT", "NAME_LIMIT"):
        setattr(settings, name, (2, 60))


def passes(times: int, whose: str = "") -> list[bool]:
    return [_passes(whose) for _ in range(times)]


def _passes(whose: str) -> bool:
    try:
        limits.check(NAME, whose)
    except TooMany:
        return False
    return True


def test_so_many_pass_and_no_more(twice: None) -> None:
    assert passes(4) == [True, True, False, False]


def test_each_caller_is_counted_alone(twice: None) -> None:
    assert passes(3, "203.0.113.1") == [True, True, False]
    assert passes(3, "203.0.113.2") == [True, True, False]


def test_with_the_next_period_the_count_starts_anew(twice: None, clock: dict[str, float]) -> None:
    passes(3)
    with pytest.raises(TooMany) as refused:
        limits.check(NAME)

    clock["now"] += refused.value.retry_after_seconds

    assert refused.value.retry_after_seconds == 40
    assert passes(3) == [True, True, False]


class TestPace:
    @pytest.fixture(autouse=True)
    def _sixty_a_minute(self, settings: Settings) -> None:
        setattr(settings, NAME, (60, 60))

    def passes(self, times: int, whose: str = "somebody") -> list[bool]:
        return [self._passes(whose) for _ in range(times)]

    def _passes(self, whose: str) -> bool:
        try:
            limits.keep_pace(NAME, whose)
        except TooMany:
            return False
        return True

    def test_all_pass_at_once_and_then_one_after_the_other(self, clock: dict[str, float]) -> None:
        assert self.passes(62) == [True] * 60 + [False] * 2

        clock["now"] += 1
        assert self.passes(2) == [True, False]
        clock["now"] += 60
        assert self.passes(61) == [True] * 60 + [False]

    def test_each_caller_has_a_pace_of_their_own(self) -> None:
        self.passes(61)

        assert self.passes(1, "somebody else") == [True]

    def test_who_is_refused_is_told_when_to_come_back_and_whether_they_were_told_before(
        self, clock: dict[str, float]
    ) -> None:
        self.passes(60)

        refusals = []
        for _ in range(2):
            with pytest.raises(TooMany) as refused:
                limits.keep_pace(NAME, "somebody")
            refusals.append((refused.value.retry_after_seconds, refused.value.was_told))

        assert refusals == [(1, False), (1, True)]

    def hurries(self, times: int, size: int = 0) -> list[bool]:
        return [limits.keep_pace(NAME, "somebody", size) for _ in range(times)]

    def test_who_goes_on_after_a_tenth_of_it_is_in_a_hurry(self, clock: dict[str, float]) -> None:
        assert self.hurries(8) == [False] * 6 + [True] * 2

        clock["now"] += 3
        assert self.hurries(2) == [False, True]

    def test_what_is_long_counts_as_several(self, clock: dict[str, float]) -> None:
        long = 3 * limits.ORDINARY_BYTES

        assert self.hurries(3, long) == [False, False, True]

        clock["now"] += 9
        assert self.hurries(1, long) == [False]

    def test_nobody_is_in_a_hurry_for_longer_than_a_period(self, clock: dict[str, float]) -> None:
        self.hurries(1, 1000 * limits.ORDINARY_BYTES)

        clock["now"] += 60
        assert self.hurries(1) == [False]

    def test_a_limit_of_one_is_one(self, settings: Settings) -> None:
        setattr(settings, NAME, (1, 86400))

        assert self.passes(2) == [True, False]

    def test_a_cache_that_does_not_answer_stops_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*arguments: object, **options: object) -> None:
            raise ConnectionError

        monkeypatch.setattr(cache, "get", refuse)

        assert self.passes(9) == [True] * 9


def test_callers_at_the_same_moment_are_all_counted(settings: Settings) -> None:
    settings.SIGN_IN_LIMIT = (50, 60)

    with ThreadPoolExecutor(16) as pool:
        passed = list(pool.map(lambda _: _passes(""), range(200)))

    assert sum(passed) == 50


@pytest.mark.parametrize("verb", ["add", "incr"])
def test_a_cache_that_is_down_stops_nobody(
    verb: str, twice: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object, **options: object) -> None:
        raise ConnectionError("no cache at redis://:secret@host")

    monkeypatch.setattr(type(cache._connections["default"]), verb, fail)  # type: ignore[attr-defined]  # Django's proxy
    monkeypatch.setattr(limits, "seldom", Seldom(limits.logger))

    assert passes(4) == [True] * 4
    assert "not being counted" in caplog.text
    assert "secret" not in caplog.text


def test_that_a_limit_is_used_up_is_logged_once(twice: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        passes(6, "203.0.113.1")

    assert caplog.text.count("is used up") == 1
    assert "203.0.113.1" not in caplog.text


# The doors


def test_signing_in_too_often_is_refused_before_descope_is_asked(twice: None, reader: User) -> None:
    answers = [exchange(reader) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "40"
    assert answers[2]["Content-Type"].startswith("application/problem+json")
    assert "Try again in a minute" in answers[2].json()["detail"]
    assert exchange(reader, REMOTE_ADDR="203.0.113.9").status_code == 200
    assert Session.objects.count() == 3


def test_all_addresses_together_have_a_limit_too(reader: User, settings: Settings) -> None:
    settings.SIGN_IN_LIMIT_OF_ALL = (2, 60)

    answers = [exchange(reader, REMOTE_ADDR=f"203.0.113.{number}").status_code for number in range(3)]

    assert answers == [200, 200, 429]


def test_behind_a_proxy_its_callers_are_told_apart(twice: None, reader: User, settings: Settings) -> None:
    settings.BEHIND_PROXY = True

    def from_address(address: str) -> int:
        return int(exchange(reader, HTTP_X_FORWARDED_FOR=f"made up, {address}").status_code)

    assert [from_address("203.0.113.1") for _ in range(3)] == [200, 200, 429]
    assert from_address("203.0.113.2") == 200


def test_what_a_caller_writes_into_the_header_is_not_believed(twice: None, reader: User) -> None:
    answers = [exchange(reader, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}").status_code for number in range(3)]

    assert answers == [200, 200, 429]


def exchange(person: User, **more: Any) -> Any:
    session_jwt, refresh_jwt = tokens_of(person)
    body = {"sessionJwt": session_jwt, "refreshJwt": refresh_jwt}
    return Client().post("/auth/session", body, "application/json", **more)


@pytest.mark.parametrize(
    ("first", "second", "is_one_caller"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.1", "203.0.113.1", True),
        ("::ffff:203.0.113.1", "::ffff:203.0.113.2", False),
        ("203.0.113.1", "203.0.113.2", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_of_ipv6_addresses_those_of_one_network_are_one_caller(
    first: str, second: str, is_one_caller: bool, settings: Settings
) -> None:
    settings.SIGN_IN_LIMIT = (1, 60)
    limits.check_address(NAME, first)

    if is_one_caller:
        with pytest.raises(TooMany):
            limits.check_address(NAME, second)
    else:
        limits.check_address(NAME, second)


@pytest.mark.parametrize(
    ("path", "body"), [("/auth/session", "{}"), ("/webhooks/descope", "[]"), ("/api/register", "{}")]
)
def test_every_door_counts_ipv6_callers_by_their_network(path: str, body: str, twice: None, reader: User) -> None:
    browser = signed_in(reader) if path == "/api/register" else Client()

    answers = [
        browser.post(path, body, "application/json", REMOTE_ADDR=f"2001:db8:1:2::{number}").status_code
        for number in range(3)
    ]

    assert 429 not in answers[:2]
    assert answers[2] == 429


def test_registering_too_often_is_refused(twice: None, reader: User) -> None:
    browser = signed_in(reader)

    answers = [browser.post("/api/register", content_type="application/json") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "40"
    assert answers[2].json()["error"]["status"] == 429


def test_messages_that_come_too_often_are_refused_signed_or_not(twice: None, settings: Settings) -> None:
    def send(signature: Callable[[bytes], str]) -> int:
        headers = {"x-descope-webhook-s256": signature(b"[]")}
        return Client().post("/webhooks/descope", b"[]", "application/json", headers=headers).status_code

    def right(body: bytes) -> str:
        return base64.b64encode(hmac.digest(settings.DESCOPE_WEBHOOK_SECRET.encode(), body, hashlib.sha256)).decode()

    assert [send(right), send(lambda body: "wrong"), send(right)] == [200, 401, 429]


def test_making_tokens_too_often_is_refused_with_a_page_that_says_so(twice: None, reader: User, editor: User) -> None:
    form = {"name": "A script", "scopes": ["read"], "lifetime": "30"}
    browser = signed_in(reader)

    answers = [browser.post("/account/tokens/create", form) for _ in range(3)]

    page = answers[2].content.decode()
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "40"
    assert "One moment, please" in page
    assert "too often" in page
    assert ApiToken.objects.count() == 2
    assert signed_in(editor).post("/account/tokens/create", form).status_code == 200


def test_changing_ones_name_too_often_is_refused_and_what_was_typed_is_given_back(
    twice: None, reader: User, editor: User
) -> None:
    browser = signed_in(reader)

    answers = [browser.post("/account/name", {"name": f"Rita the {number}."}) for number in range(3)]

    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "Rita the 2." in answers[2].content.decode()
    assert User.objects.get(pk=reader.pk).name == "Rita the 1."
    assert signed_in(editor).post("/account/name", {"name": "Ed the First"}).status_code == 302


def test_made_up_tokens_use_up_nobody_elses_turn(reader: User, settings: Settings) -> None:
    settings.SIGN_IN_LIMIT_OF_ALL = (1, 60)
    for _ in range(5):
        Client().post("/auth/session", {"sessionJwt": "made.up.token"}, content_type="application/json")

    assert signed_in(reader)


@pytest.mark.parametrize("hops", ["", "unknown", "1.2.3.4, not an address"])
def test_what_is_no_address_is_not_taken_for_one(hops: str, settings: Settings, rf: RequestFactory) -> None:
    settings.BEHIND_PROXY = True

    assert client_address(rf.get("/", headers={"X-Forwarded-For": hops})) == "127.0.0.1"
