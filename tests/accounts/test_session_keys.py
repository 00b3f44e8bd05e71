"""The key in the cookie changes with its person's powers, and nobody is signed out by that."""

from datetime import timedelta

import pytest
from django.conf import settings as site
from django.test import Client
from django.utils import timezone

from accounts import sessions
from accounts.models import Session, User
from accounts.sandbox import people as sandbox_people
from accounts.sandbox.models import Role as SandboxRole
from tests.conftest import signed_in


def key_of(browser: Client) -> str:
    return browser.cookies[site.SESSION_COOKIE_NAME].value


def with_key(key: str) -> Client:
    browser = Client()
    browser.cookies[site.SESSION_COOKIE_NAME] = key
    return browser


def change_roles(user: User, *roles: str) -> None:
    """At Descope, and known here: the next request refreshes."""
    for role in roles:
        SandboxRole.objects.get_or_create(name=role)
    sandbox_people.set_roles(sandbox_people.find(user_id=user.subject), list(roles))
    sessions.refresh_all_of(user)


def pass_time(by: timedelta) -> None:
    for session in Session.objects.all():
        session.key_changed_at = session.key_changed_at and session.key_changed_at - by
        session.former_key_until = session.former_key_until and session.former_key_until - by
        session.save()


@pytest.mark.parametrize("roles", [["editor"], ["admin"], ["editor", "admin"]])
def test_a_role_that_is_given_changes_the_key(roles: list[str], reader: User) -> None:
    browser = signed_in(reader)
    before = key_of(browser)
    change_roles(reader, *roles)

    answer = browser.get("/account")

    cookie = answer.cookies[site.SESSION_COOKIE_NAME]
    assert cookie.value == key_of(browser) != before
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 30 * 24 * 3600)
    assert browser.get("/account").status_code == 200


def test_a_role_that_is_taken_changes_the_key(editor: User) -> None:
    browser = signed_in(editor)
    before = key_of(browser)
    change_roles(editor)

    browser.get("/account")

    assert key_of(browser) != before


def test_a_refresh_that_changes_no_role_changes_no_key(editor: User) -> None:
    browser = signed_in(editor)
    before = key_of(browser)
    sessions.refresh_all_of(editor)

    answer = browser.get("/account")

    assert site.SESSION_COOKIE_NAME not in answer.cookies
    assert key_of(browser) == before


def test_the_former_key_is_dead_a_minute_after_the_new_one_was_first_seen(reader: User) -> None:
    browser = signed_in(reader)
    before = key_of(browser)
    change_roles(reader, "editor")
    browser.get("/account")
    browser.get("/account")

    in_flight = with_key(before).get("/account")
    pass_time(timedelta(seconds=61))

    assert in_flight.status_code == 200
    assert site.SESSION_COOKIE_NAME not in in_flight.cookies
    assert with_key(before).get("/account").status_code == 302
    assert browser.get("/account").status_code == 200


def test_of_parallel_requests_one_changes_the_key_and_none_is_signed_out(reader: User) -> None:
    before = key_of(signed_in(reader))
    change_roles(reader, "editor")

    answers = [with_key(before).get("/account") for _ in range(5)]

    given = [
        answer.cookies[site.SESSION_COOKIE_NAME].value
        for answer in answers
        if site.SESSION_COOKIE_NAME in answer.cookies
    ]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert len(given) == 1
    assert with_key(given[0]).get("/account").status_code == 200


def test_a_new_key_that_never_arrived_is_given_again(reader: User) -> None:
    before = key_of(signed_in(reader))
    change_roles(reader, "editor")
    lost = key_of(with_key(before)) and with_key(before).get("/account").cookies[site.SESSION_COOKIE_NAME].value
    pass_time(timedelta(days=1))

    browser = with_key(before)
    status = browser.get("/account").status_code

    assert status == 200
    assert key_of(browser) not in (before, lost)
    assert browser.get("/account").status_code == 200
    assert with_key(lost).get("/account").status_code == 302


def test_signing_out_with_either_key_ends_the_session(reader: User) -> None:
    browser = signed_in(reader)
    before = key_of(browser)
    change_roles(reader, "editor")
    browser.get("/account")
    after = key_of(browser)

    signed_out = with_key(before).post("/sign-out")

    assert signed_out.cookies[site.SESSION_COOKIE_NAME].value == ""
    assert [with_key(key).get("/account").status_code for key in (before, after)] == [302, 302]


def test_signing_out_in_the_request_that_would_change_the_key_leaves_no_key(reader: User) -> None:
    browser = signed_in(reader)
    change_roles(reader, "editor")

    answer = browser.post("/account/sign-out-everywhere")

    assert answer.cookies[site.SESSION_COOKIE_NAME].value == ""
    assert not Session.objects.filter(ended_at=None).exists()


def test_a_key_that_is_in_force_costs_one_query_after_a_change_too(
    reader: User, django_assert_num_queries: object
) -> None:
    browser = signed_in(reader)
    change_roles(reader, "editor")
    browser.get("/account")
    browser.get("/account")

    with django_assert_num_queries(1):  # type: ignore[operator]  # pytest-django's own
        assert sessions.resume(key_of(browser)) is not None


def test_no_key_is_in_the_database(reader: User) -> None:
    browser = signed_in(reader)
    before = key_of(browser)
    change_roles(reader, "editor")
    browser.get("/account")

    row = repr(Session.objects.values().get())
    assert before not in row
    assert key_of(browser) not in row
    assert timezone.now() >= Session.objects.get().started_at
