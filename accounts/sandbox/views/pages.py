"""What Descope shows in its console and in people's mail programs: for a person with a browser."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import authenticates_itself
from accounts.sandbox import people, tenants
from accounts.sandbox.exceptions import NoSuchPerson, NoSuchTenant, Refusal
from accounts.sandbox.models import Mail, Person, Role, Tenant

SHOWN = 50


@authenticates_itself
@require_safe
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    mails = Mail.objects.all()
    if to := request.GET.get("to", "").strip().lower():
        mails = mails.filter(to__contains=to)
    return render(request, "sandbox/inbox.html", {"mails": mails[:SHOWN], "to": to})


@authenticates_itself
@require_safe
@never_cache
def console(request: HttpRequest) -> HttpResponse:
    return render(request, "sandbox/console.html", _console())


@authenticates_itself
@require_POST
def create_person(request: HttpRequest) -> HttpResponse:
    email, name = request.POST.get("email", "").strip(), request.POST.get("name", "").strip()
    try:
        validate_email(email)
        people.create([email], {"email": email, "name": name})
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


def _change(request: HttpRequest, user_id: str, change: Any) -> HttpResponse:
    try:
        change(people.find(user_id=user_id), request.POST.get("role", ""))
    except NoSuchPerson:
        return HttpResponseNotFound("There is no such person.", content_type="text/plain; charset=utf-8")
    except Refusal as refusal:
        messages.error(request, f"{refusal}.")
    return redirect("sandbox:console")


def _console(**more: Any) -> dict[str, Any]:
    everybody = Person.objects.prefetch_related("roles", "logins")[:500]
    return {"people": everybody, "roles": Role.objects.all(), "tenants": Tenant.objects.all(), **more}


def _unmade(request: HttpRequest, problem: str) -> HttpResponse:
    typed = {"email": request.POST.get("email", ""), "name": request.POST.get("name", "")}
    return render(request, "sandbox/console.html", _console(problem=problem, typed=typed), status=422)
