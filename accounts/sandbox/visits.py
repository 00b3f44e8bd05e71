"""Providers of identity that others run: two social ones, and each tenant's own. Each is one page of the sandbox.

A visit begins with an address to send the browser to, and ends back at the page that asked, with a code or a refusal.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from . import faces, links, people, sessions
from .exceptions import BadExchange, NoSuchPerson, NoSuchTenant, Refusal
from .models import Person, Role, Run, Tenant, Visit
from .proofs import digest
from .router import DATABASE

PROVIDERS = {"google": "Sandbox Google", "github": "Sandbox GitHub"}
LIFETIME = timedelta(minutes=10)
REPEATS = timedelta(seconds=60)  # The component repeats a request whose answer it did not get.


def begin(
    return_to: str,
    *,
    provider: str = "",
    tenant: Tenant | None = None,
    run: Run | None = None,
    email: str = "",
    is_popup: bool = False,
    claims: Mapping[str, Any] | None = None,
) -> str:
    """Return the address of the provider's page. Raises Refusal where there is no such provider."""
    if tenant is None and provider not in PROVIDERS:
        raise Refusal(f"There is no provider {provider[:40]!r}")
    visit = Visit.objects.create(
        key=secrets.token_urlsafe(32),
        provider=provider,
        tenant=tenant,
        run=run,
        return_to=return_to,
        email=email,
        is_popup=is_popup,
        claims=dict(claims or {}),
        expires_at=timezone.now() + LIFETIME,
    )
    return settings.SITE_URL + reverse("sandbox:provider", args=[visit.key])


def underway(key: str) -> Visit | None:
    """Return the visit, unless it has ended or run out."""
    still = Visit.objects.select_related("tenant", "run").filter(ended_at=None, expires_at__gt=timezone.now())
    return still.filter(key=key).first()


def tenant_with_sso(tenant_id: str) -> Tenant:
    """Raises NoSuchTenant, also where the tenant has no provider of its own."""
    tenant = Tenant.objects.filter(tenant_id=tenant_id, uses_sso=True, is_disabled=False).first()
    if tenant is None:
        raise NoSuchTenant("There is no such tenant, or it does not use SSO")
    return tenant


def tenant_of(email: str) -> Tenant | None:
    """Return the tenant whose people sign in at its own provider with such an address."""
    domain = email.rpartition("@")[2]
    open_ones = Tenant.objects.filter(uses_sso=True, is_disabled=False)
    return next((tenant for tenant in open_ones if domain in tenant.domains), None)


@transaction.atomic(using=DATABASE)
def allow(visit: Visit, *, email: str, name: str, groups: Sequence[str] = (), has_picture: bool = False) -> str:
    """Vouch for this person. Returns the address to go back to. Raises Refusal."""
    email = people.normal(email)
    if visit.tenant and visit.tenant.domains and email.rpartition("@")[2] not in visit.tenant.domains:
        raise Refusal(f"{visit.tenant} vouches only for addresses at {', '.join(visit.tenant.domains)}")
    visit.person = _known(visit, email, name, groups)
    if has_picture and not visit.person.picture:
        people.change(visit.person, {"picture": faces.face_of(visit.person)})
    code = secrets.token_urlsafe(32)
    visit.digest = digest(code)
    return _back(visit, code=code)


def refuse(visit: Visit) -> str:
    """Vouch for nobody. Returns the address to go back to."""
    return _back(visit, err="access_denied")


@transaction.atomic(using=DATABASE)
def use(code: str, run: Run | None = None) -> Visit:
    """Return the visit that ended with this code and use it up. Raises BadExchange.

    In a run of the flow the same code may come twice within a minute: the first answer was lost.
    """
    visit = Visit.objects.select_related("person", "tenant").filter(digest=digest(code), run=run).first()
    now = timezone.now()
    if visit is None or visit.expires_at <= now:
        raise BadExchange
    if visit.used_at and (run is None or visit.used_at < now - REPEATS):
        raise BadExchange
    visit.used_at = visit.used_at or now
    visit.save(update_fields=["used_at"])
    return visit


@transaction.atomic(using=DATABASE)
def redeem(code: str) -> dict[str, Any]:
    """Sign in by a code from outside the flow. Returns the API's answer. Raises BadExchange and Disabled."""
    visit = use(code)
    if visit.person is None:
        raise BadExchange
    return sessions.sign_in(
        visit.person,
        first_seen=sessions.mark_seen(visit.person),
        methods=[method(visit)],
        tenant=visit.tenant.tenant_id if visit.tenant else "",
        claims=visit.claims,
    )


def method(visit: Visit) -> str:
    """Return what `amr` says of it."""
    return "fed" if visit.tenant else "oauth"


def _known(visit: Visit, email: str, name: str, groups: Sequence[str]) -> Person:
    """Return the person of this address, made or completed by what the provider says of them."""
    try:
        person = people.find(email)
    except NoSuchPerson:
        person = people.create([email], {"email": email, "name": name})
    said: dict[str, Any] = {"verifiedEmail": person.email == email or person.is_email_verified}
    if visit.tenant or not person.name:  # An organisation knows its people; a social provider only helps out.
        said["name"] = name
    if visit.tenant:
        known_roles = set(Role.objects.filter(name__in=groups).values_list("name", flat=True))
        roles = known_roles | set(people.role_names(person, visit.tenant.tenant_id))
        person.tenants = {**person.tenants, visit.tenant.tenant_id: sorted(roles)}
    person.providers = sorted({*person.providers, visit.provider or "sso"})
    people.change(person, said)
    return person


def _back(visit: Visit, **outcome: str) -> str:
    visit.ended_at = timezone.now()
    visit.save()
    step = {"descope-login-flow": f"{visit.run.flow}|#|{visit.run.key}_visit"} if visit.run else {}
    popup = {"redirect_mode": "popup"} if visit.is_popup else {}  # There, the component hands over and closes.
    return links.address(visit.return_to, **step, **outcome, **popup)
