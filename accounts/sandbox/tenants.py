"""Making, changing and deleting tenants, and what the API shows of them."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from . import people
from .exceptions import NoSuchTenant, Refusal, TenantExists
from .models import Person, Tenant, new_tenant_id
from .router import DATABASE

FLAGS = {"enforceSSO": "uses_sso", "disabled": "is_disabled"}
DEFAULT_SETTINGS: Mapping[str, Any] = {
    "domains": [],
    "authType": "none",
    "enabled": False,
    "refreshTokenExpiration": 30,
    "refreshTokenExpirationUnit": "days",
    "sessionTokenExpiration": 10,
    "sessionTokenExpirationUnit": "minutes",
    "stepupTokenExpiration": 10,
    "stepupTokenExpirationUnit": "minutes",
    "enableInactivity": False,
    "inactivityTime": 0,
    "inactivityTimeUnit": "minutes",
    "JITDisabled": False,
    "ssoSetupSuiteSettings": {},
    "enforceSSOExclusions": [],
    "federatedAppIds": [],
}


def find(tenant_id: str) -> Tenant:
    """Return the tenant. Raises NoSuchTenant."""
    tenant = Tenant.objects.filter(tenant_id=tenant_id).first()
    if tenant is None:
        raise NoSuchTenant
    return tenant


def create(profile: Mapping[str, Any], tenant_id: str = "") -> Tenant:
    """Make a tenant with the fields that `profile` has, in the API's names. Raises TenantExists and Refusal."""
    if tenant_id and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", tenant_id):
        raise Refusal("id must have 1 to 64 letters, digits, hyphens and underscores")
    if tenant_id and Tenant.objects.filter(tenant_id=tenant_id).exists():
        raise TenantExists
    tenant = Tenant(tenant_id=tenant_id or new_tenant_id())
    _assign(tenant, profile)
    if not tenant.name:
        raise Refusal("name is missing")
    tenant.save()
    return tenant


def change(tenant: Tenant, profile: Mapping[str, Any]) -> None:
    """Take over the fields that `profile` has, in the API's names, and leave the others. Raises Refusal."""
    _assign(tenant, profile)
    tenant.save()


def change_settings(tenant: Tenant, wanted: Mapping[str, Any]) -> None:
    """Take over the settings that are given. Domains and SSO count at once; the rest is kept and shown."""
    _assign(tenant, wanted)
    tenant.settings |= {name: value for name, value in wanted.items() if name in DEFAULT_SETTINGS}
    tenant.save()


@transaction.atomic(using=DATABASE)
def delete(tenant: Tenant) -> None:
    """Delete the tenant, and everybody's membership with it."""
    for person in Person.objects.all():
        if tenant.tenant_id in person.tenants:
            kept = {name: roles for name, roles in person.tenants.items() if name != tenant.tenant_id}
            people.change(person, {"userTenants": [{"tenantId": t, "roleNames": roles} for t, roles in kept.items()]})
    tenant.delete()


def as_tenant(tenant: Tenant) -> dict[str, Any]:
    """Return the tenant as the API shows it."""
    return {
        "id": tenant.tenant_id,
        "name": tenant.name,
        "selfProvisioningDomains": tenant.domains,
        "customAttributes": tenant.attributes,
        "enforceSSO": tenant.uses_sso,
        "disabled": tenant.is_disabled,
        "createdTime": int(tenant.created_at.timestamp()),
    }


def as_settings(tenant: Tenant) -> dict[str, Any]:
    own = {"selfProvisioningDomains": tenant.domains, "enforceSSO": tenant.uses_sso}
    return {**DEFAULT_SETTINGS, **tenant.settings, **own}


def _assign(tenant: Tenant, profile: Mapping[str, Any]) -> None:
    if "name" in profile:
        tenant.name = str(profile["name"] or "").strip()[:200]
    if isinstance(profile.get("selfProvisioningDomains"), list):
        domains = [str(domain).strip().lower() for domain in profile["selfProvisioningDomains"]]
        tenant.domains = [domain for domain in domains if domain]
    if isinstance(profile.get("customAttributes"), dict):
        tenant.attributes = profile["customAttributes"]
    for name, flag in FLAGS.items():
        if name in profile:
            setattr(tenant, flag, profile[name] is True)
