"""What Descope shows in its console: for a person with a browser."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import open_to_visitors
from accounts.sandbox import state, webhooks
from accounts.sandbox.models import Event, Person, Role, SignIn, Tenant

SHOWN = 50
SHOWN_EVENTS = 20
FAULT_WORDS = {
    "": "Well",
    "down": "Down: answers 502",
    "busy": "Busy: answers 429",
    "broken": "Broken: answers 500",
    "html": "Answers with a page of HTML",
    "half": "Answers with half a body",
}


@open_to_visitors
@require_safe
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    return render(request, "sandbox/console.html", context())


def context(**more: Any) -> dict[str, Any]:
    """Return what the page shows; `more` is what was wrong with a form, and what was typed into it."""
    return {
        "people": Person.objects.prefetch_related("roles", "logins")[:500],
        "roles": Role.objects.all(),
        "tenants": Tenant.objects.all(),
        "sessions": SignIn.objects.filter(ended_at=None).select_related("person").order_by("-pk")[:SHOWN],
        "events": Event.objects.all()[:SHOWN_EVENTS],
        "webhook": webhooks.target(),
        "state": state.now(),
        "faults": FAULT_WORDS,
        **more,
    }
