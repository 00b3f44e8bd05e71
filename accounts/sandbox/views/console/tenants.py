"""Tenants on the console."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import authenticates_itself
from accounts.sandbox import tenants
from accounts.sandbox.exceptions import NoSuchTenant, Refusal

from .page import context


@authenticates_itself
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    given = {name: request.POST.get(name, "").strip() for name in ("name", "id", "domains")}
    uses_sso = request.POST.get("sso") == "on"
    domains = given["domains"].replace(",", " ").split()
    try:
        tenants.create({"name": given["name"], "selfProvisioningDomains": domains, "enforceSSO": uses_sso}, given["id"])
    except Refusal as refusal:
        shown = context(tenant_problem=f"{refusal}.", typed_tenant={**given, "sso": uses_sso})
        return render(request, "sandbox/console.html", shown, status=422)
    messages.success(request, f"{given['name']} is a tenant now.")
    return redirect("sandbox:console")


@authenticates_itself
@require_POST
def delete(request: HttpRequest, tenant_id: str) -> HttpResponse:
    try:
        tenants.delete(tenants.find(tenant_id))
    except NoSuchTenant:
        return HttpResponseNotFound("There is no such tenant.", content_type="text/plain; charset=utf-8")
    return redirect("sandbox:console")
