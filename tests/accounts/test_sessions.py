import json
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from io import StringIO
from typing import Any

import httpx
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import background, descope, patience, sessions
from accounts.exceptions import BadToken, ProviderUnavailable, SignedOut
from accounts.keys import KeyRing
from accounts.models import Session, User
from accounts.roles import Role
from accounts.sandbox import people as sandbox_people
from accounts.sandbox import sessions as sandbox_sessions
from accounts.sandbox import tokens as sandbox_tokens
from accounts.sandbox.models import Person as SandboxPerson
from accounts.sandbox.models import RefreshToken, SignIn
from accounts.vault import digest, locked, unlocked
from tests.conftest import at_once, tokens_of

from .conftest import Wire
from .forge import Forge, strangers_jwk

REFRESH, LOGOUT = "/v1/auth/refresh", "/v1/auth/logout"


def started(user: User) -> str:
    return sessions.start(*tokens_of(user))[0]


def expire(**when: float) -> None:
    """Let every token have expired some time ago; negative times lie ahead."""
    Session.objects.update(token_expires_at=timezone.now() - timedelta(**(when or {"seconds": 1})))


def put_off(left_to_do: list[Callable[[], object]]) -> Callable[[Callable[[], object]], Future[object]]:
    """Return a way to begin work in the background whose result never comes: the work is put on the list."""

    def start(work: Callable[[], object]) -> Future[object]:
        left_to_do.append(work)
        return Future()

    return start


def resumed(key: str) -> Session:
    session = sessions.resume(key)
    assert session is not None
    return session


# Start


def test_a_session_starts_with_who_they_are_and_what_they_may(editor: User) -> None:
    session = resumed(started(editor))

    assert session.user == editor
    assert session.user.roles == {Role.EDITOR}


def test_the_first_sign_in_makes_the_record_and_says_so(reader: User) -> None:
    User.objects.all().delete()

    is_new = [sessions.start(*tokens_of(reader))[1] for _ in range(2)]

    assert is_new == [True, False]
    assert User.objects.get().name == "Rita Reader"


def test_each_sign_in_has_a_new_key_and_ends_the_session_it_replaces(reader: User) -> None:
    first = started(reader)

    second, _ = sessions.start(*tokens_of(reader), replacing=first)

    assert second != first
    assert sessions.resume(first) is None
    assert sessions.resume(second) is not None


def test_a_sign_in_elsewhere_leaves_other_browsers_alone(reader: User) -> None:
    first = started(reader)

    started(reader)

    assert sessions.resume(first) is not None


def test_neither_key_nor_token_is_in_the_database(reader: User) -> None:
    session_token, refresh_token = tokens_of(reader)

    key, _ = sessions.start(session_token, refresh_token)

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_session")
        row = repr(cursor.fetchall())
    for secret in [key, session_token, refresh_token, *session_token.split("."), *refresh_token.split(".")]:
        assert secret not in row
    assert unlocked(Session.objects.get().locked_refresh_token) == refresh_token


def bad_pairs(reader: User, editor: User) -> dict[str, tuple[str, str]]:
    (mine, my_refresh), (theirs, their_refresh) = tokens_of(reader), tokens_of(editor)
    return {
        "of two people": (mine, their_refresh),
        "of two people, the other way": (theirs, my_refresh),
        "the session token twice": (mine, mine),
        "the refresh token twice": (my_refresh, my_refresh),
        "swapped": (my_refresh, mine),
        "no refresh token": (mine, ""),
        "garbage to refresh with": (mine, "garbage"),
        "the text undefined": (mine, "undefined"),
        "an expired refresh token": (mine, Forge.of(reader).signed(drn="DSR", exp=1)),
        "another project's refresh token": (mine, Forge.of(reader).signed(drn="DSR", iss="P2another")),
    }


@pytest.mark.parametrize(
    "pair",
    [
        "of two people",
        "of two people, the other way",
        "the session token twice",
        "the refresh token twice",
        "swapped",
        "no refresh token",
        "garbage to refresh with",
        "the text undefined",
        "an expired refresh token",
        "another project's refresh token",
    ],
)
def test_two_tokens_that_do_not_belong_together_start_nothing(pair: str, reader: User, editor: User) -> None:
    with pytest.raises(BadToken):
        sessions.start(*bad_pairs(reader, editor)[pair])

    assert not Session.objects.exists()


def test_a_refresh_token_that_descope_does_not_know_starts_nothing(reader: User) -> None:
    forge = Forge.of(reader)

    with pytest.raises(SignedOut):
        sessions.start(forge.signed(), forge.refresh_token())

    assert not Session.objects.exists()


def test_tokens_that_descope_takes_for_somebody_elses_start_nothing(reader: User, wire: Wire) -> None:
    wire.says("/v1/auth/me", {"userId": "Usomebodyelse", "name": "Somebody Else"})

    with pytest.raises(BadToken):
        started(reader)

    assert not Session.objects.exists()


def test_nobody_signs_in_while_descope_is_down(reader: User, wire: Wire) -> None:
    tokens = tokens_of(reader)
    wire.is_down()

    with pytest.raises(ProviderUnavailable):
        sessions.start(*tokens)

    assert not Session.objects.exists()


def test_tokens_from_before_signing_out_everywhere_start_nothing(reader: User) -> None:
    tokens = tokens_of(reader)
    sessions.end_all_of(reader)

    with pytest.raises(SignedOut):
        sessions.start(*tokens)

    assert not Session.objects.exists()


# How old a sign-in is


def age(key: str) -> timedelta:
    """Return how long ago the person of this session showed who they are, as far as anybody can tell."""
    signed_in_at = resumed(key).user.signed_in_at
    assert signed_in_at is not None
    return timezone.now() - signed_in_at


def test_tokens_that_are_posted_again_make_no_sign_in_younger(reader: User) -> None:
    tokens = tokens_of(reader)
    sessions.start(*tokens)
    Session.objects.update(started_at=timezone.now() - timedelta(days=3))

    again, _ = sessions.start(*tokens)
    and_again, _ = sessions.start(*tokens, replacing=again)

    assert age(and_again) >= timedelta(days=3)
    assert resumed(and_again).ends_at < timezone.now() + timedelta(days=14)


def test_either_token_of_a_session_tells_its_age(reader: User) -> None:
    session_token, refresh_token = tokens_of(reader)
    sessions.start(session_token, refresh_token)
    Session.objects.update(started_at=timezone.now() - timedelta(days=3))

    with_new_refresh_token, _ = sessions.start(session_token, tokens_of(reader)[1])
    with_new_session_token, _ = sessions.start(tokens_of(reader)[0], refresh_token)

    assert age(with_new_refresh_token) >= timedelta(days=3)
    assert age(with_new_session_token) >= timedelta(days=3)


def test_tokens_that_a_session_was_refreshed_with_are_as_old_as_it_is(reader: User, wire: Wire) -> None:
    given: list[dict[str, str]] = []

    def overheard(request: httpx.Request) -> httpx.Response:
        answer = wire.pass_on(request)
        given.append(json.loads(answer.read()))
        return answer

    wire.answers(REFRESH, overheard)
    key = started(reader)
    Session.objects.update(started_at=timezone.now() - timedelta(days=3))
    expire()
    resumed(key)

    again, _ = sessions.start(tokens_of(reader)[0], given[0]["refreshJwt"])
    and_again, _ = sessions.start(given[0]["sessionJwt"], tokens_of(reader)[1])

    assert min(age(again), age(and_again)) >= timedelta(days=3)


def test_tokens_nobody_has_shown_before_are_as_old_as_the_oldest_of_what_they_say(reader: User) -> None:
    person, long_ago = SandboxPerson.objects.get(user_id=reader.subject), int(time.time()) - 3 * 24 * 3600
    fresh, of_old = tokens_of(reader), sandbox_sessions.sign_in(person, first_seen=False)
    known = RefreshToken.objects.order_by("-pk")[0]
    old_refresh_token = sandbox_tokens.refresh_token(person, jti=known.jti, iat=long_ago)
    told = sandbox_sessions.sign_in(person, first_seen=False, claims={"auth_time": long_ago})
    refreshed = sandbox_sessions.refresh(told["refreshJwt"])

    ages = [
        age(sessions.start(*tokens)[0])
        for tokens in [
            (of_old["sessionJwt"], old_refresh_token),
            (Forge.of(reader).signed(iat=long_ago), tokens_of(reader)[1]),
            (refreshed["sessionJwt"], refreshed["refreshJwt"]),
        ]
    ]

    assert min(ages) >= timedelta(days=3)
    assert age(sessions.start(*fresh)[0]) < timedelta(minutes=1)


@pytest.mark.parametrize("told", ["yesterday", True, None, [], 10**400, 4102444800])
def test_a_time_that_makes_no_sense_is_not_gone_by(told: object, reader: User) -> None:
    token = Forge.of(reader).signed(auth_time=told)

    key, _ = sessions.start(token, tokens_of(reader)[1])

    assert timedelta() <= age(key) < timedelta(minutes=1)


def test_each_new_sign_in_is_one_of_just_now(reader: User) -> None:
    old = started(reader)
    Session.objects.update(started_at=timezone.now() - timedelta(days=3))

    here, _ = sessions.start(*tokens_of(reader), replacing=old)
    elsewhere = started(reader)

    assert max(age(here), age(elsewhere)) < timedelta(minutes=1)


@pytest.mark.parametrize("which", ["both", "the session token", "the refresh token"])
def test_tokens_of_a_session_that_is_over_start_no_other(which: str, reader: User, wire: Wire) -> None:
    mine, others = tokens_of(reader), tokens_of(reader)
    key, _ = sessions.start(*mine)
    wire.answers(LOGOUT, httpx.ConnectError("nobody answers"))
    sessions.end(key)
    wire.recovers()
    pairs = {"both": mine, "the session token": (mine[0], others[1]), "the refresh token": (others[0], mine[1])}

    with pytest.raises(BadToken):
        sessions.start(*pairs[which])


def test_whose_first_answer_was_lost_can_ask_again(reader: User) -> None:
    tokens = tokens_of(reader)
    sessions.start(*tokens)

    again, _ = sessions.start(*tokens)

    assert age(again) < timedelta(minutes=1)


# Resume


def test_resuming_costs_one_query_and_no_call(
    reader: User, wire: Wire, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key = started(reader)
    wire.asked.clear()

    with django_assert_num_queries(1):
        assert resumed(key).user.roles == frozenset()

    assert wire.asked == []


@pytest.mark.parametrize("key", ["", "made-up", "\0", "é", "x" * 100_000])
def test_a_made_up_key_opens_nothing(key: str, reader: User) -> None:
    started(reader)

    assert sessions.resume(key) is None


def test_the_digest_of_a_key_opens_nothing(reader: User) -> None:
    started(reader)

    assert sessions.resume(Session.objects.get().key_digest) is None


def test_a_disabled_person_is_out_at_once(reader: User) -> None:
    key = started(reader)
    User.objects.update(is_disabled=True)

    assert sessions.resume(key) is None


def test_a_session_that_began_while_all_were_ended_is_over_too(reader: User) -> None:
    key = started(reader)
    User.objects.update(tokens_not_before=timezone.now())

    assert sessions.resume(key) is None


@pytest.mark.parametrize(
    ("since_start", "since_refresh", "goes_on"),
    [
        (timedelta(days=13), timedelta(days=13), True),
        (timedelta(days=14), timedelta(days=14), False),
        (timedelta(days=29), timedelta(hours=1), True),
        (timedelta(days=30), timedelta(hours=1), False),
    ],
)
def test_a_session_ends_when_idle_too_long_and_after_its_whole_life(
    since_start: timedelta, since_refresh: timedelta, goes_on: bool, reader: User
) -> None:
    key, now = started(reader), timezone.now()
    Session.objects.update(started_at=now - since_start, last_refreshed_at=now - since_refresh)

    assert (sessions.resume(key) is not None) == goes_on


# Refresh


def test_an_expired_token_is_refreshed_and_the_rotated_one_kept(reader: User, wire: Wire) -> None:
    key = started(reader)
    before = Session.objects.get()
    expire()

    resumed(key)

    after = Session.objects.get()
    assert wire.times_asked(REFRESH) == 1
    assert after.token_expires_at > timezone.now() + timedelta(minutes=9)
    assert after.held_tokens.count() == 4
    assert unlocked(after.locked_refresh_token) not in ("", unlocked(before.locked_refresh_token))
    assert after.refresh_leased_until is None
    assert after.key_digest == before.key_digest


def test_each_refresh_uses_the_token_of_the_last(reader: User, wire: Wire) -> None:
    key = started(reader)
    for _ in range(3):
        expire()
        resumed(key)
        RefreshToken.objects.filter(replaced_at__isnull=False).delete()

    assert wire.times_asked(REFRESH) == 3


def test_a_token_is_refreshed_a_little_ahead_of_its_end(reader: User, wire: Wire) -> None:
    key = started(reader)
    expire(seconds=-40)
    resumed(key)
    assert wire.times_asked(REFRESH) == 0

    expire(seconds=-20)
    resumed(key)

    assert wire.times_asked(REFRESH) == 1


def test_nobody_waits_for_a_refresh_ahead_of_time(reader: User, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    key = started(reader)
    expire(seconds=-20)
    left_to_do: list[Callable[[], object]] = []
    monkeypatch.setattr(background, "start", put_off(left_to_do))

    for _ in range(5):
        assert resumed(key).user == reader
    asked_by_requests = wire.times_asked(REFRESH)
    monkeypatch.setattr(background, "start", at_once)
    for work in left_to_do:
        work()

    assert (asked_by_requests, len(left_to_do), wire.times_asked(REFRESH)) == (0, 1, 1)
    assert Session.objects.get().token_expires_at > timezone.now() + timedelta(minutes=9)


def test_an_answer_that_comes_after_everybody_has_gone_on_is_kept(
    reader: User, wire: Wire, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SESSION_GRACE = timedelta(hours=1)
    key = started(reader)
    expire()
    late: list[Callable[[], object]] = []
    monkeypatch.setattr(background, "start", put_off(late))
    monkeypatch.setattr(patience, "REQUEST_SECONDS", 0.01)

    assert resumed(key).user == reader
    monkeypatch.setattr(background, "start", at_once)
    late[0]()

    assert Session.objects.get().token_expires_at > timezone.now() + timedelta(minutes=9)
    assert wire.times_asked(REFRESH) == 1


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_clock_that_is_a_minute_off_signs_nobody_out(seconds: int, reader: User, wire: Wire) -> None:
    key = started(reader)
    forge, then = Forge.of(reader), int(timezone.now().timestamp()) + seconds
    for _ in range(3):
        session_token = forge.signed(iat=then, exp=then + 600)
        wire.says(REFRESH, {"sessionJwt": session_token, "refreshJwt": forge.signed(drn="DSR", iat=then)})
        expire()

        assert resumed(key).user == reader

    assert Session.objects.get().held_tokens.filter(digest=digest(session_token)).exists()


def test_a_refreshed_token_brings_the_roles_of_now(editor: User) -> None:
    key = started(editor)
    sandbox_people.set_roles(SandboxPerson.objects.get(user_id=editor.subject), [])
    assert resumed(key).user.roles == {Role.EDITOR}

    sessions.refresh_all_of(editor)

    assert resumed(key).user.roles == frozenset()


def test_refreshing_asks_descope_outside_any_transaction(
    reader: User, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = started(reader)
    expire()
    depth = len(connection.savepoint_ids)

    def answer(request: httpx.Request) -> httpx.Response:
        assert len(connection.savepoint_ids) == depth
        return httpx.Response(500)

    wire.answers(REFRESH, answer)
    with pytest.raises(ProviderUnavailable):
        sessions.resume(key)


UNCLEAR_ANSWERS: dict[str, httpx.Response | Exception] = {
    "nobody there": httpx.ConnectError("down"),
    "too slow": httpx.ReadTimeout("slow"),
    "an error": httpx.Response(500),
    "too many requests": httpx.Response(429, json={"errorCode": "E130429"}, headers={"Retry-After": "60"}),
    "a page of a proxy's": httpx.Response(200, html="<p>Please wait"),
    "nothing": httpx.Response(200),
    "half a body": httpx.Response(200, content=b'{"sessionJwt":"eyJhb', headers={"Content-Type": "application/json"}),
    "null": httpx.Response(200, json=None),
    "a list": httpx.Response(200, json=[]),
    "a text": httpx.Response(200, json="ok"),
    "an empty object": httpx.Response(200, json={}),
    "no tokens": httpx.Response(200, json={"sessionJwt": None, "refreshJwt": None}),
    "tokens of a wrong kind": httpx.Response(200, json={"sessionJwt": 7, "refreshJwt": ["x"]}),
}


@pytest.mark.parametrize("answer", UNCLEAR_ANSWERS.values(), ids=UNCLEAR_ANSWERS)
def test_an_unclear_answer_ends_nothing(answer: httpx.Response | Exception, reader: User, wire: Wire) -> None:
    key = started(reader)
    expire()
    wire.answers(REFRESH, answer)
    with pytest.raises(ProviderUnavailable):
        sessions.resume(key)

    wire.recovers()

    assert resumed(key).user == reader


def test_a_token_that_is_still_good_goes_on_while_descope_is_down(editor: User, wire: Wire) -> None:
    key = started(editor)
    expire(seconds=-20)
    wire.is_down()

    assert resumed(key).user.roles == {Role.EDITOR}
    assert wire.times_asked(REFRESH) == 1
    assert Session.objects.get().refresh_leased_until is None


@pytest.mark.parametrize("status", [401, 403])
def test_a_plain_no_from_descope_ends_the_session(status: int, reader: User, wire: Wire) -> None:
    key = started(reader)
    expire()
    wire.says(REFRESH, {"errorCode": "E061005"}, status)

    assert sessions.resume(key) is None

    wire.recovers()
    assert sessions.resume(key) is None
    assert Session.objects.get().ended_at is not None
    assert Session.objects.get().locked_refresh_token == ""


def test_a_session_signed_out_at_descope_ends_with_its_token(reader: User) -> None:
    key = started(reader)
    SignIn.objects.update(ended_at=timezone.now())
    expire()

    assert sessions.resume(key) is None


def test_a_session_whose_refresh_token_no_key_opens_any_more_is_over(reader: User, settings: Settings) -> None:
    key = started(reader)
    expire()
    settings.SECRET_KEY = "another-secret-key-of-fifty-characters-0123456789abc"

    assert sessions.resume(key) is None


def test_a_session_whose_refresh_token_has_expired_is_over(reader: User, wire: Wire) -> None:
    key = started(reader)
    expire()
    Session.objects.update(locked_refresh_token=locked(Forge.of(reader).signed(drn="DSR", exp=1)))

    assert sessions.resume(key) is None
    assert wire.times_asked(REFRESH) == 0


def test_a_session_whose_refresh_token_was_signed_by_a_withdrawn_key_is_over(
    reader: User, wire: Wire, ring: KeyRing
) -> None:
    key = started(reader)
    expire()
    wire.says("/v2/keys", {"keys": [strangers_jwk()]})
    ring.__init__()  # type: ignore[misc]  # A process that starts after the rotation.

    assert sessions.resume(key) is None


def test_a_session_refreshed_into_somebody_else_is_over(reader: User, editor: User, wire: Wire) -> None:
    key = started(reader)
    expire()
    theirs, their_refresh = tokens_of(editor)
    wire.says(REFRESH, {"sessionJwt": theirs, "refreshJwt": their_refresh})

    assert sessions.resume(key) is None


def test_a_refreshed_token_that_does_not_verify_is_not_taken(reader: User, wire: Wire) -> None:
    key = started(reader)
    expire()
    forge = Forge.of(reader)
    wire.says(REFRESH, {"sessionJwt": forge.signed(iss="P2another"), "refreshJwt": forge.refresh_token()})

    with pytest.raises(ProviderUnavailable):
        sessions.resume(key)


def test_a_session_goes_on_where_the_tokens_name_an_audience(reader: User, wire: Wire, settings: Settings) -> None:
    settings.DESCOPE_AUDIENCE = "galley"
    forge = Forge.of(reader)
    tokens: dict[str, Any] = {
        "sessionJwt": forge.signed(aud="galley"),
        "refreshJwt": forge.signed(drn="DSR", aud="galley"),
    }
    wire.says("/v1/auth/me", {"userId": reader.subject, "name": reader.name})
    wire.says(REFRESH, tokens)
    key, _ = sessions.start(tokens["sessionJwt"], tokens["refreshJwt"])
    expire()

    assert resumed(key).user == reader


# One refresh at a time


def test_who_finds_somebody_refreshing_waits_for_the_result(
    reader: User, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = started(reader)
    expire()
    Session.objects.update(refresh_leased_until=timezone.now() + sessions.LEASE)

    def the_other_is_done(seconds: float) -> None:
        Session.objects.update(token_expires_at=timezone.now() + timedelta(minutes=10), refresh_leased_until=None)

    monkeypatch.setattr(time, "sleep", the_other_is_done)

    assert resumed(key).user == reader
    assert wire.times_asked(REFRESH) == 0


def test_who_waits_for_a_refresh_that_ends_the_session_is_signed_out(
    reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = started(reader)
    expire()
    Session.objects.update(refresh_leased_until=timezone.now() + sessions.LEASE)
    monkeypatch.setattr(time, "sleep", lambda seconds: sessions.end_all_of(reader))

    assert sessions.resume(key) is None


def test_who_waits_too_long_hears_that_it_takes_time(reader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    key = started(reader)
    expire()
    Session.objects.update(refresh_leased_until=timezone.now() + sessions.LEASE)
    monkeypatch.setattr(patience, "REQUEST_SECONDS", 0)

    with pytest.raises(ProviderUnavailable):
        sessions.resume(key)
    assert Session.objects.get().ended_at is None


def test_a_token_that_still_holds_waits_for_nobody(reader: User, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    key = started(reader)
    expire(seconds=-20)
    Session.objects.update(refresh_leased_until=timezone.now() + sessions.LEASE)
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail("it waited"))

    assert resumed(key).user == reader
    assert wire.times_asked(REFRESH) == 0


def test_the_lease_of_a_process_that_died_runs_out(reader: User, wire: Wire) -> None:
    key = started(reader)
    expire()
    Session.objects.update(refresh_leased_until=timezone.now() - timedelta(seconds=1))

    assert resumed(key).user == reader
    assert wire.times_asked(REFRESH) == 1


def test_a_session_that_ends_while_it_is_refreshed_stays_over(reader: User, wire: Wire) -> None:
    key = started(reader)
    expire()
    session_token, refresh_token = tokens_of(reader)

    def answer(request: httpx.Request) -> httpx.Response:
        sessions.end_all_of(reader)
        return httpx.Response(200, json={"sessionJwt": session_token, "refreshJwt": refresh_token})

    wire.answers(REFRESH, answer)

    assert sessions.resume(key) is None
    assert sessions.resume(key) is None
    assert Session.objects.get().locked_refresh_token == ""


# End


def test_signing_out_ends_the_session_here_and_at_descope(reader: User) -> None:
    key = started(reader)

    sessions.end(key)

    assert sessions.resume(key) is None
    assert Session.objects.get().locked_refresh_token == ""
    assert SignIn.objects.get().ended_at is not None


def test_signing_out_ends_the_session_here_though_descope_is_down(reader: User, wire: Wire) -> None:
    key = started(reader)
    expire()
    wire.is_down()

    sessions.end(key)

    wire.recovers()
    assert sessions.resume(key) is None


def test_signing_out_twice_or_of_nothing_is_no_error(reader: User, wire: Wire) -> None:
    key = started(reader)
    for each in [key, key, "", "made-up"]:
        sessions.end(each)

    assert wire.times_asked(LOGOUT) == 1


def test_signing_out_leaves_other_browsers_alone(reader: User) -> None:
    key, other = started(reader), started(reader)

    sessions.end(key)

    assert sessions.resume(other) is not None


def test_a_sessions_own_token_is_no_bearer_once_it_is_signed_out(reader: User) -> None:
    session_token, refresh_token = tokens_of(reader)
    key, _ = sessions.start(session_token, refresh_token)
    assert sessions.person_of_bearer(session_token) == reader

    sessions.end(key)

    with pytest.raises(BadToken):
        sessions.person_of_bearer(session_token)


def test_signing_out_everywhere_ends_every_session_and_bearer_of_that_person_alone(reader: User, editor: User) -> None:
    keys, bearer = [started(reader), started(reader)], tokens_of(reader)[0]
    other_key, other_bearer = started(editor), tokens_of(editor)[0]

    sessions.end_all_of(reader)

    assert [sessions.resume(key) for key in keys] == [None, None]
    with pytest.raises(BadToken):
        sessions.person_of_bearer(bearer)
    assert resumed(other_key).user == editor
    assert sessions.person_of_bearer(other_bearer) == editor


def test_a_token_from_after_signing_out_everywhere_is_good(reader: User) -> None:
    sessions.end_all_of(reader)
    later = int(timezone.now().timestamp()) + 1

    assert sessions.person_of_bearer(Forge.of(reader).signed(iat=later)) == reader


# Bearers


def test_a_bearer_has_the_roles_of_its_token(editor_and_admin: User) -> None:
    assert sessions.person_of_bearer(tokens_of(editor_and_admin)[0]).roles == {Role.EDITOR, Role.ADMIN}


def test_a_disabled_person_is_no_bearer(reader: User) -> None:
    User.objects.update(is_disabled=True)

    with pytest.raises(BadToken):
        sessions.person_of_bearer(tokens_of(reader)[0])


# The vault


def test_a_token_is_locked_differently_each_time() -> None:
    assert locked("token") != locked("token")
    assert unlocked(locked("token")) == "token"


@pytest.mark.parametrize(
    "text",
    ["", "garbage", "é", locked("token")[:-2], locked("token").swapcase()],
    ids=["empty", "garbage", "accent", "shorter", "other letters"],
)
def test_what_was_tampered_with_opens_to_nothing(text: str) -> None:
    assert unlocked(text) == ""


def test_a_former_secret_key_still_opens_what_it_locked(settings: Settings) -> None:
    text = locked("token")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-key-of-fifty-characters-0123456789abc"

    assert unlocked(text) == "token"
    assert unlocked(locked("new")) == "new"


def test_the_payload_is_kept_as_the_token_says_it(reader: User) -> None:
    started(reader)

    assert json.loads(json.dumps(Session.objects.get().payload))["sub"] == reader.subject


# Whoever is slower than their lease


def test_a_refresh_that_is_overtaken_ends_and_overwrites_nothing(reader: User, wire: Wire) -> None:
    key = started(reader)
    expire()
    slow = Session.objects.select_related("user").get()
    fast = resumed(key)
    tokens = descope.refresh(unlocked(fast.locked_refresh_token))

    wire.says(REFRESH, {"errorCode": "E061005"}, 401)
    sessions._refresh(slow)
    sessions._keep(slow, tokens)

    kept = Session.objects.get()
    assert kept.ended_at is None
    assert kept.locked_refresh_token == fast.locked_refresh_token


def test_no_token_a_session_ever_held_outlives_it(editor: User, wire: Wire) -> None:
    first, refresh_token = tokens_of(editor)
    key, _ = sessions.start(first, refresh_token)
    sessions.refresh_all_of(editor)
    resumed(key)
    assert sessions.person_of_bearer(first) == editor

    sessions.end(key)

    with pytest.raises(BadToken):
        sessions.person_of_bearer(first)


def test_a_bearer_of_somebody_who_is_gone_at_descope_meets_nobody(reader: User) -> None:
    token, _ = tokens_of(reader)
    SandboxPerson.objects.all().delete()
    User.objects.all().delete()

    with pytest.raises(BadToken):
        sessions.person_of_bearer(token)

    assert not User.objects.exists()


# A provider that is down


@pytest.mark.parametrize("status", [500, 503, 521])
def test_a_failing_provider_is_asked_once_and_then_left_alone_for_a_while(
    status: int, reader: User, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail(f"slept {seconds} s"))
    key = started(reader)
    expire()
    wire.answers(REFRESH, httpx.Response(status))

    for _ in range(5):
        with pytest.raises(ProviderUnavailable):
            sessions.resume(key)

    assert wire.times_asked(REFRESH) == 1


def test_an_odd_token_stops_nobody_elses_sign_in(reader: User, editor: User, wire: Wire) -> None:
    key = started(reader)
    expire()
    wire.answers(REFRESH, httpx.Response(400))
    with pytest.raises(ProviderUnavailable):
        sessions.resume(key)

    assert sessions.start(*tokens_of(editor))


# Clearing away


def test_what_is_over_is_cleared_away_and_what_is_not_stays(reader: User, editor: User) -> None:
    over, on = started(reader), started(editor)
    sessions.end(over)
    Session.objects.filter(user=reader).update(ended_at=timezone.now() - timedelta(days=2))

    call_command("clear_sessions", stdout=StringIO())

    assert [session.user for session in Session.objects.all()] == [editor]
    assert resumed(on)
