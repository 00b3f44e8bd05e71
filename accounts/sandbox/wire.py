"""How a call reaches a view here, and how its answer leaves: JSON both ways, as Descope speaks it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from accounts.access import authenticates_itself

from . import state
from .exceptions import BadBearer, Refusal

MAX_BODY_BYTES = 256 * 1024
Payload = dict[str, Any]
Answering = Callable[..., Payload | list[Payload] | HttpResponse]


@dataclass(frozen=True)
class Call:
    """One call: the body, and the secret that stands behind the project id in the bearer."""

    request: HttpRequest
    body: Payload
    secret: str

    @property
    def query(self) -> QueryDict:
        return self.request.GET

    def text(self, name: str, default: str = "") -> str:
        value = self.body.get(name)
        return value if isinstance(value, str) else default

    def needed(self, name: str) -> str:
        if value := self.text(name).strip():
            return value
        raise Refusal(f"{name} is missing")

    def names(self, name: str) -> list[str]:
        value = self.body.get(name)
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []

    def object(self, name: str) -> Payload:
        value = self.body.get(name)
        return value if isinstance(value, dict) else {}

    def objects(self, name: str) -> list[Payload]:
        value = self.body.get(name)
        return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []

    def header(self, name: str) -> str:
        return self.request.headers.get(name, "")


def answers(method: str, *, is_spared: bool = False) -> Callable[[Answering], Callable[..., HttpResponse]]:
    """Make a view of a function that takes a Call and returns what to answer. The bearer must name our project.

    `is_spared` keeps the faults away that the sandbox plays: protocol calls have them all.
    """

    def decorate(answer: Answering) -> Callable[..., HttpResponse]:
        @csrf_exempt  # Another service's wire: its callers carry a bearer, never our cookies.
        @authenticates_itself
        @wraps(answer)
        def view(request: HttpRequest, **parts: Any) -> HttpResponse:
            if not is_spared and (trouble := state.trouble()):
                return trouble
            try:
                _only(request, method)
                response = answer(Call(request, _body(request), _secret(request)), **parts)
            except Refusal as refusal:
                return refused(refusal)
            if not isinstance(response, HttpResponse):
                response = JsonResponse(response, safe=False)  # Some calls answer with a bare list.
            response["Cache-Control"] = "no-store"
            return response if is_spared else state.as_sent(response)

        return view

    return decorate


def manages(method: str, *, is_spared: bool = False) -> Callable[[Answering], Callable[..., HttpResponse]]:
    """The same for the management API: the bearer must carry the management key."""

    def decorate(answer: Answering) -> Callable[..., HttpResponse]:
        @answers(method, is_spared=is_spared)
        @wraps(answer)
        def checked(call: Call, **parts: Any) -> Payload | list[Payload] | HttpResponse:
            key = settings.DESCOPE_MANAGEMENT_KEY
            if not key or not constant_time_compare(call.secret, key):
                raise BadBearer("The management key is wrong")
            return answer(call, **parts)

        return checked

    return decorate


def refused(refusal: Refusal) -> JsonResponse:
    response = JsonResponse(
        {"errorCode": refusal.code, "errorDescription": refusal.description, "errorMessage": str(refusal)},
        status=refusal.status,
        headers={"Cache-Control": "no-store"},
    )
    if wait := getattr(refusal, "retry_after_seconds", 0):
        response["Retry-After"] = str(wait)
    return response


class WrongMethod(Refusal):
    status = 405
    description = "Method not allowed"


class TooLarge(Refusal):
    status = 413
    description = "Request is too large"


def _only(request: HttpRequest, method: str) -> None:
    if request.method != method:
        raise WrongMethod(f"This call is a {method}")


def _body(request: HttpRequest) -> Payload:
    try:
        text = request.body
    except RequestDataTooBig as error:
        raise TooLarge from error
    if len(text) > MAX_BODY_BYTES:
        raise TooLarge
    if not text:
        return {}
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal("The body is not JSON") from error
    if isinstance(body, list):  # One call sends a bare list.
        return {"list": body}
    if not isinstance(body, dict):
        raise Refusal("The body is neither a JSON object nor a list")
    return body


def _secret(request: HttpRequest) -> str:
    """Return what follows the project id. Raises BadBearer unless it is our project's."""
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    project, _, secret = bearer.strip().partition(":")
    if scheme.lower() != "bearer" or project != settings.DESCOPE_PROJECT_ID:
        raise BadBearer("The bearer does not name this project")
    return secret
