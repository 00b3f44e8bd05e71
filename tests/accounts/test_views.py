import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as site
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from pytest_django import Settings

from accounts import sessions
from accounts.models import Session, User
from accounts.sandbox.models import SignIn
from tests.conftest import bearer, signed_in, tokens_of

from .conftest import Wire
from .forge import BAD_TOKENS, Forge, seconds_from_now
from .test_http import SAFE, UNSAFE

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

HOME = {"Host": "localhost:8000"}
EXCHANGE = "/auth/session"


def exchange(browser: Client, session_token: str, refresh_token: str, **more: object) -> "Answer":
    body = {"sessionJwt": session_token, "refreshJwt": refresh_token, **more}
    return browser.post(EXCHANGE, body, "application/json")


def csrf_token(page: str) -> str:
    found = re.search(r'data-csrf-token="(\w+)"', page) or re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found is not None
    return found[1]


# The page


def test_a_visitor_is_shown_the_flow(client: Client) -> None:
    response = client.get("/sign-in?next=/desk", headers=HOME)

    page = response.content.decode()
    assert response.status_code == 200
    assert f'data-project-id="{site.DESCOPE_PROJECT_ID}"' in page
    assert 'data-next="/desk"' in page
    assert "no-store" in response["Cache-Control"]
    assert site.CSRF_COOKIE_NAME in response.cookies
    assert "needs JavaScript" in page


@pytest.mark.parametrize("address", [*SAFE, *[address for address in UNSAFE if address]])
def test_the_page_goes_on_only_to_a_path_of_this_site(address: str, client: Client) -> None:
    page = client.get("/sign-in", {"next": address}, headers=HOME).content.decode()

    assert f'data-next="{escape(address if address in SAFE else "/")}"' in page


@pytest.mark.parametrize("address", ["/desk", "//evil.example", "/\\\t/evil.example", "/sign-in?next=/sign-in", None])
def test_who_is_signed_in_already_goes_straight_on(address: str | None, reader: User) -> None:
    response = signed_in(reader).get("/sign-in", {"next": address} if address else None)

    assert response.status_code == 302
    assert response["Location"] == ("/desk" if address == "/desk" else "/")


def test_the_page_is_shown_on_the_sites_own_address_alone(client: Client) -> None:
    response = client.get("/sign-in?next=%2Fdesk%3Fa%3Db", headers={"Host": "testserver"})

    assert response.status_code == 302
    assert response["Location"] == "http://localhost:8000/sign-in?next=%2Fdesk%3Fa%3Db"


def test_a_host_that_is_not_ours_is_refused(client: Client) -> None:
    assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("path", ["/sign-in", "/auth/error", "/account"])
def test_who_asks_for_the_head_of_a_page_gets_it(path: str, reader: User, client: Client) -> None:
    browser = signed_in(reader) if path == "/account" else client

    response = browser.head(path, headers=HOME)

    assert response.status_code == browser.get(path, headers=HOME).status_code
    assert response.content == b""


@pytest.mark.parametrize("path", ["/sign-in", "/auth/error", "/account"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_pages_only_read(method: str, path: str, reader: User) -> None:
    assert signed_in(reader).generic(method, path, headers=HOME).status_code == 405


# The exchange


def test_two_good_tokens_give_a_cookie_and_nothing_else_away(reader: User) -> None:
    tokens = tokens_of(reader)
    browser = Client()

    response = exchange(browser, *tokens, next="/desk")

    assert response.status_code == 200
    assert response.json() == {"error": None, "data": {"next": "/desk", "firstSeen": False}}
    assert "no-store" in response["Cache-Control"]
    assert browser.get("/account").status_code == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(reader: User) -> None:
    cookie = exchange(Client(), *tokens_of(reader)).cookies[site.SESSION_COOKIE_NAME]

    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""
    assert cookie["max-age"] == 30 * 24 * 3600
    assert len(cookie.value) >= 43
    assert Session.objects.get().key_digest != cookie.value


def test_the_cookie_is_secure_where_the_site_is(reader: User, settings: Settings) -> None:
    settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE = "__Host-session", True

    response = exchange(Client(), *tokens_of(reader))

    cookie = response.cookies["__Host-session"]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


def test_the_first_sign_in_is_told_from_later_ones(reader: User) -> None:
    User.objects.all().delete()

    seen = [exchange(Client(), *tokens_of(reader)).json()["data"]["firstSeen"] for _ in range(2)]

    assert seen == [True, False]


@pytest.mark.parametrize(
    "address", [None, "", "//evil.example", "/\\\t/evil.example", "https://evil.example", "/sign-in", 7, ["/desk"]]
)
def test_after_signing_in_nobody_is_led_off_the_site(address: object, reader: User) -> None:
    response = exchange(Client(), *tokens_of(reader), next=address)

    assert response.json()["data"]["next"] == "/"


@pytest.mark.parametrize("make", BAD_TOKENS.values(), ids=BAD_TOKENS)
def test_a_bad_token_starts_no_session(make: Callable[[Forge], str], reader: User) -> None:
    _, refresh_token = tokens_of(reader)

    response = exchange(Client(), make(Forge.of(reader)), refresh_token)

    assert response.status_code == 401
    assert response["Content-Type"].startswith("application/problem+json")
    assert site.SESSION_COOKIE_NAME not in response.cookies
    assert not Session.objects.exists()


@pytest.mark.parametrize("seconds", [-60, 60, 85])
def test_a_clock_that_is_a_minute_off_keeps_nobody_from_signing_in(seconds: int, reader: User, wire: Wire) -> None:
    wire.says("/v1/auth/me", {"userId": reader.subject, "name": "Rita", "status": "enabled"})
    forge, browser = Forge.of(reader), Client()
    issued = {"iat": seconds_from_now(seconds), "exp": seconds_from_now(seconds + 600)}

    response = exchange(browser, forge.signed(**issued), forge.signed(drn="DSR", **issued))

    assert response.status_code == 200
    assert browser.get("/account").status_code == 200
    assert Session.objects.get().started_at <= timezone.now()


@pytest.mark.parametrize("about", ["iat", "exp", "nbf"])
def test_a_lagging_clock_makes_no_other_token_good(about: str, reader: User) -> None:
    when = {"iat": 100, "exp": -7, "nbf": 60}[about]
    forge, (_, refresh_token) = Forge.of(reader), tokens_of(reader)

    refused = exchange(Client(), forge.signed(**{about: seconds_from_now(when)}), refresh_token)
    refused_too = exchange(Client(), forge.signed(), forge.signed(drn="DSR", **{about: seconds_from_now(when)}))

    assert (refused.status_code, refused_too.status_code) == (401, 401)
    assert not Session.objects.exists()


@pytest.mark.parametrize("seconds", [0, 60])
def test_who_comes_right_after_all_were_signed_out_is_asked_to_try_again_and_not_called_closed(
    seconds: int, reader: User
) -> None:
    tokens = Forge.of(reader).signed(iat=seconds_from_now(seconds)), tokens_of(reader)[1]
    sessions.end_all_of(reader)

    response = exchange(Client(), *tokens)
    User.objects.update(tokens_not_before=timezone.now() - timedelta(seconds=91))
    later = exchange(Client(), *tokens_of(reader))

    assert response.status_code == 401
    assert "try again in a moment" in response.json()["detail"]
    assert "admin" not in response.json()["detail"]
    assert later.status_code == 200


def test_the_same_with_a_good_token_starts_one(reader: User) -> None:
    _, refresh_token = tokens_of(reader)

    assert exchange(Client(), Forge.of(reader).signed(), refresh_token).status_code == 200
    assert Session.objects.count() == 1


def test_the_tokens_of_two_people_start_no_session(reader: User, editor: User) -> None:
    mine, theirs = tokens_of(reader), tokens_of(editor)

    assert exchange(Client(), mine[0], theirs[1]).status_code == 401
    assert not Session.objects.exists()


NOT_EXCHANGES = {
    "nothing": b"",
    "a form": b"sessionJwt=x&refreshJwt=y",
    "half an object": b'{"sessionJwt":',
    "a list": b'[{"sessionJwt": "x", "refreshJwt": "y"}]',
    "a text": b'"x"',
    "null": b"null",
    "a number": b"7",
    "an empty object": b"{}",
    "tokens of a wrong kind": b'{"sessionJwt": {"a": 1}, "refreshJwt": ["x"]}',
    "half a surrogate": rb'{"sessionJwt": "\ud800", "refreshJwt": "\udfff", "next": "\ud800"}',
    "not UTF-8": b'{"sessionJwt": "\xff"}',
    "deeper than the stack": b"[" * 50_000,
    "more than 64 kB": b'{"sessionJwt": "' + b"x" * 64 * 1024 + b'"}',
    "more than a megabyte": b'{"sessionJwt": "' + b"x" * 1024 * 1024 + b'"}',
}


@pytest.mark.parametrize("body", NOT_EXCHANGES.values(), ids=NOT_EXCHANGES)
def test_a_body_that_holds_no_two_tokens_is_refused(body: bytes, client: Client) -> None:
    response = client.post(EXCHANGE, body, "application/json")

    assert response.status_code == 401
    assert not Session.objects.exists()


def test_other_methods_exchange_nothing(reader: User) -> None:
    session_token, refresh_token = tokens_of(reader)
    query = {"sessionJwt": session_token, "refreshJwt": refresh_token}

    assert Client().get(EXCHANGE, query).status_code == 405
    assert Client().put(EXCHANGE, query, "application/json").status_code == 405
    assert not Session.objects.exists()


def test_no_other_site_can_sign_somebody_in(reader: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/sign-in", headers=HOME).content.decode()
    session_token, refresh_token = tokens_of(reader)
    body = {"sessionJwt": session_token, "refreshJwt": refresh_token}

    without = browser.post(EXCHANGE, body, "application/json", headers=HOME)
    wrong = browser.post(EXCHANGE, body, "application/json", headers=HOME | {"X-CSRFToken": "x" * 64})
    elsewhere = HOME | {"X-CSRFToken": csrf_token(page), "Origin": "https://evil.example"}
    from_elsewhere = browser.post(EXCHANGE, body, "application/json", headers=elsewhere)

    assert [without.status_code, wrong.status_code, from_elsewhere.status_code] == [403, 403, 403]
    assert not Session.objects.exists()
    right = browser.post(EXCHANGE, body, "application/json", headers=HOME | {"X-CSRFToken": csrf_token(page)})
    assert right.status_code == 200


def test_each_sign_in_changes_the_key_and_ends_the_session_before_it(reader: User, editor: User) -> None:
    browser = signed_in(reader)
    first_key = browser.cookies[site.SESSION_COOKIE_NAME].value

    exchange(browser, *tokens_of(editor))

    assert browser.cookies[site.SESSION_COOKIE_NAME].value != first_key
    assert "Ed Editor" in browser.get("/account").content.decode()
    browser.cookies[site.SESSION_COOKIE_NAME] = first_key
    assert browser.get("/account").status_code == 302


def test_a_key_that_somebody_planted_is_not_taken_over(reader: User) -> None:
    browser = Client()
    browser.cookies[site.SESSION_COOKIE_NAME] = "planted"

    exchange(browser, *tokens_of(reader))

    assert browser.cookies[site.SESSION_COOKIE_NAME].value != "planted"
    planted = Client()
    planted.cookies[site.SESSION_COOKIE_NAME] = "planted"
    assert planted.get("/account").status_code == 302


def test_a_closed_account_is_told_so(reader: User, wire: Wire) -> None:
    tokens = tokens_of(reader)
    wire.says("/v1/auth/me", {"userId": reader.subject, "name": "Rita", "status": "disabled"})

    response = exchange(Client(), *tokens)

    assert response.status_code == 401
    assert "cannot sign in" in response.json()["detail"]
    assert not Session.objects.exists()


def test_nobody_signs_in_while_descope_is_down(reader: User, wire: Wire) -> None:
    tokens = tokens_of(reader)
    wire.is_down()

    response = exchange(Client(), *tokens)

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert not Session.objects.exists()


# Signing out


def test_signing_out_ends_everything(reader: User) -> None:
    browser = Client()
    session_token, refresh_token = tokens_of(reader)
    exchange(browser, session_token, refresh_token)
    key = browser.cookies[site.SESSION_COOKIE_NAME].value

    response = browser.post("/sign-out")

    assert response.status_code == 302
    assert response["Location"] == "/sign-in"
    assert '"storage"' in response["Clear-Site-Data"]
    assert browser.cookies[site.SESSION_COOKIE_NAME].value == ""
    thief = Client()
    thief.cookies[site.SESSION_COOKIE_NAME] = key
    assert thief.get("/account").status_code == 302
    assert Client().get("/account", headers={"Authorization": f"Bearer {session_token}"}).status_code == 401
    assert SignIn.objects.get().ended_at is not None


def test_signing_out_works_while_descope_is_down(reader: User, wire: Wire) -> None:
    browser = signed_in(reader)
    key = browser.cookies[site.SESSION_COOKIE_NAME].value
    Session.objects.update(token_expires_at=Session.objects.get().started_at)
    wire.is_down()

    assert browser.post("/sign-out").status_code == 302

    wire.recovers()
    browser.cookies[site.SESSION_COOKIE_NAME] = key
    assert browser.get("/account").status_code == 302


def test_signing_out_takes_a_post_with_its_csrf_token(reader: User) -> None:
    browser = signed_in(reader, enforce_csrf_checks=True)

    assert browser.get("/sign-out").status_code == 405
    assert browser.post("/sign-out").status_code == 403

    page = browser.get("/account").content.decode()
    assert browser.post("/sign-out", {"csrfmiddlewaretoken": csrf_token(page)}).status_code == 302
    assert browser.get("/account").status_code == 302


def test_a_visitor_may_sign_out_too(client: Client) -> None:
    assert client.post("/sign-out")["Location"] == "/sign-in"


def test_a_bearer_signs_out_nobody_elses_browser(reader: User, editor: User) -> None:
    browser = signed_in(reader)
    key = browser.cookies[site.SESSION_COOKIE_NAME].value

    browser.post("/sign-out", headers=bearer(editor))

    browser.cookies[site.SESSION_COOKIE_NAME] = key
    assert browser.get("/account").status_code == 200


# The error page


@pytest.mark.parametrize(
    ("reason", "status", "words"),
    [
        ("link", 401, "This link no longer works"),
        ("unavailable", 503, "taking a break"),
        ("closed", 401, "This account is closed"),
        ("", 401, "Signing in did not work"),
        ("<script>", 401, "Signing in did not work"),
    ],
)
def test_the_error_page_has_the_right_status_a_reason_and_a_way_on(
    reason: str, status: int, words: str, client: Client
) -> None:
    response = client.get("/auth/error", {"reason": reason})

    page = response.content.decode()
    assert response.status_code == status
    assert words in page
    assert 'href="/sign-in"' in page
    assert "<script>" not in page
