"""The webhook on the console: where messages go, which went out and what came of them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import authenticates_itself
from accounts.sandbox import webhooks
from accounts.sandbox.exceptions import Refusal
from accounts.sandbox.models import Event


@authenticates_itself
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Take over address and secret from the form. The secret is not shown in it, so an empty field keeps it."""
    given = {name: request.POST.get(name, "").strip() for name in ("url", "secret")}
    try:
        webhooks.change({name: text for name, text in given.items() if text})
    except Refusal as refusal:
        messages.error(request, f"{refusal}.")
    else:
        messages.success(request, "Messages go there from now on.")
    return _back()


@authenticates_itself
@require_POST
def reset(request: HttpRequest) -> HttpResponse:
    """Send to the site itself again, with the secret that it knows."""
    webhooks.change({"name": None, "url": None, "secret": None, "headers": {}})
    messages.success(request, "Messages go to this site again.")
    return _back()


@authenticates_itself
@require_POST
def send_event(request: HttpRequest, event_id: int) -> HttpResponse:
    """Send a message once more, the same to the byte."""
    event = get_object_or_404(Event, pk=event_id)
    if webhooks.deliver(event):
        messages.success(request, f"{event.action} was sent again and taken.")
    else:
        messages.error(request, f"{event.action} was sent again and not taken: {event.outcome}.")
    return _back()


def _back() -> HttpResponse:
    return redirect(reverse("sandbox:console") + "#webhook")
