"""Tenants, for the holder of the management key."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.access import authenticates_itself
from accounts.sandbox import tenants
from accounts.sandbox.models import Tenant
from accounts.sandbox.wire import Call, Payload, manages

WHOLE = ("name", "selfProvisioningDomains", "enforceSSO", "disabled", "customAttributes")


@manages("POST")
def create(call: Call) -> Payload:
    return {"id": tenants.create(call.body, call.text("id")).tenant_id}


@manages("POST")
def update(call: Call) -> Payload:
    """Replace the tenant: what the call leaves out is wiped, as with the real service."""
    domains, attributes = call.names("selfProvisioningDomains"), call.object("customAttributes")
    whole = {**dict.fromkeys(WHOLE), **call.body, "selfProvisioningDomains": domains, "customAttributes": attributes}
    tenants.change(tenants.find(call.needed("id")), whole)
    return {}


@manages("PATCH")
def patch(call: Call) -> Payload:
    tenants.change(tenants.find(call.needed("id")), {n: value for n, value in call.body.items() if value is not None})
    return {}


@manages("POST")
def delete(call: Call) -> Payload:
    tenants.delete(tenants.find(call.needed("id")))
    return {}


@manages("GET")
def load(call: Call) -> Payload:
    return tenants.as_tenant(tenants.find(call.query.get("id", "")))


@csrf_exempt  # As all of the wire: its callers carry the management key, never our cookies.
@authenticates_itself
def show_or_change_settings(request: HttpRequest) -> HttpResponse:
    return change_settings(request) if request.method == "POST" else show_settings(request)


@manages("GET")
def show_settings(call: Call) -> Payload:
    return tenants.as_settings(tenants.find(call.query.get("id", "")))


@manages("POST")
def change_settings(call: Call) -> Payload:
    tenants.change_settings(tenants.find(call.needed("tenantId")), call.body)
    return {}


@manages("GET")
def load_all(call: Call) -> Payload:
    return {"tenants": [tenants.as_tenant(tenant) for tenant in Tenant.objects.all()]}


@manages("POST")
def search(call: Call) -> Payload:
    found = Tenant.objects.all()
    if ids := call.names("tenantIds"):
        found = found.filter(tenant_id__in=ids)
    if names := call.names("tenantNames"):
        found = found.filter(name__in=names)
    domains = set(call.names("tenantSelfProvisioningDomains"))
    return {"tenants": [tenants.as_tenant(one) for one in found if not domains or domains & set(one.domains)]}
