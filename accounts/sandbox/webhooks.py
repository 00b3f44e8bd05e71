"""Telling the site what happened, as Descope's audit webhook does: protocol, section 7.

One thread sends the messages in order and drops what it cannot deliver. The real service promises no more.
"""

import base64
import hashlib
import hmac
import json
import logging
import queue
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from .exceptions import Refusal
from .models import Event, Person, Webhook
from .router import DATABASE

logger = logging.getLogger(__name__)

ADDRESS = "/webhooks/descope"
TIMEOUT_SECONDS = 30
_waiting: queue.Queue[Event] = queue.Queue(maxsize=1000)
_start = threading.Lock()
_sender: threading.Thread | None = None


@dataclass(frozen=True)
class Target:
    """Where messages go, what they are signed with, and the headers they carry besides. No secret: none is sent."""

    url: str
    secret: str
    headers: Mapping[str, str]


def target() -> Target:
    """Return what somebody has set, and else what the site itself expects."""
    changed = Webhook.objects.filter(pk=1).first() or Webhook()
    return Target(
        url=settings.SITE_URL + ADDRESS if changed.url is None else changed.url,
        secret=settings.DESCOPE_WEBHOOK_SECRET if changed.secret is None else changed.secret,
        headers=changed.headers,
    )


def change(wanted: Mapping[str, Any]) -> None:
    """Take over `name`, `url`, `secret` and `headers`, as far as given; None is the site's own. Raises Refusal."""
    webhook = Webhook.objects.get_or_create(pk=1)[0]
    for name in ("url", "secret"):
        if name in wanted:
            setattr(webhook, name, _text(wanted, name))
    if webhook.url is not None and urlsplit(webhook.url).scheme not in ("http", "https"):
        raise Refusal("url must be an http or https address")
    if "name" in wanted:
        webhook.name = (_text(wanted, "name") or "")[:100]
    if isinstance(wanted.get("headers"), dict):
        webhook.headers = {str(name): str(value) for name, value in wanted["headers"].items()}
    webhook.save()


def _text(wanted: Mapping[str, Any], name: str) -> str | None:
    value = wanted[name]
    if value is not None and not (isinstance(value, str) and len(value) <= 2000):
        raise Refusal(f"{name} must be a text of up to 2000 characters, or null")
    return value


def tell(action: str, person: Person, **data: Any) -> None:
    """Note what happened to the person, and have the site told of it. Never waits, never raises."""
    note(
        Event(
            action=action,
            user_id=person.user_id,
            login_ids=person.login_ids,
            tenants=sorted(person.tenants),
            data=data,
        )
    )


def note(event: Event) -> None:
    """Keep the event, and have the site told of it once it is safely stored."""
    event.occurred_at = timezone.now()
    is_sent = bool(target().secret)
    event.delivery = Event.Delivery.WAITING if is_sent else Event.Delivery.NONE
    event.save()
    if is_sent:
        transaction.on_commit(lambda: _enqueue(event), using=DATABASE)


def body_of(event: Event) -> bytes:
    """Return the message about the event. Sent again, it is the same to the byte."""
    return json.dumps([{"id": f"E{event.pk}", **as_audit(event)}], separators=(",", ":")).encode()


def as_audit(event: Event) -> dict[str, Any]:
    """Return the event as the API shows it: protocol, section 2.4."""
    return {
        "projectId": settings.DESCOPE_PROJECT_ID,
        "userId": event.user_id,
        "actorId": event.actor_id,
        "action": event.action,
        "occurred": int(event.occurred_at.timestamp() * 1000),
        "device": "",
        "method": str(event.data.get("method", "")),
        "geo": "",
        "remoteAddress": "",
        "externalIds": event.login_ids,
        "tenants": event.tenants,
        "data": event.data,
    }


def signature(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def deliver(event: Event) -> bool:
    """Send the message about the event now, and note what came of it. Returns whether it was taken."""
    event.sent_at = timezone.now()
    try:
        answer = _post(body_of(event), target())
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # ValueError: a header that is none.
        logger.warning("A webhook message was not delivered: %s", type(error).__name__)
        event.delivery, event.outcome = Event.Delivery.FAILED, type(error).__name__
    else:
        if answer.is_error:
            logger.warning("A webhook message was refused with status %s", answer.status_code)
        event.delivery, event.outcome = Event.Delivery.ANSWERED, str(answer.status_code)
    Event.objects.filter(pk=event.pk).update(delivery=event.delivery, outcome=event.outcome, sent_at=event.sent_at)
    return event.delivery == Event.Delivery.ANSWERED and event.outcome.startswith("2")


def _post(body: bytes, to: Target) -> httpx.Response:
    headers = {
        **to.headers,
        "Content-Type": "application/json",
        "x-descope-webhook-s256": signature(body, to.secret),
    }
    return httpx.post(to.url, content=body, headers=headers, timeout=TIMEOUT_SECONDS)


def _enqueue(event: Event) -> None:
    global _sender
    with _start:  # On first use, and again in a child process, which inherits no threads.
        if _sender is None or not _sender.is_alive():
            _sender = threading.Thread(target=_send_all, name="sandbox-webhooks", daemon=True)
            _sender.start()
    try:
        _waiting.put_nowait(event)
    except queue.Full:
        logger.warning("A webhook message was dropped: too many are waiting")


def _send_all() -> None:
    while True:
        event = _waiting.get()
        try:
            deliver(event)
        except Exception:
            logger.exception("A webhook message was not delivered")
