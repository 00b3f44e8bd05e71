"""Deleting one's account: what holds afterwards, and what holds when something fails in between."""

import logging
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import httpx
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import api_tokens, departures, descope, leaving, people, upkeep
from accounts.descope import Profile
from accounts.exceptions import Declined, ProviderUnavailable
from accounts.models import ApiToken, Departure, Session, TeamEntry, User
from accounts.sandbox import people as sandbox_people
from accounts.sandbox.models import Person
from tests.conftest import bearer, signed_in, tokens_of

from .conftest import Wire

WHO = "rita.reader@example.com"


def goodbye(browser: Client, confirmation: str = "delete", **more: Any) -> Any:
    return browser.post("/account/delete", {"confirmation": confirmation, **more})


def fresh(user: User) -> User:
    """The person as a request of somebody who has just signed in has them."""
    user.signed_in_at = timezone.now()
    return user


def is_as_ever(user: User) -> bool:
    now = User.objects.get(pk=user.pk)
    at_descope = Person.objects.filter(user_id=user.subject, status="enabled").exists()
    return at_descope and (now.name, now.email, now.left_at, now.is_disabled) == (user.name, user.email, None, False)


# What holds afterwards


def test_nothing_is_left_of_who_leaves_but_a_number_and_another_name(reader: User) -> None:
    browser, elsewhere, program = signed_in(reader), signed_in(reader), bearer(reader)
    _, secret = api_tokens.create(reader, name="Rita's laptop", scopes=[], lifetime=timedelta(days=1))

    response = goodbye(browser)

    user = User.objects.get(pk=reader.pk)
    assert response.status_code == 200
    assert (user.subject, user.name, user.email) == (reader.subject, "A former member", "")
    assert (user.known_roles, user.picture, user.picture_source, user.is_disabled) == ([], "", "", True)
    assert user.left_at is not None
    assert not Person.objects.filter(user_id=reader.subject).exists()
    assert [b.get("/account").status_code for b in (browser, elsewhere)] == [302, 302]
    for token in (program["Authorization"], f"Bearer {secret}"):
        assert Client().get("/api/posts/retrieve", headers={"Authorization": token}).status_code == 401
    assert not ApiToken.objects.exists()
    assert not Session.objects.filter(ended_at=None).exists()
    assert set(Session.objects.values_list("user_agent", "network")) == {("", "")}
    assert not Departure.objects.exists()


def test_they_land_signed_out_on_a_page_that_says_so_and_the_browser_forgets(reader: User) -> None:
    response = goodbye(signed_in(reader))

    page = response.content.decode()
    assert "Your account is deleted" in page
    assert "Rita" not in page
    assert 'href="/sign-in"' in page
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert response.cookies["session"].value == ""
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("typed", ["delete", " Delete ", WHO, WHO.upper()])
def test_the_word_or_the_address_confirms_it(typed: str, reader: User) -> None:
    assert goodbye(signed_in(reader), typed).status_code == 200


@pytest.mark.parametrize("typed", ["", "yes", "rita", "ed.editor@example.com", "x" * 300])
def test_anything_else_does_not(typed: str, reader: User) -> None:
    browser = signed_in(reader)

    response = goodbye(browser, typed)

    assert response.status_code == 422
    assert 'class="errorlist"' in response.content.decode()
    assert is_as_ever(reader)
    assert browser.get("/account").status_code == 200


def test_without_an_address_only_the_word_confirms_it(reader: User) -> None:
    User.objects.update(email="")

    assert goodbye(signed_in(reader), "").status_code == 422


def test_their_picture_is_deleted_with_its_file(reader: User, django_capture_on_commit_callbacks: Any) -> None:
    digest = "a" * 64
    name = default_storage.save(f"people/{digest}.webp", ContentFile(b"RIFF"))
    User.objects.filter(pk=reader.pk).update(picture=digest)

    with django_capture_on_commit_callbacks(execute=True):
        goodbye(signed_in(reader))

    assert not default_storage.exists(name)


def test_the_log_of_the_team_tells_of_it_by_number(reader: User, admin: User) -> None:
    goodbye(signed_in(reader))

    entry = TeamEntry.objects.get()
    assert (entry.by_subject, entry.verb, entry.subject) == (reader.subject, "leave", reader.subject)
    page = signed_in(admin).get("/desk/team").content.decode()
    assert "A former member deleted their account" in page
    assert "Rita" not in page


def test_no_token_that_is_still_under_way_can_bring_them_back(reader: User) -> None:
    session_jwt, refresh_jwt = tokens_of(reader)
    goodbye(signed_in(reader))

    exchange = Client().post(
        "/auth/session", {"sessionJwt": session_jwt, "refreshJwt": refresh_jwt}, "application/json"
    )
    headers = {"Authorization": f"Bearer {session_jwt}"}
    register = Client().post("/api/register", content_type="application/json", headers=headers)

    assert exchange.status_code in (401, 503)
    assert register.status_code == 401
    assert User.objects.filter(subject=reader.subject).count() == 1


@pytest.mark.parametrize("asked_ago", [timedelta(0), timedelta(minutes=-5), timedelta(minutes=5)])
def test_no_late_message_can_bring_them_back(asked_ago: timedelta, reader: User) -> None:
    goodbye(signed_in(reader))

    late = Profile(reader.subject, "Rita Reader", WHO, is_enabled=True, roles=frozenset(), picture="https://a.example/")
    people.register(late)
    upkeep.follow(late)
    upkeep.close(reader.subject)

    user = User.objects.get(pk=reader.pk)
    assert (user.name, user.email, user.is_disabled, user.picture) == ("A former member", "", True, "")


def test_who_signs_up_again_is_somebody_new(reader: User, sign_up: Callable[..., User]) -> None:
    goodbye(signed_in(reader))

    again = sign_up("Rita Reader")

    assert again.pk != reader.pk
    assert signed_in(again).get("/account").status_code == 200


# Who may


def test_it_takes_a_sign_in_of_just_now(reader: User) -> None:
    browser = signed_in(reader)
    Session.objects.update(started_at=timezone.now() - timedelta(minutes=16))

    page, refused = browser.get("/account/delete"), goodbye(browser)

    assert "First, sign in again" in page.content.decode()
    assert 'href="/sign-in?next=%2Faccount%2Fdelete&amp;again=1"' in page.content.decode()
    assert refused.status_code == 403
    assert is_as_ever(reader)


def test_somebody_signed_in_can_sign_in_again_and_come_back(reader: User) -> None:
    browser = signed_in(reader)

    page = browser.get("/sign-in?next=%2Faccount%2Fdelete&again=1", HTTP_HOST="localhost:8000").content.decode()

    assert "Sign in again" in page
    assert 'data-again="again"' in page
    assert 'data-next="/account/delete"' in page
    assert browser.get("/sign-in?next=%2Faccount%2Fdelete")["Location"] == "/account/delete"


def test_no_bearer_and_no_api_token_can_do_it(reader: User) -> None:
    _, secret = api_tokens.create(reader, name="A script", scopes=[], lifetime=timedelta(days=1))

    for headers in (bearer(reader), {"Authorization": f"Bearer {secret}"}):
        assert Client().get("/account/delete", headers=headers).status_code == 403
        assert Client().post("/account/delete", {"confirmation": "delete"}, headers=headers).status_code == 403
    with pytest.raises(PermissionDenied):
        leaving.leave(by=reader, confirmation="delete", keeps_posts=True)
    assert is_as_ever(reader)


def test_it_takes_a_signed_in_post_with_its_csrf_token(reader: User) -> None:
    browser = signed_in(reader, enforce_csrf_checks=True)

    assert goodbye(browser).status_code == 403
    assert browser.put("/account/delete").status_code in (403, 405)
    assert Client().get("/account/delete")["Location"].startswith("/sign-in")
    assert is_as_ever(reader)


def test_the_last_admin_stays(admin: User) -> None:
    response = goodbye(signed_in(admin))

    assert response.status_code == 422
    assert "That would leave nobody who can manage people." in response.content.decode()
    assert is_as_ever(admin)
    assert not Departure.objects.exists()


def test_an_admin_may_leave_while_there_is_another(admin: User, editor_and_admin: User) -> None:
    assert goodbye(signed_in(admin)).status_code == 200
    assert goodbye(signed_in(editor_and_admin)).status_code == 422


def test_of_two_admins_who_leave_at_once_neither_counts_on_the_other(admin: User, editor_and_admin: User) -> None:
    departures.write_down(editor_and_admin, "Bea", keeps_posts=True)

    with pytest.raises(Declined, match="nobody who can manage people"):
        leaving.leave(by=fresh(admin), confirmation="delete", keeps_posts=True)

    assert is_as_ever(admin)


# Descope in trouble


@pytest.mark.parametrize("status", [500, 502, 429, 401])
@pytest.mark.parametrize("path", ["/v1/mgmt/user", "/mgmt/user/delete"])
def test_while_descope_does_not_answer_nothing_is_done_and_what_was_typed_is_there(
    path: str, status: int, reader: User, wire: Wire
) -> None:
    browser = signed_in(reader)
    wire.says(path, {}, status)

    response = goodbye(browser, WHO)

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert f'value="{WHO}"' in response.content.decode()
    assert is_as_ever(reader)
    wire.recovers()
    assert browser.get("/account").status_code == 200
    assert goodbye(browser, WHO).status_code == 200


def test_that_descope_is_down_leaves_no_wish_behind(reader: User, wire: Wire) -> None:
    browser = signed_in(reader)
    wire.is_down()

    goodbye(browser)

    assert not Departure.objects.exists()


def lost_answer(wire: Wire) -> Callable[[httpx.Request], httpx.Response]:
    """Descope deletes the person, and then nothing comes back."""

    def answer(request: httpx.Request) -> httpx.Response:
        wire.pass_on(request)
        raise httpx.ReadTimeout("no answer")

    return answer


@pytest.fixture
def cut_off(reader: User, wire: Wire) -> Client:
    """The browser of somebody who was deleted at Descope, and then all stopped."""
    browser = signed_in(reader)
    wire.answers("/mgmt/user/delete", lost_answer(wire))
    assert goodbye(browser).status_code == 503
    wire.recovers()
    assert User.objects.get(pk=reader.pk).left_at is None
    assert not Person.objects.filter(user_id=reader.subject).exists()
    return browser


def test_what_stopped_half_way_is_finished_by_pressing_again(cut_off: Client, reader: User) -> None:
    assert goodbye(cut_off).status_code == 200
    assert User.objects.get(pk=reader.pk).left_at is not None


def test_what_stopped_half_way_is_finished_by_the_next_message(cut_off: Client, reader: User) -> None:
    upkeep.close(reader.subject)

    user = User.objects.get(pk=reader.pk)
    assert user.left_at is not None
    assert (user.name, user.email) == ("A former member", "")
    assert cut_off.get("/account").status_code == 302


def test_what_stopped_half_way_is_finished_by_sync_people(cut_off: Client, reader: User) -> None:
    call_command("sync_people", stdout=StringIO())

    assert User.objects.get(pk=reader.pk).name == "A former member"


@pytest.mark.parametrize("days", [0, 3, 300])
def test_what_stopped_half_way_is_finished_however_late_anybody_hears_of_it(
    days: int, cut_off: Client, reader: User
) -> None:
    Departure.objects.update(asked_at=timezone.now() - timedelta(days=days))
    call_command("clear_sessions", stdout=StringIO())

    call_command("sync_people", stdout=StringIO())

    user = User.objects.get(pk=reader.pk)
    assert user.left_at is not None
    assert (user.name, user.email) == ("A former member", "")
    assert not Departure.objects.exists()


@pytest.fixture
def thinks_again(reader: User, wire: Wire) -> Client:
    """The browser of somebody whom Descope did not delete, though it did not say so."""
    browser = signed_in(reader)
    wire.answers("/mgmt/user/delete", httpx.ReadTimeout("no answer"))
    assert goodbye(browser).status_code == 503
    wire.recovers()
    assert Departure.objects.get().user == reader
    return browser


def deleted_by_an_admin(user: User) -> User:
    sandbox_people.delete(sandbox_people.find(user_id=user.subject))
    upkeep.close(user.subject)
    return User.objects.get(pk=user.pk)


def test_who_signs_in_again_has_thought_again(thinks_again: Client, reader: User) -> None:
    signed_in(reader)

    user = deleted_by_an_admin(reader)

    assert (user.name, user.is_disabled, user.left_at) == ("Rita Reader", True, None)


def test_who_goes_on_in_their_session_has_thought_again(thinks_again: Client, reader: User) -> None:
    Departure.objects.update(asked_at=timezone.now() - timedelta(hours=2))
    Session.objects.update(token_expires_at=timezone.now())

    assert thinks_again.get("/account").status_code == 200

    assert deleted_by_an_admin(reader).left_at is None


@pytest.mark.parametrize("as_told_by", ["a message", "sync_people"])
def test_that_descope_still_has_them_hours_later_ends_the_wish(
    as_told_by: str, thinks_again: Client, reader: User
) -> None:
    def tell() -> None:
        if as_told_by == "sync_people":
            call_command("sync_people", stdout=StringIO())
        elif profile := descope.load_person(reader.subject):
            upkeep.follow(profile)

    tell()
    is_kept_while_it_may_be_under_way = Departure.objects.exists()
    Departure.objects.update(asked_at=timezone.now() - timedelta(hours=2))
    tell()

    assert is_kept_while_it_may_be_under_way
    assert deleted_by_an_admin(reader).left_at is None


def test_a_sign_in_while_descope_is_asked_ends_no_wish_that_may_be_granted(reader: User, wire: Wire) -> None:
    browser = signed_in(reader)

    def answer(request: httpx.Request) -> httpx.Response:
        signed_in(reader)
        return lost_answer(wire)(request)

    wire.answers("/mgmt/user/delete", answer)
    goodbye(browser)
    wire.recovers()

    upkeep.close(reader.subject)

    assert User.objects.get(pk=reader.pk).left_at is not None


def test_who_is_deleted_at_descope_by_others_keeps_their_name_here(reader: User) -> None:
    sandbox_people.delete(sandbox_people.find(user_id=reader.subject))

    call_command("sync_people", stdout=StringIO())

    user = User.objects.get(pk=reader.pk)
    assert (user.name, user.email, user.is_disabled, user.left_at) == ("Rita Reader", WHO, True, None)


def test_carrying_it_out_twice_is_carrying_it_out_once(reader: User) -> None:
    departure = departures.write_down(reader, "Gone", keeps_posts=True)

    departures.carry_out(departure, is_gone_at_descope=True)
    departures.carry_out(departure, is_gone_at_descope=True)

    assert TeamEntry.objects.count() == 1


# Without a management key


@pytest.fixture
def no_key(settings: Settings) -> None:
    settings.DESCOPE_MANAGEMENT_KEY = ""


def test_without_a_key_the_account_goes_here_and_the_page_says_what_does_not(no_key: None, reader: User) -> None:
    browser = signed_in(reader)
    before = browser.get("/account/delete").content.decode()

    after = goodbye(browser).content.decode()

    assert "does <strong>not</strong> go with it" in before
    assert "Descope, still knows you" in after
    assert User.objects.get(pk=reader.pk).left_at is not None
    assert Person.objects.filter(user_id=reader.subject).exists()
    assert f"Descope still has them as {reader.subject}" in TeamEntry.objects.get().reason


def test_who_left_without_a_key_cannot_sign_in_again(no_key: None, reader: User) -> None:
    goodbye(signed_in(reader))
    session_jwt, refresh_jwt = tokens_of(reader)

    answer = Client().post("/auth/session", {"sessionJwt": session_jwt, "refreshJwt": refresh_jwt}, "application/json")

    assert answer.status_code == 401
    assert User.objects.get(pk=reader.pk).email == ""


def test_once_there_is_a_key_sync_people_deletes_them_at_descope_too(reader: User, settings: Settings) -> None:
    key = settings.DESCOPE_MANAGEMENT_KEY
    settings.DESCOPE_MANAGEMENT_KEY = ""
    goodbye(signed_in(reader))
    settings.DESCOPE_MANAGEMENT_KEY = key

    call_command("sync_people", stdout=StringIO())

    assert not Person.objects.filter(user_id=reader.subject).exists()


def test_without_a_key_nobody_knows_whether_an_admin_can_be_spared(
    no_key: None, admin: User, editor_and_admin: User
) -> None:
    response = goodbye(signed_in(admin))

    assert response.status_code == 422
    assert "Without a management key nobody can tell" in response.content.decode()
    assert is_as_ever(admin)


def test_no_name_and_no_address_is_logged(reader: User, caplog: pytest.LogCaptureFixture) -> None:
    browser = signed_in(reader)

    with caplog.at_level(logging.INFO, logger="accounts"):
        goodbye(browser)

    assert "has deleted their account" in caplog.text
    assert "rita" not in caplog.text.lower()


def test_deleting_somebody_whom_descope_does_not_know_is_no_error(wire: Wire) -> None:
    descope.delete("Unobody")

    wire.says("/mgmt/user/delete", {}, 400)
    wire.says("/v1/mgmt/user", {}, 500)
    with pytest.raises(ProviderUnavailable):
        descope.delete("Unobody")
