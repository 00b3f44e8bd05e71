import base64
import hashlib
import hmac
import json
import queue
from typing import Any

import httpx
import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.sandbox import people, sessions, webhooks
from accounts.sandbox.models import Person, Role


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> "queue.Queue[bytes]":
    """Messages pile up here instead of going out."""
    pile: queue.Queue[bytes] = queue.Queue()
    monkeypatch.setattr(webhooks, "_enqueue", pile.put)
    return pile


def events(pile: "queue.Queue[bytes]") -> list[dict[str, Any]]:
    return [json.loads(pile.get_nowait())[0] for _ in range(pile.qsize())]


def test_the_site_is_told_what_happens_to_people(
    waiting: "queue.Queue[bytes]",
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    roles: list[Role],
    settings: Settings,
) -> None:
    with django_capture_on_commit_callbacks(using="sandbox", execute=True):
        person = people.create(["ann@example.com"], {"name": "Ann"})
        people.add_roles(person, ["editor"])
        people.set_status(person, "disabled")
        user_id = person.user_id
        people.delete(person)

    told = events(waiting)

    assert [event["action"] for event in told] == ["UserCreated", "UserModified", "UserModified", "UserDeleted"]
    assert {event["userId"] for event in told} == {user_id}
    assert {event["projectId"] for event in told} == {settings.DESCOPE_PROJECT_ID}
    assert told[1]["data"]["roleNames"] == ["editor"]
    assert len({event["id"] for event in told}) == 4


def test_signing_in_is_told_without_any_token(
    waiting: "queue.Queue[bytes]",
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ed: Person,
) -> None:
    with django_capture_on_commit_callbacks(using="sandbox", execute=True):
        sessions.sign_in(ed, first_seen=True)

    (event,) = events(waiting)

    assert event["action"] == "LoginSucceed"
    assert event["data"] == {"method": "email"}


def test_what_is_rolled_back_is_not_told(waiting: "queue.Queue[bytes]", ed: Person) -> None:
    people.set_status(ed, "disabled")  # Inside the test's own transaction, which never commits.

    assert events(waiting) == []


def test_without_a_secret_nothing_is_told(
    waiting: "queue.Queue[bytes]",
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    settings: Settings,
) -> None:
    settings.DESCOPE_WEBHOOK_SECRET = ""
    with django_capture_on_commit_callbacks(using="sandbox", execute=True):
        people.create(["ann@example.com"], {})

    assert events(waiting) == []


def test_a_message_is_signed_over_its_bytes(settings: Settings) -> None:
    secret = settings.DESCOPE_WEBHOOK_SECRET.encode()

    expected = base64.b64encode(hmac.new(secret, b"[1]", hashlib.sha256).digest()).decode()

    assert webhooks.signature(b"[1]") == expected


def test_the_site_takes_the_message(ed: Person) -> None:
    body = json.dumps([{"action": "UserModified", "userId": ed.user_id, "occurred": 1}]).encode()

    assert webhooks.send(body) is True


def test_a_site_that_is_down_stops_nothing(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise httpx.ConnectError("down")

    monkeypatch.setattr(httpx, "post", refuse)

    assert webhooks.send(b"[]") is False
    assert "not delivered" in caplog.text


def test_messages_go_out_in_order_from_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: queue.Queue[bytes] = queue.Queue()
    monkeypatch.setattr(webhooks, "send", sent.put)

    for body in (b"1", b"2", b"3"):
        webhooks._enqueue(body)

    assert [sent.get(timeout=5) for _ in range(3)] == [b"1", b"2", b"3"]
