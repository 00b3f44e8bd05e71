"""Faults that the sandbox plays on purpose, how it treats tokens, and counts of what is asked of it."""

import time
from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.http import HttpResponse

from .exceptions import Refusal
from .models import State

# What is answered instead, by the word for it: status, type, body. `half` cuts what would have been answered.
FAULTS = {
    "down": (502, "text/plain", ""),
    "busy": (429, "application/json", '{"errorCode":"E130429","errorDescription":"Too many requests"}'),
    "broken": (500, "application/json", '{"errorCode":"E011001","errorDescription":"Internal error"}'),
    "html": (200, "text/html", "<!doctype html><title>Maintenance</title><p>Back soon."),
}
HALF = "half"
MAX_SLOW_SECONDS = 60
# What is a number: the field it is kept in, the least and the most.
NUMBERS = {
    "slowSeconds": ("slow_seconds", 0, MAX_SLOW_SECONDS),
    "sessionSeconds": ("session_seconds", 1, 24 * 3600),
    "reuseGraceSeconds": ("reuse_grace_seconds", 0, 3600),
    "keyFetches": ("key_fetches", 0, 10**9),
    "refreshCalls": ("refresh_calls", 0, 10**9),
}
WHOLE = frozenset(NUMBERS) - {"slowSeconds"}


def now() -> State:
    return State.objects.get_or_create(pk=1)[0]


def count(name: str) -> None:
    State.objects.filter(pk=now().pk).update(**{name: F(name) + 1})


def trouble() -> HttpResponse | None:
    """Wait as long as the sandbox is slow, and return what it answers everybody while it has a fault."""
    state = now()
    if state.slow_seconds:
        time.sleep(state.slow_seconds)
    if state.fault not in FAULTS:
        return None
    status, content_type, body = FAULTS[state.fault]
    headers = {"Retry-After": "30"} if state.fault == "busy" else {}
    return HttpResponse(body, status=status, content_type=content_type, headers=headers)


def as_sent(response: HttpResponse) -> HttpResponse:
    """Return the response, or half of it while that is the fault."""
    if now().fault == HALF:
        return HttpResponse(response.content[: len(response.content) // 2], content_type="application/json")
    return response


def change(wanted: Mapping[str, Any]) -> State:
    """Take over what is given, in the names of `shown`. Raises Refusal."""
    state = now()
    if "fault" in wanted:
        if wanted["fault"] not in ("", HALF, *FAULTS):
            raise Refusal(f"fault must be empty or one of {', '.join([*FAULTS, HALF])}")
        state.fault = wanted["fault"]
    for name, (field, least, most) in NUMBERS.items():
        if name in wanted:
            setattr(state, field, _number(wanted, name, least, most))
    if "socialPopup" in wanted:
        state.social_popup = wanted["socialPopup"] is True
    state.save()
    return state


def shown(state: State) -> dict[str, Any]:
    numbers = {name: getattr(state, field) for name, (field, _, _) in NUMBERS.items()}
    return {"fault": state.fault, "socialPopup": state.social_popup, **numbers}


def _number(wanted: Mapping[str, Any], name: str, least: float, most: float) -> float:
    value = wanted[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Refusal(f"{name} must be a number from {least} to {most}")
    return int(value) if name in WHOLE else value
