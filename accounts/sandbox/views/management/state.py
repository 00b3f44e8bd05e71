"""The sandbox's own switches, for programs: not part of the protocol, and never subject to the faults."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.access import authenticates_itself
from accounts.sandbox import keys, sessions, state
from accounts.sandbox.wire import Call, Payload, manages


@csrf_exempt  # As all of the wire: its callers carry the management key, never our cookies.
@authenticates_itself
def show_or_change(request: HttpRequest) -> HttpResponse:
    return change(request) if request.method == "PATCH" else show(request)


@manages("GET", is_spared=True)
def show(call: Call) -> Payload:
    return state.shown(state.now())


@manages("PATCH", is_spared=True)
def change(call: Call) -> Payload:
    return state.shown(state.change(call.body))


@manages("POST", is_spared=True)
def rotate_keys(call: Call) -> Payload:
    keys.rotate()
    return {"keys": keys.public_keys()}


@manages("POST", is_spared=True)
def expire_tokens(call: Call) -> Payload:
    sessions.end_everything()
    return {}
