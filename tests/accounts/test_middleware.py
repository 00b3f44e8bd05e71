import logging
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings as site
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.utils import timezone
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import keys
from accounts.models import Session, User
from accounts.sandbox.models import SignIn
from blog.models import Post
from tests.conftest import bearer, signed_in, tokens_of

from .conftest import Wire
from .forge import BAD_BEARERS, Forge

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Sec-Fetch-Mode": "navigate"}
POSTS = "/api/posts/retrieve"


def with_token(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def let_tokens_expire() -> None:
    Session.objects.update(token_expires_at=timezone.now() - timedelta(seconds=1))


# Visitors


@pytest.mark.parametrize(
    "path",
    ["/desk", "/account", "/write", "/posts/1", "/posts/no-such-post", "/no/such/page", "/wp-login.php", "/desk/"],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_visitor_is_sent_to_sign_in_whether_or_not_the_page_exists(method: str, path: str) -> None:
    response = Client().generic(method, path, headers=PAGE)

    assert response.status_code == 302
    assert response["Location"] == f"/sign-in?next={quote(path, safe='')}"


@pytest.mark.parametrize("path", ["/desk", "/no/such/page", POSTS, "/api/no-such-call"])
def test_a_visitors_script_gets_401_and_json(path: str) -> None:
    response = Client().get(path, headers={"Accept": "application/json"})

    assert response.status_code == 401
    assert response["Content-Type"].startswith("application/problem+json")
    assert response.json()["data"] is None


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "PROPFIND"])
@pytest.mark.parametrize("path", ["/account", "/desk", "/no/such/page"])
def test_no_other_method_lets_a_visitor_in(method: str, path: str) -> None:
    assert Client().generic(method, path, headers=PAGE).status_code in (302, 403, 405)


def test_what_a_signed_out_person_typed_is_given_back(client: Client) -> None:
    typed = {"title": "On <b>proofs</b>", "tags": "craft", "body": "Read & *twice*."}

    response = client.post("/write", typed, headers=PAGE)

    page = response.content.decode()
    assert response.status_code == 401
    assert "On &lt;b&gt;proofs&lt;/b&gt;" in page
    assert "Read &amp; *twice*." in page
    assert "/sign-in" in page
    assert not Post.objects.exists()


TYPED = "What I typed, & <why>"
TYPED_SOMEWHERE = [
    ("/desk/posts/{}/submit", {"note": TYPED}),
    ("/desk/posts/{}/submit", {"override": TYPED}),
    ("/desk/posts/{}/schedule", {"when": TYPED}),
    ("/desk/posts/{}/unpublish", {"outcome_note": TYPED}),
    ("/desk/posts/{}/unpublish", {"outcome_to": TYPED}),
    ("/desk/posts/{}/hand-over", {"reason": TYPED}),
    ("/desk/posts/{}/readdress", {"address": TYPED}),
    ("/desk/images", {"alt": TYPED}),
]


@pytest.mark.parametrize(("path", "typed"), TYPED_SOMEWHERE, ids=[next(iter(typed)) for _, typed in TYPED_SOMEWHERE])
def test_whatever_somebody_signed_out_typed_into_a_form_of_the_desk_is_given_back(
    path: str, typed: dict[str, str], draft: Post, client: Client
) -> None:
    response = client.post(path.format(draft.pk), typed, headers=PAGE)

    assert response.status_code == 401
    assert escape(TYPED) in response.content.decode()


def test_a_reason_to_submit_all_the_same_is_given_back_where_somebody_was_faster(
    submitted: Post, editor: User, admin: User
) -> None:
    submitted.publish(by=admin, revision=1)

    response = signed_in(editor).post(f"/desk/posts/{submitted.pk}/submit", {"override": TYPED}, headers=PAGE)

    assert response.status_code == 409
    assert escape(TYPED) in response.content.decode()


def test_what_was_typed_is_given_back_where_the_page_has_gone_stale(editor: User) -> None:
    browser = signed_in(editor, enforce_csrf_checks=True)

    response = browser.post("/write", {"title": "On proofs", "body": "Read *twice*."}, headers=PAGE)

    assert response.status_code == 403
    assert "Read *twice*." in response.content.decode()
    assert not Post.objects.exists()


def test_a_visitor_who_posts_nothing_worth_keeping_is_sent_to_sign_in(client: Client) -> None:
    response = client.post("/desk/posts/1/publish", {"revision": "1"}, headers=PAGE)

    assert response.status_code == 302
    assert response["Location"] == "/sign-in"


def test_an_address_that_no_view_takes_still_has_a_page_of_its_own(client: Client) -> None:
    assert client.get("/a%0Ab", headers=PAGE).status_code == 404


# Members


def test_knowing_who_asks_costs_one_query(reader: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    browser = signed_in(reader)

    with django_assert_num_queries(1):
        assert browser.get("/sign-in")["Location"] == "/"


@pytest.mark.parametrize("path", ["/account", "/desk", "/no/such/page", POSTS, "/sign-in"])
def test_what_members_see_is_stored_by_nobody(path: str, reader: User) -> None:
    response = signed_in(reader).get(path)

    assert "no-store" in response["Cache-Control"]
    assert {"Cookie", "Authorization"} <= {name.strip() for name in response["Vary"].split(",")}


def test_what_visitors_see_is_not_taken_for_what_members_see(client: Client, settings: Settings) -> None:
    settings.VISIBILITY = "public"

    response = client.get("/")

    assert response.status_code == 200
    assert {"Cookie", "Authorization"} <= {name.strip() for name in response["Vary"].split(",")}


def test_the_home_page_is_open_only_where_the_site_is_public(client: Client, settings: Settings) -> None:
    assert client.get("/").status_code == 302

    settings.VISIBILITY = "public"

    assert client.get("/").status_code == 200
    assert client.get("/desk").status_code == 302


@pytest.mark.parametrize("key", ["made-up", "", "x" * 4000, '"quoted"'])
def test_a_made_up_cookie_makes_a_visitor(key: str, reader: User) -> None:
    signed_in(reader)
    browser = Client()
    browser.cookies[site.SESSION_COOKIE_NAME] = key

    assert browser.get("/account").status_code == 302


# Bearers


@pytest.mark.parametrize("make", BAD_BEARERS.values(), ids=BAD_BEARERS)
def test_a_bad_bearer_is_refused(make: Callable[[Forge], str], reader: User) -> None:
    token = make(Forge.of(reader))

    response = Client().get(POSTS, headers=with_token(token))

    assert response.status_code == 401
    assert response["Content-Type"].startswith("application/problem+json")
    assert response["WWW-Authenticate"] == "Bearer"
    assert not Session.objects.exists()


def test_a_good_bearer_is_let_in(reader: User) -> None:
    assert Client().get(POSTS, headers=with_token(Forge.of(reader).signed())).status_code == 200


@pytest.mark.parametrize("path", [POSTS, "/desk", "/sign-in", "/auth/error", "/no/such/page"])
def test_a_bad_bearer_is_not_made_good_by_a_cookie_or_an_open_page(path: str, reader: User) -> None:
    assert signed_in(reader).get(path, headers=with_token("garbage")).status_code == 401


def test_a_bearer_wins_over_the_cookie_of_somebody_else(reader: User, editor: User) -> None:
    page = signed_in(reader).get("/account", headers=bearer(editor)).content.decode()

    assert "Ed Editor" in page
    assert "Rita Reader" not in page


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_the_scheme_of_a_bearer_is_written_as_one_likes(scheme: str, reader: User) -> None:
    token = tokens_of(reader)[0]

    assert Client().get(POSTS, headers={"Authorization": f"{scheme} {token}"}).status_code == 200


@pytest.mark.parametrize("authorization", ["Basic YTpi", "Bearer", "Bearer ", "Token x", "x", "é", ","])
def test_any_other_authorization_is_refused(authorization: str, reader: User) -> None:
    browser = signed_in(reader)

    assert browser.get(POSTS, headers={"Authorization": authorization}).status_code == 401


@pytest.mark.parametrize("path", ["/write", "/api/posts/create"])
def test_a_bearer_needs_no_csrf_token_and_a_cookie_does(path: str, editor: User) -> None:
    words = {"title": "On proofs", "body": "Read *twice*.", "content": "Read *twice*."}
    kind = "application/json" if path.startswith("/api") else MULTIPART_CONTENT
    program, browser = Client(enforce_csrf_checks=True), signed_in(editor, enforce_csrf_checks=True)

    by_bearer = program.post(path, words, kind, headers=bearer(editor))
    by_cookie = browser.post(path, words, kind)

    assert by_bearer.status_code in (200, 201, 302)
    assert by_cookie.status_code == 403
    assert Post.objects.count() == 1


def test_a_bad_bearer_does_not_spare_a_cookie_its_csrf_token(editor: User) -> None:
    browser = signed_in(editor, enforce_csrf_checks=True)

    response = browser.post("/write", {"title": "On proofs", "body": "x"}, headers={"Authorization": "Bearer x"})

    assert response.status_code == 401
    assert not Post.objects.exists()


def test_a_bearer_may_be_somebody_who_never_opened_the_site(reader: User) -> None:
    User.objects.all().delete()

    assert Client().get(POSTS, headers=bearer(reader)).status_code == 200
    assert User.objects.get().name == "Rita Reader"


# Descope in trouble


@pytest.mark.parametrize("path", ["/account", "/desk", "/no/such/page"])
def test_who_cannot_be_told_is_asked_to_wait_and_keeps_their_cookie(path: str, reader: User, wire: Wire) -> None:
    browser = signed_in(reader)
    let_tokens_expire()
    wire.is_down()

    response = browser.get(path, headers=PAGE)

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert site.SESSION_COOKIE_NAME not in response.cookies
    wire.recovers()
    assert browser.get("/account").status_code == 200


def test_a_script_is_asked_to_wait_in_json(reader: User, wire: Wire) -> None:
    browser = signed_in(reader)
    let_tokens_expire()
    wire.is_down()

    response = browser.get("/account", headers={"Accept": "application/json"})

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert response.json()["status"] == 503


def test_what_was_typed_is_given_back_by_who_cannot_tell_who_asks(editor: User, wire: Wire) -> None:
    browser = signed_in(editor)
    let_tokens_expire()
    wire.is_down()

    response = browser.post("/write", {"title": "On proofs", "body": "Read *twice*."}, headers=PAGE)

    assert response.status_code == 503
    assert "Read *twice*." in response.content.decode()


def test_open_pages_stay_open_while_descope_is_down(reader: User, wire: Wire, settings: Settings) -> None:
    settings.VISIBILITY = "public"
    browser = signed_in(reader)
    let_tokens_expire()
    wire.is_down()

    response = browser.get("/")

    assert response.status_code == 200
    assert site.SESSION_COOKIE_NAME not in response.cookies


def test_a_good_token_goes_on_while_descope_is_down(reader: User, wire: Wire) -> None:
    browser = signed_in(reader)
    wire.is_down()

    assert browser.get("/account").status_code == 200


def test_a_bearer_whose_keys_cannot_be_had_is_asked_to_wait(reader: User, wire: Wire) -> None:
    headers = bearer(reader)
    wire.is_down()

    response = Client().get(POSTS, headers=headers)

    assert response.status_code == 503
    assert response["Retry-After"] == "30"


def test_a_bearer_whose_key_is_known_is_let_in_while_descope_is_down(reader: User, wire: Wire) -> None:
    headers = bearer(reader)
    keys.ring.check()
    wire.is_down()

    assert Client().get(POSTS, headers=headers).status_code == 200


def test_who_was_signed_out_at_descope_is_sent_to_sign_in(reader: User) -> None:
    browser = signed_in(reader)
    SignIn.objects.update(ended_at=timezone.now())
    let_tokens_expire()

    response = browser.get("/desk", headers=PAGE)

    assert response.status_code == 302
    assert response["Location"] == "/sign-in?next=%2Fdesk"


def test_an_expired_token_is_refreshed_on_the_way(reader: User, wire: Wire) -> None:
    browser = signed_in(reader)
    let_tokens_expire()

    assert [browser.get("/account").status_code for _ in range(3)] == [200, 200, 200]
    assert wire.times_asked("/v1/auth/refresh") == 1


# Views that know their callers themselves


@pytest.mark.parametrize("authorization", ["", "Bearer garbage"])
def test_a_view_that_authenticates_itself_is_left_alone(
    authorization: str, reader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = signed_in(reader)

    with django_assert_num_queries(0):
        response = browser.get("/healthz", headers={"Authorization": authorization})

    assert response.status_code == 200


# Logs


def test_no_secret_is_ever_logged(reader: User, wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    session_token, refresh_token = tokens_of(reader)
    bad = Forge.of(reader).promoted()
    browser = signed_in(reader)
    body = {"sessionJwt": session_token, "refreshJwt": refresh_token}
    browser.post("/auth/session", body, "application/json")
    browser.post("/auth/session", body | {"sessionJwt": bad}, "application/json")
    browser.get("/account", headers=with_token(bad))
    browser.get("/account", headers=with_token(session_token))
    let_tokens_expire()
    browser.get("/account")
    let_tokens_expire()
    wire.is_down()
    browser.get("/account")
    key = browser.cookies[site.SESSION_COOKIE_NAME].value
    browser.post("/sign-out")

    logged = "".join(f"{record.getMessage()}{record.__dict__}" for record in caplog.records)
    assert "Bearer refused" in logged
    assert "ended here" in logged
    for secret in [part for text in (key, session_token, refresh_token, bad) for part in text.split(".")]:
        assert secret not in logged


def test_a_program_with_a_cookie_is_asked_to_wait_and_not_to_sign_in(reader: User, wire: Wire) -> None:
    browser = signed_in(reader)
    let_tokens_expire()
    wire.is_down()

    response = browser.get("/api/posts/retrieve")

    assert response.status_code == 503
    assert response["Retry-After"] == "30"


def test_a_visitor_to_the_pages_about_the_api_is_led_to_sign_in() -> None:
    response = Client().get("/api/docs", headers=PAGE)

    assert response.headers["Location"] == "/sign-in?next=%2Fapi%2Fdocs"
