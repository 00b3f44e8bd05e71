"""Turns what is refused into an answer, once, for every page. The API's own refusals are in blog/api.py.

It stands before Django's CSRF middleware, which is the first to read what was sent, and would fail on too much of it.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from accounts.exceptions import TooMany
from accounts.http import length_of, problem, refusal, step_up_url, too_many, wants_json

from . import pace
from .doors import Door, entered_by
from .exceptions import AnotherRevision, NotReady, StepUpNeeded, WrongStatus
from .markup import BUSY_SECONDS, MAX_CHARACTERS, Busy, Unrenderable
from .workflow import MOVES

View = TypeVar("View", bound=Callable[..., Any])

DECISIONS = ("desk:publish", "desk:publish_alone", "desk:schedule", "desk:request_changes")


class RefusalMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            with entered_by(Door.API if request.path.startswith("/api/") else Door.PAGE):
                return self.get_response(request)
        finally:
            pace.let_go(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if length_of(request) > getattr(view, "max_bytes", settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
            reason = getattr(view, "too_much", TOO_MUCH)
            return refusal(request, "_shared/refused.html", 413, reason, title="That is too much at once")
        if request.method == "POST" and hasattr(view, "limit"):
            try:
                pace.let_in(request, view.limit)
            except TooMany as trouble:
                return too_many(request, trouble)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, StepUpNeeded):
            return _led_to_step_up(request, str(exception))
        if isinstance(exception, AnotherRevision) and _is_decision(request):
            return _led_to_newer_revision(request, str(exception))
        if isinstance(exception, WrongStatus):
            title = "Somebody was faster" if exception.is_too_late else "Not as it stands now"
            return _refused(request, 409, title, str(exception))
        if isinstance(exception, NotReady):
            return _refused(request, 422, "Not quite ready", str(exception))
        if isinstance(exception, Unrenderable):
            title = f"Line {exception.line} needs a look"
            return _refused(request, 422, title, f"{exception.reason} Look at line {exception.line}.")
        if isinstance(exception, Busy):
            reason = "Your text is saved, but not submitted: too much is going on. Press submit again in a moment."
            response = _refused(request, 503, "Just a moment", reason)
            response.headers["Retry-After"] = str(BUSY_SECONDS)
            return response
        return None


def admits(max_bytes: int, *, otherwise: str) -> Callable[[View], View]:
    """Let this much be sent to a view, and say this where it is more."""

    def admitting(view: View) -> View:
        view.max_bytes, view.too_much = max_bytes, otherwise  # type: ignore[attr-defined]  # marks, as in accounts/access
        return view

    return admitting


def limited(name: str) -> Callable[[View], View]:
    """Have each person keep to the pace of this setting with what they send to a view, before anything of it is read."""

    def counting(view: View) -> View:
        view.limit = name  # type: ignore[attr-defined]  # as above
        return view

    return counting


def _is_decision(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.view_name in DECISIONS


def _led_to_newer_revision(request: HttpRequest, reason: str) -> HttpResponse:
    match = request.resolver_match
    return refusal(
        request,
        "_shared/refused.html",
        409,
        f"{reason} Nothing was done. Read the newer one, and decide again.",
        title="A newer revision came in",
        way_on_url=reverse("desk:review", kwargs=match.kwargs if match else {}),
        way_on_label="Read the newer revision",
    )


def _led_to_step_up(request: HttpRequest, reason: str) -> HttpResponse:
    """Lead away to prove who it is and back to the button; where something was typed, in a tab beside it."""
    if wants_json(request):
        return problem(403, reason)
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    posted = [(name, value) for name, value in sent if name != "csrfmiddlewaretoken"]
    if not any(value for name, value in posted if name != "revision"):
        return HttpResponseRedirect(step_up_url(request))
    verb = request.resolver_match.url_name if request.resolver_match else None
    context = {"reason": reason, "typed": posted, "step_up_url": step_up_url(request)}
    label = MOVES[verb].label if verb in MOVES else "Go on"
    return render(request, "blog/step_up.html", {**context, "label": label}, status=403)


def _refused(request: HttpRequest, status: int, title: str, reason: str) -> HttpResponse:
    match = request.resolver_match
    post_id = match.kwargs.get("post_id") if match else None
    way_on_url = reverse("desk:post", args=[post_id]) if post_id else reverse("desk:home")
    label = "Look at the post as it is now" if post_id else "Back to the desk"
    return refusal(
        request, "_shared/refused.html", status, reason, title=title, way_on_url=way_on_url, way_on_label=label
    )


TOO_MUCH = (
    f"A post may hold {MAX_CHARACTERS:,} characters. This was so much longer that it was not read, so it cannot "
    "be shown here. Go back to the page before: your browser still has your text."
)
