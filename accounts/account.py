"""The account page: what somebody can see and change of themselves."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from . import api_tokens, limits, people, sessions
from .devices import Device
from .exceptions import ProviderUnavailable
from .http import MemberRequest, device_of
from .models import Session, User
from .roles import Role
from .views import signed_out

MAX_NAME_LENGTH = 100

# What each role allows, in the words of the page.
POWERS = {
    Role.EDITOR: "Write posts and submit them for review.",
    Role.ADMIN: (
        "Review what editors submit, publish it and unpublish it. Run the team: invite people, give and take roles, "
        "sign people out everywhere, close accounts and open them again."
    ),
}


# How somebody signed in, by the words of a token's `amr`: protocol, section 3.
METHODS = {
    "email": "a link or code by e-mail",
    "sms": "a code by text message",
    "whatsapp": "a code by WhatsApp",
    "oauth": "another service’s account",
    "fed": "your organisation’s sign-in",
    "pwd": "a password",
    "webauthn": "a passkey",
    "totp": "an authenticator app",
}


class NameField(forms.CharField):
    """A name to show: of no more than a hundred characters, with single spaces."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_NAME_LENGTH, **options)

    def to_python(self, value: Any) -> str:
        return " ".join(str(super().to_python(value)).split())


class NameForm(forms.Form):
    name = NameField(help_text="Shown with what you write.")


@dataclass(frozen=True)
class SessionLine:
    """One session in the list."""

    session: Session
    is_this_one: bool
    place: str


@require_safe
def account(request: MemberRequest) -> HttpResponse:
    """Show somebody what we know of them, what they may do, and where they are signed in."""
    return _page(request, NameForm({"name": request.user.name}))


@require_POST
def rename(request: MemberRequest) -> HttpResponse:
    """Change the name at Descope, where it belongs, and here."""
    limits.check("NAME_LIMIT", str(request.user.pk))
    form = NameForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        people.rename(request.user, form.cleaned_data["name"])
    except ProviderUnavailable:
        messages.error(request, "Your name is as it was: the sign-in service does not answer. Try again in a minute.")
    else:
        messages.success(request, "Your name is changed.")
    return redirect("accounts:account")


@require_POST
def end_session(request: MemberRequest, session_id: int) -> HttpResponse:
    """Sign one browser out. It finds out at its next click."""
    sessions.end_one(get_object_or_404(request.user.sessions.live(), pk=session_id))
    messages.success(request, "That browser is signed out.")
    return redirect("accounts:account")


@require_POST
def sign_out_everywhere(request: MemberRequest) -> HttpResponse:
    """Sign out here and in every other browser, with every session token; API tokens go too where that is chosen."""
    sessions.end_all_everywhere(request.user)
    if request.POST.get("tokens") == "revoke":
        api_tokens.revoke_all_of(request.user)
    return signed_out()


def _page(request: MemberRequest, form: NameForm, status: int = 200) -> HttpResponse:
    context = {
        "person": request.user,
        "powers": _powers(request.user),
        "methods": _methods(request.user),
        "form": form,
        "may_rename": bool(settings.DESCOPE_MANAGEMENT_KEY),
        "session_lines": _session_lines(request),
        "token_count": request.user.api_tokens.live().count(),
    }
    return render(request, "accounts/account.html", context, status=status)


def _powers(person: User) -> list[tuple[Role, str]]:
    return [(role, sentence) for role, sentence in POWERS.items() if role in person.roles]


def _methods(person: User) -> str:
    return " and ".join(words for method, words in METHODS.items() if method in person.methods)


def _session_lines(request: MemberRequest) -> list[SessionLine]:
    this_one = request.session.pk if request.session else None
    here = device_of(request)
    live = request.user.sessions.live().order_by("-last_refreshed_at")
    lines = [SessionLine(session, session.pk == this_one, _place(session.device, here)) for session in live]
    return sorted(lines, key=lambda line: not line.is_this_one)


def _place(device: Device, here: Device) -> str:
    if not device.network:
        return "a network we do not know"
    return "this network" if device.network == here.network else f"another network, {device.network}"
