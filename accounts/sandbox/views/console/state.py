"""How the sandbox behaves, its keys and its sessions, on the console."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import authenticates_itself
from accounts.sandbox import keys, sessions, state
from accounts.sandbox.exceptions import Refusal
from accounts.sandbox.models import SignIn


@authenticates_itself
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Take over what the form has: faults, times, and how other services show."""
    try:
        numbers = {name: float(request.POST[name] or 0) for name in state.NUMBERS if name in request.POST}
        is_popup = request.POST.get("socialPopup") == "on"
        state.change({"fault": request.POST.get("fault", ""), "socialPopup": is_popup, **numbers})
    except (ValueError, Refusal) as problem:
        messages.error(request, f"{problem}.")
    return redirect("sandbox:console")


@authenticates_itself
@require_POST
def rotate_keys(request: HttpRequest) -> HttpResponse:
    keys.rotate()
    messages.success(request, "New keys sign from now on. The former ones are good until the next time.")
    return redirect("sandbox:console")


@authenticates_itself
@require_POST
def expire_tokens(request: HttpRequest) -> HttpResponse:
    sessions.end_everything()
    messages.success(request, "No token that was ever given out is good any more.")
    return redirect("sandbox:console")


@authenticates_itself
@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    SignIn.objects.filter(pk=session_id, ended_at=None).update(ended_at=timezone.now())
    return redirect("sandbox:console")
