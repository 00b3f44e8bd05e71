"""Providers of identity: visits begin and end by a call, and between is a page where people say who they are."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import authenticates_itself
from accounts.sandbox import options, visits
from accounts.sandbox.exceptions import Refusal
from accounts.sandbox.flows.answers import own_page
from accounts.sandbox.models import Role, Visit
from accounts.sandbox.wire import Call, Payload, answers

MAX_NAME_LENGTH = 80


@authenticates_itself
@require_http_methods(["GET", "POST"])
@never_cache
def provider(request: HttpRequest, key: str) -> HttpResponse:
    visit = visits.underway(key)
    if visit is None:
        return render(request, "sandbox/provider_over.html", status=410)
    if request.method != "POST":
        return _page(request, visit)
    email, name = request.POST.get("email", "").strip(), request.POST.get("name", "").strip()
    try:
        validate_email(email)
        if not name or len(name) > MAX_NAME_LENGTH:
            raise Refusal(f"Please write a name of up to {MAX_NAME_LENGTH} characters")
        has_picture = request.POST.get("picture") == "on"
        groups = request.POST.getlist("group")
        return HttpResponseRedirect(visits.allow(visit, email=email, name=name, groups=groups, has_picture=has_picture))
    except ValidationError:
        return _page(request, visit, "That does not look like an e-mail address.")
    except Refusal as refusal:
        return _page(request, visit, f"{refusal}.")


@authenticates_itself
@require_POST
def refuse(request: HttpRequest, key: str) -> HttpResponse:
    visit = visits.underway(key)
    if visit is None:
        return render(request, "sandbox/provider_over.html", status=410)
    return HttpResponseRedirect(visits.refuse(visit))


@answers("POST")
def begin_visit(call: Call) -> Payload:
    """Tell where to send the browser: to a social provider, or to a tenant's own."""
    return_to = call.query.get("redirectURL", "")
    if own_page(return_to) != return_to:
        raise Refusal("redirectURL must be a page of this site")
    tenant = visits.tenant_with_sso(call.query.get("tenant", "")) if "tenant" in call.query else None
    url = visits.begin(
        return_to,
        provider=call.query.get("provider", ""),
        tenant=tenant,
        email=call.query.get("loginHint", "")[:254],
        claims=options.claims(call.body),
    )
    return {"url": url}


@answers("POST")
def end_visit(call: Call) -> Payload:
    return visits.redeem(call.needed("code"))


def _page(request: HttpRequest, visit: Visit, problem: str = "") -> HttpResponse:
    typed = {"email": request.POST.get("email", visit.email), "name": request.POST.get("name", "")}
    context = {
        "visit": visit,
        "provider_name": visits.PROVIDERS.get(visit.provider) or f"{visit.tenant}",
        "roles": Role.objects.all() if visit.tenant else [],
        "groups": request.POST.getlist("group"),
        "typed": typed,
        "problem": problem,
    }
    return render(request, "sandbox/provider.html", context, status=422 if problem else 200)
