import base64
import hashlib
import hmac
import json
import queue
from typing import Any

import httpx
import pytest
from descope import DescopeClient
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.sandbox import people, sessions, webhooks
from accounts.sandbox.exceptions import Refusal
from accounts.sandbox.models import Event, Person, Role


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> "queue.Queue[Event]":
    """Messages pile up here instead of going out."""
    pile: queue.Queue[Event] = queue.Queue()
    monkeypatch.setattr(webhooks, "_enqueue", pile.put)
    return pile


def events(pile: "queue.Queue[Event]") -> list[dict[str, Any]]:
    return [json.loads(webhooks.body_of(pile.get_nowait()))[0] for _ in range(pile.qsize())]


def test_the_site_is_told_what_happens_to_people(
    waiting: "queue.Queue[Event]",
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
    waiting: "queue.Queue[Event]",
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ed: Person,
) -> None:
    with django_capture_on_commit_callbacks(using="sandbox", execute=True):
        sessions.sign_in(ed, first_seen=True)

    (event,) = events(waiting)

    assert event["action"] == "LoginSucceed"
    assert event["data"] == {"method": "email"}


def test_what_is_rolled_back_is_not_told(waiting: "queue.Queue[Event]", ed: Person) -> None:
    people.set_status(ed, "disabled")  # Inside the test's own transaction, which never commits.

    assert events(waiting) == []


def test_without_a_secret_nothing_is_told(
    waiting: "queue.Queue[Event]",
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    settings: Settings,
) -> None:
    settings.DESCOPE_WEBHOOK_SECRET = ""
    with django_capture_on_commit_callbacks(using="sandbox", execute=True):
        people.create(["ann@example.com"], {})

    assert events(waiting) == []


def test_a_message_is_signed_over_its_bytes() -> None:
    expected = base64.b64encode(hmac.new(b"secret", b"[1]", hashlib.sha256).digest()).decode()

    assert webhooks.signature(b"[1]", "secret") == expected


def test_the_site_takes_the_message(ed: Person) -> None:
    event = Event.objects.get(user_id=ed.user_id)

    assert webhooks.deliver(event) is True
    event.refresh_from_db()
    assert (event.delivery, event.outcome) == ("answered", "200")
    assert event.sent_at is not None


def test_the_site_refuses_a_message_signed_with_another_secret(ed: Person) -> None:
    webhooks.change({"secret": "another"})
    event = Event.objects.get(user_id=ed.user_id)

    assert webhooks.deliver(event) is False
    event.refresh_from_db()
    assert (event.delivery, event.outcome) == ("answered", "401")


def test_a_site_that_is_down_stops_nothing(
    ed: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise httpx.ConnectError("down")

    monkeypatch.setattr(httpx, "post", refuse)
    event = Event.objects.get(user_id=ed.user_id)

    assert webhooks.deliver(event) is False
    assert "not delivered" in caplog.text
    event.refresh_from_db()
    assert (event.delivery, event.outcome) == ("failed", "ConnectError")


def test_messages_go_out_in_order_from_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: queue.Queue[Event] = queue.Queue()
    monkeypatch.setattr(webhooks, "deliver", sent.put)
    told = [Event(action=action) for action in ("one", "two", "three")]

    for event in told:
        webhooks._enqueue(event)

    assert [sent.get(timeout=60) for _ in told] == told


def test_the_webhook_may_lead_elsewhere_with_headers_of_its_own(ed: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    posted: list[tuple[str, dict[str, str]]] = []

    def post(url: str, *, headers: dict[str, str], **_: object) -> httpx.Response:
        posted.append((url, headers))
        return httpx.Response(204)

    monkeypatch.setattr(httpx, "post", post)
    webhooks.change({"url": "https://log.example/descope", "secret": "s", "headers": {"X-Team": "desk"}})
    event = Event.objects.get(user_id=ed.user_id)

    assert webhooks.deliver(event) is True
    ((url, headers),) = posted
    assert (url, headers["X-Team"]) == ("https://log.example/descope", "desk")
    assert headers["x-descope-webhook-s256"] == webhooks.signature(webhooks.body_of(event), "s")


@pytest.mark.parametrize("url", ["", "descope", "ftp://log.example", "javascript:alert(1)"])
def test_an_address_that_no_message_can_reach_is_refused(client: Client, url: str) -> None:
    with pytest.raises(Refusal):
        webhooks.change({"url": url})

    client.post("/_descope/console/webhook", {"url": url})
    assert webhooks.target().url.endswith("/webhooks/descope")


def test_the_console_changes_the_webhook_and_shows_no_secret(client: Client, settings: Settings, ed: Person) -> None:
    known = settings.DESCOPE_WEBHOOK_SECRET
    client.post("/_descope/console/webhook", {"url": "https://log.example/d", "secret": "of-my-own"})
    page = client.get("/_descope/console").content.decode()

    assert (webhooks.target().url, webhooks.target().secret) == ("https://log.example/d", "of-my-own")
    assert "https://log.example/d" in page
    assert "of-m…" in page
    assert "of-my-own" not in page
    client.post("/_descope/console/webhook", {"url": "https://log.example/e", "secret": ""})
    assert (webhooks.target().url, webhooks.target().secret) == ("https://log.example/e", "of-my-own")
    client.post("/_descope/console/webhook/reset")
    assert (webhooks.target().url, webhooks.target().secret) == (f"{settings.SITE_URL}/webhooks/descope", known)


def test_the_console_tells_what_came_of_each_message(client: Client, ed: Person) -> None:
    assert "Waits to be sent" in client.get("/_descope/console").content.decode()
    event = Event.objects.get(user_id=ed.user_id)

    client.post(f"/_descope/console/events/{event.pk}/send")
    assert "Answered: 200" in client.get("/_descope/console").content.decode()
    webhooks.change({"secret": "another"})
    page = client.post(f"/_descope/console/events/{event.pk}/send", follow=True).content.decode()

    assert "UserCreated was sent again and not taken: 401." in page
    assert "Answered: 401" in page


def test_an_event_of_a_program_is_told_like_any_other(
    sdk: DescopeClient,
    waiting: "queue.Queue[Event]",
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(using="sandbox", execute=True):
        sdk.mgmt.audit.create_event("Printed", "info", "ed", "acme", data={"pages": 4})

    (event,) = events(waiting)

    assert (event["action"], event["actorId"], event["data"]["pages"]) == ("Printed", "ed", 4)


def test_the_sdk_says_where_events_go(sdk: DescopeClient, settings: Settings) -> None:
    sdk.mgmt.audit.create_audit_webhook("log", "https://log.example/d", {"X-Team": "desk"})

    assert webhooks.target() == webhooks.Target(
        "https://log.example/d", settings.DESCOPE_WEBHOOK_SECRET, {"X-Team": "desk"}
    )
