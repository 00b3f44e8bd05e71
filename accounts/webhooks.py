"""Messages from Descope: check the signature, then ask Descope what is true and act on that.

No message is believed beyond the id it names: they come late, twice, out of order (protocol section 7).
"""

import base64
import binascii
import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from . import descope, limits, upkeep
from .access import authenticates_itself
from .descope import Profile
from .exceptions import ProviderUnavailable
from .http import client_address, problem
from .models import User, WebhookDelivery

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024
SIGNATURE_HEADER = "x-descope-webhook-s256"
OVER = ("UserDeleted", "UsersDeleted")
CHANGES_NO_ROLES = ("LoginStarted", "LoginSucceed", "LoginFailed", "LoginExceedMaxAttempts")


@csrf_exempt  # Signed by Descope with the shared secret; no browser sends it.
@require_POST
@authenticates_itself
def receive(request: HttpRequest) -> HttpResponse:
    """Act on a signed message once. 429 too often, 401 unsigned, 413 too large, 400 not JSON, 503 to have it sent again."""
    limits.check_address("WEBHOOK_LIMIT", client_address(request))
    if not settings.DESCOPE_WEBHOOK_SECRET:
        return problem(503, "Set DESCOPE_WEBHOOK_SECRET to take messages from Descope.")
    try:
        body = request.body
    except RequestDataTooBig:
        body = b""
    if not body or len(body) > MAX_BODY_BYTES:
        return problem(413, f"A message is between 1 and {MAX_BODY_BYTES} bytes long.")
    if not _is_signed(body, request.headers.get(SIGNATURE_HEADER, "")):
        logger.warning("A webhook message with a bad signature was refused")
        return problem(401, "The signature does not match.")
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return problem(400, "The message is not JSON.")
    return _act_once(message)


def _is_signed(body: bytes, signature: str) -> bool:
    expected = hmac.new(settings.DESCOPE_WEBHOOK_SECRET.encode(), body, hashlib.sha256).digest()
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(expected, given)


def _act_once(message: Any) -> HttpResponse:
    try:
        acted = [_acted_on(event) for event in _events(message)]
    except ProviderUnavailable as trouble:
        logger.warning("A webhook message waits for Descope to answer: %s", trouble)
        return problem(503, "We could not reach Descope to check this. Send it again.")
    is_old = bool(acted) and not any(acted)
    return JsonResponse({"error": None, "data": {"status": "seen before" if is_old else "done"}})


def _acted_on(event: dict[str, Any]) -> bool:
    """Act on the event and then remember it, unless it is remembered. Acting twice is harmless; forgetting one is not.

    Each by itself: a long message can take more time than one request has, and goes on from there when sent again.
    Only events that carry a time are remembered: others say the same words each time they happen again.
    """
    digest = hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()
    is_dated = bool(event.get("occurred"))
    if is_dated and WebhookDelivery.objects.filter(digest=digest).exists():
        return False
    _act(event)
    if is_dated:
        WebhookDelivery.objects.get_or_create(digest=digest)
    return True


def _events(message: Any) -> Iterator[dict[str, Any]]:
    """Yield the events of a message: an array of them, one alone, or an object that wraps an array."""
    if isinstance(message, dict) and isinstance(message.get("events"), list):
        message = message["events"]
    for event in message if isinstance(message, list) else [message]:
        if isinstance(event, dict):
            yield event


def _act(event: dict[str, Any]) -> None:
    action = event.get("action") or event.get("event") or ""
    data = event.get("data")
    user = event.get("user") or (data.get("user") if isinstance(data, dict) else None)
    subject = event.get("userId") or (user.get("userId") if isinstance(user, dict) else None)
    if not isinstance(subject, str) or not subject or len(subject) > 255:
        logger.info("A webhook event names nobody we could look up: %s", str(action)[:50])
        return
    profile = _profile(subject, event)
    if profile is None:
        upkeep.close(subject)
    else:
        upkeep.follow(profile, keeps_roles=action in CHANGES_NO_ROLES)


def _profile(subject: str, event: dict[str, Any]) -> Profile | None:
    """Return what Descope says of the person now, or, where we hold no management key, what it signed."""
    if settings.DESCOPE_MANAGEMENT_KEY:
        return descope.load_person(subject)
    if event.get("action") in OVER:
        return None
    # An address in a message is not marked as verified, so it is left out.
    name = event.get("name")
    # Nor does one say that a closed account is open again: a deletion may have overtaken it.
    is_closed = User.objects.filter(subject=subject, is_disabled=True).exists()
    return Profile(subject, name.strip() if isinstance(name, str) else "", email="", is_enabled=not is_closed)
