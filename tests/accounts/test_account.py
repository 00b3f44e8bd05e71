from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from django.conf import settings as site
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Session, User
from accounts.sandbox.models import Person, SignIn
from tests.conftest import bearer, signed_in, tokens_of

from .conftest import Wire

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
POSTS = ["/account/name", "/account/sessions/1/end", "/account/sign-out-everywhere"]


def page_of(browser: Client) -> str:
    response = browser.get("/account")
    assert response.status_code == 200
    return response.content.decode()


def end(browser: Client, session: Session) -> int:
    return browser.post(f"/account/sessions/{session.pk}/end").status_code


# Who somebody is


@pytest.mark.parametrize(
    ("roles", "powers"),
    [
        ((), []),
        (("editor",), ["Write posts"]),
        (("admin",), ["Review what editors submit"]),
        (("editor", "admin"), ["Write posts", "Review what editors submit"]),
    ],
)
def test_somebody_sees_what_is_known_of_them_and_what_they_may_do(
    roles: tuple[str, ...], powers: list[str], sign_up: Callable[..., User]
) -> None:
    page = page_of(signed_in(sign_up("Nell <New>", *roles)))

    assert "Nell &lt;New&gt;" in page
    assert [power for power in ("Write posts", "Review what editors submit") if power in page] == powers


@pytest.mark.parametrize(
    ("amr", "words"),
    [
        (["email"], "<dd>a link or code by e-mail</dd>"),
        (["email", "totp", "mfa"], "<dd>a link or code by e-mail and an authenticator app</dd>"),
        (["something new"], ""),
        ([], ""),
    ],
)
def test_the_page_says_how_somebody_signed_in(amr: list[str], words: str, reader: User) -> None:
    browser = signed_in(reader)
    session = Session.objects.get()
    Session.objects.update(payload={**session.payload, "amr": amr})

    page = page_of(browser)

    assert words in page
    assert ("Signed in by" in page) is bool(words)


def test_a_changed_name_is_still_there_after_the_next_sign_in(reader: User) -> None:
    response = signed_in(reader).post("/account/name", {"name": "  Rita   Wright "})

    assert response.status_code == 302
    assert Person.objects.get(user_id=reader.subject).name == "Rita Wright"
    assert "Rita Wright" in page_of(signed_in(reader))


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "\0"])
def test_a_name_that_is_none_is_refused_with_the_reason_on_the_page(name: str, reader: User) -> None:
    response = signed_in(reader).post("/account/name", {"name": name})

    assert response.status_code == 422
    assert 'class="errorlist"' in response.content.decode()
    assert User.objects.get(pk=reader.pk).name == "Rita Reader"


def test_without_a_management_key_the_page_says_where_to_change_the_name(reader: User, settings: Settings) -> None:
    settings.DESCOPE_MANAGEMENT_KEY = ""
    browser = signed_in(reader)

    page = page_of(browser)
    browser.post("/account/name", {"name": "Rita Wright"})

    assert 'action="/account/name"' not in page
    assert "Change them there" in page
    assert User.objects.get(pk=reader.pk).name == "Rita Reader"


@pytest.mark.parametrize("status", [500, 401, 404, 429])
def test_a_name_that_descope_does_not_take_stays_as_it_was(status: int, reader: User, wire: Wire) -> None:
    browser = signed_in(reader)
    wire.says("/mgmt/user/update/name", {}, status)

    response = browser.post("/account/name", {"name": "Rita Wright"}, follow=True)

    assert "Your name is as it was" in response.content.decode()
    assert User.objects.get(pk=reader.pk).name == "Rita Reader"


# Where they are signed in


def test_sessions_are_listed_with_device_and_place_this_one_first(reader: User) -> None:
    browser = signed_in(reader)
    Session.objects.update(user_agent=FIREFOX, network="203.0.113.0/24")
    signed_in(reader)
    Session.objects.filter(user_agent="").update(last_refreshed_at=timezone.now() + timedelta(hours=1))

    page = page_of(browser)

    assert page.index("Firefox on Linux") < page.index("A browser we do not know")
    assert page.count("this one") == 1
    assert "On another network, 203.0.113.0/24" in page
    assert "On this network" in page


def test_a_session_remembers_the_browser_and_the_network_and_not_the_address(reader: User) -> None:
    session_jwt, refresh_jwt = tokens_of(reader)

    Client().post(
        "/auth/session",
        {"sessionJwt": session_jwt, "refreshJwt": refresh_jwt},
        "application/json",
        headers={"User-Agent": FIREFOX},
        REMOTE_ADDR="203.0.113.77",
    )

    session = Session.objects.get()
    assert (session.user_agent, session.network) == (FIREFOX, "203.0.113.0/24")
    assert "203.0.113.77" not in str(vars(session))


def test_sessions_that_are_over_are_not_listed(reader: User) -> None:
    for change in (
        {"ended_at": timezone.now()},
        {"started_at": timezone.now() - site.SESSION_LIFETIME},
        {"last_refreshed_at": timezone.now() - site.SESSION_IDLE_LIFETIME},
    ):
        signed_in(reader)
        Session.objects.filter(user_agent="").update(user_agent=FIREFOX, **change)

    page = page_of(signed_in(reader))

    assert "Firefox" not in page


def test_ending_another_session_holds_from_its_next_click_on(reader: User) -> None:
    other = signed_in(reader)
    session = Session.objects.get()
    browser = signed_in(reader)

    assert end(browser, session) == 302

    assert other.get("/account").status_code == 302
    assert browser.get("/account").status_code == 200
    assert SignIn.objects.filter(ended_at=None).count() == 1


def test_nobody_can_end_or_see_the_session_of_somebody_else(reader: User, editor: User) -> None:
    theirs = signed_in(editor)
    session = Session.objects.get()
    Session.objects.update(user_agent=FIREFOX)
    browser = signed_in(reader)

    assert end(browser, session) == 404
    assert "Firefox" not in page_of(browser)
    assert theirs.get("/account").status_code == 200


def test_a_session_that_is_over_cannot_be_ended_again(reader: User) -> None:
    browser = signed_in(reader)
    signed_in(reader)
    session = Session.objects.latest("pk")

    assert [end(browser, session), end(browser, session)] == [302, 404]


def test_signing_out_everywhere_holds_at_once_for_browsers_and_bearers(reader: User, editor: User) -> None:
    browsers = [signed_in(reader), signed_in(reader)]
    headers = bearer(reader)
    somebody_else = signed_in(editor)

    response = browsers[0].post("/account/sign-out-everywhere")

    assert response["Location"] == "/sign-in"
    assert '"storage"' in response["Clear-Site-Data"]
    assert [browser.get("/account").status_code for browser in browsers] == [302, 302]
    assert Client().get("/api/posts/retrieve", headers=headers).status_code == 401
    assert not SignIn.objects.filter(person__user_id=reader.subject, ended_at=None).exists()
    assert somebody_else.get("/account").status_code == 200


@pytest.mark.parametrize("trouble", [httpx.ConnectError("no"), httpx.Response(500), httpx.Response(401)])
def test_ending_works_while_descope_does_not(trouble: httpx.Response | Exception, reader: User, wire: Wire) -> None:
    browser, other, third = (signed_in(reader) for _ in range(3))
    wire.answers("/logout", trouble)

    end(browser, Session.objects.order_by("pk")[1])
    assert [b.get("/account").status_code for b in (browser, other, third)] == [200, 302, 200]
    browser.post("/account/sign-out-everywhere")

    assert [b.get("/account").status_code for b in (browser, third)] == [302, 302]


@pytest.mark.parametrize("path", POSTS)
def test_what_changes_something_takes_a_signed_in_post_with_its_csrf_token(path: str, reader: User) -> None:
    browser = signed_in(reader, enforce_csrf_checks=True)

    assert browser.get(path).status_code == 405
    assert browser.post(path, {"name": "Rita Wright"}).status_code == 403
    assert Client().post(path)["Location"].startswith("/sign-in")
    assert browser.get("/account").status_code == 200
    assert User.objects.get(pk=reader.pk).name == "Rita Reader"
