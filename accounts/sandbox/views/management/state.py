"""The sandbox's own switches, for programs: not part of the protocol, and never subject to the faults."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.access import authenticates_itself
from accounts.sandbox import keys, sessions, state, webhooks
from accounts.sandbox.router import DATABASE
from accounts.sandbox.wire import Call, Payload, manages

WEBHOOK = {"webhookUrl": "url", "webhookSecret": "secret"}


@csrf_exempt  # As all of the wire: its callers carry the management key, never our cookies.
@authenticates_itself
def show_or_change(request: HttpRequest) -> HttpResponse:
    return change(request) if request.method == "PATCH" else show(request)


@manages("GET", is_spared=True)
def show(call: Call) -> Payload:
    return _shown()


@manages("PATCH", is_spared=True)
def change(call: Call) -> Payload:
    with transaction.atomic(using=DATABASE):  # All of it, or nothing.
        state.change(call.body)
        webhooks.change({part: call.body[name] for name, part in WEBHOOK.items() if name in call.body})
    return _shown()


@manages("POST", is_spared=True)
def rotate_keys(call: Call) -> Payload:
    keys.rotate()
    return {"keys": keys.public_keys()}


@manages("POST", is_spared=True)
def expire_tokens(call: Call) -> Payload:
    sessions.end_everything()
    return {}


def _shown() -> Payload:
    target = webhooks.target()
    return {**state.shown(state.now()), **{name: getattr(target, part) for name, part in WEBHOOK.items()}}
