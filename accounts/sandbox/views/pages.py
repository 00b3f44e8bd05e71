"""What Descope shows in its console and in people's mail programs: for a person with a browser."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import authenticates_itself, open_to_visitors
from accounts.sandbox import keys, people, roles, sessions, state, tenants, webhooks
from accounts.sandbox.exceptions import NoSuchPerson, NoSuchRole, NoSuchTenant, Refusal
from accounts.sandbox.models import Event, Mail, Person, Role, SignIn, Tenant

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
def inbox(request: HttpRequest) -> HttpResponse:
    mails = Mail.objects.all()
    if to := request.GET.get("to", "").strip().lower():
        mails = mails.filter(to__contains=to)
    return render(request, "sandbox/inbox.html", {"mails": mails[:SHOWN], "to": to})


@open_to_visitors
@require_safe
@never_cache
def console(request: HttpRequest) -> HttpResponse:
    return render(request, "sandbox/console.html", _console())


@authenticates_itself
@require_POST
def create_person(request: HttpRequest) -> HttpResponse:
    email, name, picture = (request.POST.get(field, "").strip() for field in ("email", "name", "picture"))
    try:
        validate_email(email)
        people.create([email], {"email": email, "name": name, "picture": picture})
    except ValidationError:
        return _unmade(request, "That does not look like an e-mail address.")
    except Refusal as refusal:
        return _unmade(request, f"{refusal}.")
    messages.success(request, f"{name or email} has an account now.")
    return redirect("sandbox:console")


@authenticates_itself
@require_POST
def give_role(request: HttpRequest, user_id: str) -> HttpResponse:
    return _change(request, user_id, lambda person, role: people.add_roles(person, [role]))


@authenticates_itself
@require_POST
def take_role(request: HttpRequest, user_id: str) -> HttpResponse:
    return _change(request, user_id, lambda person, role: people.remove_roles(person, [role]))


@authenticates_itself
@require_POST
def enable(request: HttpRequest, user_id: str) -> HttpResponse:
    return _change(request, user_id, lambda person, _: people.set_status(person, "enabled"))


@authenticates_itself
@require_POST
def disable(request: HttpRequest, user_id: str) -> HttpResponse:
    return _change(request, user_id, lambda person, _: people.set_status(person, "disabled"))


@authenticates_itself
@require_POST
def ask_for_totp(request: HttpRequest, user_id: str) -> HttpResponse:
    return _change(request, user_id, lambda person, _: people.ask_for_totp(person, True))


@authenticates_itself
@require_POST
def spare_totp(request: HttpRequest, user_id: str) -> HttpResponse:
    return _change(request, user_id, lambda person, _: people.ask_for_totp(person, False))


@authenticates_itself
@require_POST
def forget_totp(request: HttpRequest, user_id: str) -> HttpResponse:
    return _change(request, user_id, lambda person, _: people.forget_totp(person))


@authenticates_itself
@require_POST
def create_role(request: HttpRequest) -> HttpResponse:
    given = {name: request.POST.get(name, "").strip() for name in ("name", "description")}
    try:
        roles.create(given)
    except Refusal as refusal:
        context = _console(role_problem=f"{refusal}.", typed_role=given)
        return render(request, "sandbox/console.html", context, status=422)
    messages.success(request, f"{given['name']} is a role now.")
    return redirect("sandbox:console")


@authenticates_itself
@require_POST
def delete_role(request: HttpRequest, name: str) -> HttpResponse:
    try:
        roles.delete(roles.named({"name": name}))
    except NoSuchRole:
        return HttpResponseNotFound("There is no such role.", content_type="text/plain; charset=utf-8")
    return redirect("sandbox:console")


@authenticates_itself
@require_POST
def change_role(request: HttpRequest, name: str) -> HttpResponse:
    """Ask everybody who has the role for a second factor, or no longer."""
    Role.objects.filter(name=name).update(asks_for_totp=request.POST.get("asks") == "on")
    return redirect("sandbox:console")


@authenticates_itself
@require_POST
def create_tenant(request: HttpRequest) -> HttpResponse:
    given = {name: request.POST.get(name, "").strip() for name in ("name", "id", "domains")}
    uses_sso = request.POST.get("sso") == "on"
    domains = given["domains"].replace(",", " ").split()
    try:
        tenants.create({"name": given["name"], "selfProvisioningDomains": domains, "enforceSSO": uses_sso}, given["id"])
    except Refusal as refusal:
        context = _console(tenant_problem=f"{refusal}.", typed_tenant={**given, "sso": uses_sso})
        return render(request, "sandbox/console.html", context, status=422)
    messages.success(request, f"{given['name']} is a tenant now.")
    return redirect("sandbox:console")


@authenticates_itself
@require_POST
def delete_tenant(request: HttpRequest, tenant_id: str) -> HttpResponse:
    try:
        tenants.delete(tenants.find(tenant_id))
    except NoSuchTenant:
        return HttpResponseNotFound("There is no such tenant.", content_type="text/plain; charset=utf-8")
    return redirect("sandbox:console")


@authenticates_itself
@require_POST
def change_state(request: HttpRequest) -> HttpResponse:
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


def _change(request: HttpRequest, user_id: str, change: Any) -> HttpResponse:
    try:
        change(people.find(user_id=user_id), request.POST.get("role", ""))
    except NoSuchPerson:
        return HttpResponseNotFound("There is no such person.", content_type="text/plain; charset=utf-8")
    except Refusal as refusal:
        messages.error(request, f"{refusal}.")
    return redirect("sandbox:console")


def _console(**more: Any) -> dict[str, Any]:
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


def _unmade(request: HttpRequest, problem: str) -> HttpResponse:
    typed = {field: request.POST.get(field, "") for field in ("email", "name", "picture")}
    return render(request, "sandbox/console.html", _console(problem=problem, typed=typed), status=422)
