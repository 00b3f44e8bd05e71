"""The team page: who may write and review here. A view reads the form and calls one verb of accounts/team.py."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import team
from accounts.descope import Profile
from accounts.exceptions import Declined, ProviderUnavailable, Unconfirmed
from accounts.http import MemberRequest, refusal
from accounts.members import Member, page_of_members, page_of_members_known_here, recent_acts
from accounts.models import User
from accounts.roles import Role
from blog.exceptions import NotPermitted

PAGE_SIZE = 50
RECENT_ACTS = 30

NOTHING_DONE = "Descope does not answer, so nothing has been changed. Try again in a minute."
MAY_BE_DONE = (
    "We asked Descope for it, and it did not answer in time. So it may be done, or not. It stands in the log as asked "
    "for, not confirmed. Look at the list before you try again."
)
LABELS = {
    "give_role": "Give the role {role}",
    "take_role": "Take the role {role}",
    "sign_out_everywhere": "Sign out everywhere",
    "disable": "Close the account",
    "enable": "Open the account again",
}


@dataclass(frozen=True)
class ActButton:
    label: str
    url: str
    role: Role | None


@dataclass(frozen=True)
class Row:
    """Somebody on the list, and what may be done to their account now."""

    member: Member
    standing: str
    is_reader: bool
    buttons: list[ActButton]


@require_safe
def home(request: MemberRequest) -> HttpResponse:
    """List everybody at Descope, or, where it cannot be asked, everybody we have met."""
    if not team.may_see_team(request.user):
        raise NotPermitted("The team is for admins.")
    number = _page_number(request.GET.get("page"))
    try:
        members, total = page_of_members(number - 1, PAGE_SIZE)
        can_ask = True
    except ProviderUnavailable:
        members, total = page_of_members_known_here(number - 1, PAGE_SIZE)
        can_ask = False
    page: Page[int] = Paginator(range(total), PAGE_SIZE).get_page(number)
    if page.number != number:
        raise Http404
    context = {
        "rows": [_row(request.user, member, can_ask) for member in members],
        "total": total,
        "page_obj": page,
        "acts": recent_acts(RECENT_ACTS),
        "has_key": bool(settings.DESCOPE_MANAGEMENT_KEY),
        "can_ask": can_ask,
        "may_invite": can_ask and team.may_manage_team(request.user),
        "role_names": [settings.ROLE_EDITOR, settings.ROLE_ADMIN],
        "roles": list(Role),
        "limits": {"reason": team.MAX_REASON_LENGTH, "name": team.MAX_NAME_LENGTH},
    }
    return render(request, "blog/desk/team.html", context)


@require_POST
def invite(request: MemberRequest) -> HttpResponse:
    typed = {field: request.POST.get(field, "") for field in ("email", "name", "role", "reason")}
    return _acted(request, lambda: (team.invite(by=request.user, **typed), "An invitation is on its way to {whom}."))


@require_POST
def give_role(request: MemberRequest, subject: str) -> HttpResponse:
    asked = _asked(request, subject) | {"role": request.POST.get("role", "")}
    return _acted(request, lambda: (team.give_role(**asked), "{whom} has the role now."))


@require_POST
def take_role(request: MemberRequest, subject: str) -> HttpResponse:
    asked = _asked(request, subject) | {"role": request.POST.get("role", "")}
    return _acted(request, lambda: (team.take_role(**asked), "{whom} no longer has the role."))


@require_POST
def sign_out_everywhere(request: MemberRequest, subject: str) -> HttpResponse:
    asked = _asked(request, subject)
    return _acted(request, lambda: _signed_out(*team.sign_out_everywhere(**asked)))


@require_POST
def disable(request: MemberRequest, subject: str) -> HttpResponse:
    asked = _asked(request, subject)
    return _acted(request, lambda: (team.disable(**asked), "The account of {whom} is closed. What they wrote stays."))


@require_POST
def enable(request: MemberRequest, subject: str) -> HttpResponse:
    asked = _asked(request, subject)
    return _acted(request, lambda: (team.enable(**asked), "The account of {whom} is open again."))


def _asked(request: MemberRequest, subject: str) -> dict[str, Any]:
    return {"by": request.user, "subject": subject, "reason": request.POST.get("reason", "")}


def _signed_out(whom: User, is_over_at_descope: bool) -> tuple[User, str]:
    if is_over_at_descope:
        return whom, "{whom} is signed out everywhere."
    return whom, (
        "{whom} is signed out here, in every browser and every program. Descope does not answer, so its own sessions "
        "could not be ended yet. That is tried again later; or do it again yourself once Descope is back."
    )


def _acted(request: MemberRequest, act: Callable[[], tuple[User, str]]) -> HttpResponse:
    """Do it, and go back to the list with a word about it. What cannot be done is said with what was typed."""
    try:
        whom, told = act()
    except Declined as lack:
        return _not_done(request, 422, "That was not done", str(lack))
    except Unconfirmed:
        return _not_done(request, 503, "That may have been done", MAY_BE_DONE)
    except ProviderUnavailable:
        return _not_done(request, 503, "Just a moment", NOTHING_DONE)
    messages.success(request, told.format(whom=whom.name))
    number = _page_number(request.POST.get("page"))
    return HttpResponseRedirect(reverse("desk:team") + (f"?page={number}" if number > 1 else ""))


def _not_done(request: MemberRequest, status: int, title: str, reason: str) -> HttpResponse:
    way_on = {"way_on_url": reverse("desk:team"), "way_on_label": "Back to the team"}
    response = refusal(request, "_shared/refused.html", status, reason, title=title, **way_on)
    if status == 503:
        response.headers["Retry-After"] = "30"
    return response


def _page_number(text: str | None) -> int:
    is_number = text is not None and text.isascii() and text.isdigit() and len(text) < 7
    return max(1, int(text or 1)) if is_number else 1


def _row(admin: User, member: Member, can_ask: bool) -> Row:
    profile = member.profile
    acts = team.acts_for(admin, profile) if can_ask else team.acts_without_descope(admin, profile)
    buttons = [_button(verb, role, profile) for verb, role in acts]
    return Row(member, _standing(admin, profile), is_reader=not member.roles, buttons=buttons)


def _standing(admin: User, profile: Profile) -> str:
    if profile.subject == admin.subject:
        return "This is you"
    if not profile.is_enabled:
        return "Closed"
    return "Invited" if profile.is_invited else ""


def _button(verb: str, role: Role | None, profile: Profile) -> ActButton:
    label = LABELS[verb].format(role=role)
    return ActButton(label, reverse(f"desk:team_{verb}", args=[profile.subject]), role)
