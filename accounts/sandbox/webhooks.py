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
from typing import Any

import httpx
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from .models import Event, Person
from .router import DATABASE

logger = logging.getLogger(__name__)

ADDRESS = "/webhooks/descope"
TIMEOUT_SECONDS = 5
_waiting: queue.Queue[bytes] = queue.Queue(maxsize=1000)
_start = threading.Lock()
_sender: threading.Thread | None = None


def tell(action: str, person: Person, **data: Any) -> None:
    """Note what happened, and have the site told of it once it is safely stored. Never waits, never raises."""
    event = Event.objects.create(
        action=action,
        user_id=person.user_id,
        login_ids=person.login_ids,
        tenants=sorted(person.tenants),
        data=data,
        occurred_at=timezone.now(),
    )
    if settings.DESCOPE_WEBHOOK_SECRET:
        transaction.on_commit(lambda: _enqueue(body_of(event)), using=DATABASE)


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


def signature(body: bytes) -> str:
    digest = hmac.new(settings.DESCOPE_WEBHOOK_SECRET.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def send(body: bytes) -> bool:
    """Post one message now. Returns whether it was taken."""
    try:
        answer = httpx.post(
            settings.SITE_URL + ADDRESS,
            content=body,
            headers={"Content-Type": "application/json", "x-descope-webhook-s256": signature(body)},
            timeout=TIMEOUT_SECONDS,
        )
    except httpx.HTTPError as error:
        logger.warning("A webhook message was not delivered: %s", type(error).__name__)
        return False
    if answer.is_error:
        logger.warning("A webhook message was refused with status %s", answer.status_code)
    return answer.is_success


def _enqueue(body: bytes) -> None:
    global _sender
    with _start:  # On first use, and again in a child process, which inherits no threads.
        if _sender is None or not _sender.is_alive():
            _sender = threading.Thread(target=_send_all, name="sandbox-webhooks", daemon=True)
            _sender.start()
    try:
        _waiting.put_nowait(body)
    except queue.Full:
        logger.warning("A webhook message was dropped: too many are waiting")


def _send_all() -> None:
    while True:
        body = _waiting.get()
        try:
            send(body)
        except Exception:
            logger.exception("A webhook message was not delivered")
