"""What goes on while Descope does not answer, and what waits."""

from datetime import timedelta

import pytest
from django.conf import settings as site
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import sessions
from accounts.exceptions import ProviderUnavailable
from accounts.models import Session, User
from accounts.roles import Role
from blog.models import Post
from tests.conftest import signed_in, tokens_of

from .conftest import Wire


@pytest.fixture(autouse=True)
def grace(settings: Settings) -> None:
    settings.SESSION_GRACE = timedelta(hours=1)


def last_proved(ago: timedelta) -> None:
    """Let the newest token of every session have been issued so long ago, for ten minutes."""
    issued_at = timezone.now() - ago
    for session in Session.objects.all():
        session.payload |= {"iat": issued_at.timestamp(), "exp": (issued_at + timedelta(minutes=10)).timestamp()}
        session.token_expires_at = issued_at + timedelta(minutes=10)
        session.save()


def test_an_expired_session_goes_on_with_its_last_roles(editor: User, wire: Wire) -> None:
    key, _ = sessions.start(*tokens_of(editor))
    last_proved(timedelta(minutes=60))
    wire.is_down()

    session = sessions.resume(key)

    assert session is not None
    assert session.user.roles == {Role.EDITOR}
    assert not session.user.is_freshly_proved


def test_the_grace_ends(editor: User, wire: Wire) -> None:
    key, _ = sessions.start(*tokens_of(editor))
    last_proved(site.SESSION_GRACE + timedelta(minutes=10, seconds=1))
    wire.is_down()

    with pytest.raises(ProviderUnavailable):
        sessions.resume(key)


def test_in_grace_people_read_and_write_but_publish_and_unpublish_nothing(
    submitted: Post, editor: User, admin: User, wire: Wire
) -> None:
    writer, reviewer = signed_in(editor), signed_in(admin)
    last_proved(timedelta(minutes=16))
    wire.is_down()

    assert writer.post("/write", {"title": "Meanwhile", "body": "Words."}).status_code == 302
    assert reviewer.get(f"/desk/posts/{submitted.pk}/review").status_code == 200
    refused = reviewer.post(f"/desk/posts/{submitted.pk}/publish", {"revision": "1"})

    assert refused.status_code == 403
    assert not Post.objects.live().exists()
    assert "publishing waits" in reviewer.get("/desk").content.decode()


def test_a_short_outage_is_not_felt_at_all(published: Post, admin: User, wire: Wire) -> None:
    reviewer = signed_in(admin)
    last_proved(timedelta(minutes=14))
    wire.is_down()

    reviewer.post(f"/desk/posts/{published.pk}/unpublish")

    assert not Post.objects.live().exists()


def test_what_was_taken_away_stays_taken_in_grace(admin: User, wire: Wire) -> None:
    browser = signed_in(admin)
    User.objects.update(known_roles=[], roles_known_at=timezone.now())
    last_proved(timedelta(minutes=12))
    wire.is_down()

    assert browser.get("/desk").status_code == 403


def test_when_descope_is_back_everything_is(editor: User, wire: Wire) -> None:
    key, _ = sessions.start(*tokens_of(editor))
    last_proved(timedelta(minutes=30))
    wire.is_down()
    sessions.resume(key)

    wire.recovers()
    session = sessions.resume(key)

    assert session is not None
    assert session.user.is_freshly_proved


def test_signing_in_meanwhile_says_that_it_takes_a_break(reader: User, wire: Wire) -> None:
    session_jwt, refresh_jwt = tokens_of(reader)
    wire.is_down()

    answer = Client().post(
        "/auth/session", {"sessionJwt": session_jwt, "refreshJwt": refresh_jwt}, content_type="application/json"
    )

    assert answer.status_code == 503
    assert answer["Retry-After"]


def test_an_outage_writes_nothing_for_those_who_are_in_grace(editor: User, wire: Wire) -> None:
    key, _ = sessions.start(*tokens_of(editor))
    last_proved(timedelta(minutes=30))
    wire.is_down()

    for _ in range(20):
        sessions.resume(key)

    assert wire.times_asked("/v1/auth/refresh") == 1


def test_a_token_that_still_holds_is_fresh_however_long_its_life(admin: User) -> None:
    key, _ = sessions.start(*tokens_of(admin))
    last_proved(timedelta(minutes=40))
    Session.objects.update(token_expires_at=timezone.now() + timedelta(minutes=20))

    session = sessions.resume(key)

    assert session is not None
    assert session.user.is_freshly_proved
