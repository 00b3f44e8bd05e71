"""Finding, making and changing people, and what the API shows of them."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from . import webhooks
from .exceptions import NoSuchPerson, NoSuchRole, PersonExists, Refusal
from .models import STATUSES, Login, Person, Role, SignIn, Tenant
from .router import DATABASE

FIELDS = {
    "displayName": "name",
    "name": "name",
    "givenName": "given_name",
    "middleName": "middle_name",
    "familyName": "family_name",
    "email": "email",
    "phone": "phone",
    "picture": "picture",
}
FLAGS = {"verifiedEmail": "is_email_verified", "verifiedPhone": "is_phone_verified"}


def normal(login_id: str) -> str:
    """Return the login id as it is compared: addresses in lower case, so that nobody has two accounts by accident."""
    login_id = login_id.strip()
    return login_id.lower() if "@" in login_id else login_id


def is_phone(text: str) -> bool:
    return re.fullmatch(r"[+(]?[0-9][0-9 ().-]{2,28}", text.strip()) is not None


def find(login_id: str = "", user_id: str = "") -> Person:
    """Return the person. Raises NoSuchPerson."""
    where = {"logins__value": normal(login_id)} if login_id else {"user_id": user_id}
    person = Person.objects.filter(**where).first()
    if person is None:
        raise NoSuchPerson
    return person


def exists(login_id: str) -> bool:
    return Login.objects.filter(value=normal(login_id)).exists()


@transaction.atomic(using=DATABASE)
def create(login_ids: Iterable[str], profile: Mapping[str, Any]) -> Person:
    """Make a person with the fields that `profile` has, in the API's names. Raises PersonExists and Refusal."""
    values = list(dict.fromkeys(normal(login_id) for login_id in login_ids))
    if not values or not all(0 < len(value) <= 254 for value in values):
        raise Refusal("loginId must have 1 to 254 characters")
    if Login.objects.filter(value__in=values).exists():
        raise PersonExists
    person = Person(is_test=profile.get("test") is True)
    _assign(person, profile)
    if not person.email and "@" in values[0]:
        person.email = values[0]
    person.save()
    Login.objects.bulk_create([Login(person=person, value=value) for value in values])
    _assign_roles(person, profile)
    webhooks.tell("UserCreated", person)
    return person


@transaction.atomic(using=DATABASE)
def change(person: Person, profile: Mapping[str, Any]) -> None:
    """Take over the fields that `profile` has, in the API's names, and leave the others. Raises Refusal."""
    _assign(person, profile)
    person.save()
    _assign_roles(person, profile)
    if not person.is_enabled:
        end_all_sessions(person)
    webhooks.tell("UserModified", person, changed=sorted(profile))


@transaction.atomic(using=DATABASE)
def change_address(person: Person, reached: Mapping[str, Any], *, is_login_id: bool, keeps_other: bool) -> Person:
    """Let the person be reached at this address or number, in the API's names, and sign in by it if that is wanted.

    Whoever signs in by it already becomes one with them: `keeps_other` says whose account remains. Returns it.
    """
    value = normal(str(reached.get("email") or reached.get("phone")))
    other = Person.objects.filter(logins__value=value).exclude(pk=person.pk).first() if is_login_id else None
    if other:
        kept, gone = (other, person) if keeps_other else (person, other)
        gone.logins.update(person=kept)
        delete(gone)
        person = kept
    elif is_login_id:
        Login.objects.get_or_create(person=person, value=value)
    change(person, reached)
    return person


def set_status(person: Person, status: str) -> None:
    change(person, {"status": status})


def ask_for_totp(person: Person, asked: bool) -> None:
    person.is_asked_for_totp = asked
    person.save()


def forget_totp(person: Person) -> None:
    """Let the person add an authenticator anew."""
    person.totp_key = ""
    person.save()


def end_all_sessions(person: Person) -> None:
    SignIn.objects.filter(person=person, ended_at=None).update(ended_at=timezone.now())


@transaction.atomic(using=DATABASE)
def delete(person: Person) -> None:
    webhooks.tell("UserDeleted", person)
    person.delete()


@transaction.atomic(using=DATABASE)
def set_roles(person: Person, names: Iterable[str], tenant: str = "") -> None:
    """Give the person exactly these roles, in the project or in one of their tenants. Raises NoSuchRole."""
    roles = roles_named(names)
    if tenant:
        if tenant not in person.tenants:
            raise Refusal("The user is not in this tenant")
        person.tenants[tenant] = [role.name for role in roles]
        person.save()
    else:
        person.roles.set(roles)
    webhooks.tell("UserModified", person, roleNames=role_names(person))


@transaction.atomic(using=DATABASE)
def add_roles(person: Person, names: Iterable[str], tenant: str = "") -> None:
    set_roles(person, {*role_names(person, tenant), *names}, tenant)


@transaction.atomic(using=DATABASE)
def remove_roles(person: Person, names: Iterable[str], tenant: str = "") -> None:
    set_roles(person, set(role_names(person, tenant)) - set(names), tenant)


def role_names(person: Person, tenant: str = "") -> list[str]:
    if tenant:
        return list(person.tenants.get(tenant, []))
    return [role.name for role in person.roles.all()]


def roles_named(names: Iterable[str]) -> list[Role]:
    """Return the roles of these names. Raises NoSuchRole if there is one that nobody made."""
    wanted = set(names)
    roles = list(Role.objects.filter(name__in=wanted))
    missing = wanted - {role.name for role in roles}
    if missing:
        raise NoSuchRole(f"Role not found: {', '.join(sorted(missing))}")
    return roles


def permissions_of(names: Collection[str]) -> list[str]:
    """Return what these roles permit together."""
    lists = Role.objects.filter(name__in=names).values_list("permissions", flat=True) if names else []
    return sorted({permission for permissions in lists for permission in permissions})


def as_user(person: Person) -> dict[str, Any]:
    """Return the person as the API shows them: protocol, section 2.3."""
    roles = role_names(person)
    names_of_tenants = dict(Tenant.objects.filter(tenant_id__in=person.tenants).values_list("tenant_id", "name"))
    return {
        "userId": person.user_id,
        "loginIds": person.login_ids,
        "name": person.name,
        "givenName": person.given_name,
        "middleName": person.middle_name,
        "familyName": person.family_name,
        "email": person.email,
        "verifiedEmail": person.is_email_verified,
        "phone": person.phone,
        "verifiedPhone": person.is_phone_verified,
        "picture": person.picture,
        "roleNames": roles,
        "permissions": permissions_of(roles),
        "userTenants": [
            {
                "tenantId": tenant,
                "tenantName": names_of_tenants.get(tenant, tenant),
                "roleNames": names,
                "permissions": permissions_of(names),
            }
            for tenant, names in person.tenants.items()
        ],
        "status": person.status,
        "test": person.is_test,
        "customAttributes": person.attributes,
        "createdTime": int(person.created_at.timestamp()),
        "externalIds": person.login_ids,
        "ssoAppIds": [],
        "OAuth": {name: True for name in person.providers if name != "sso"},
        "TOTP": bool(person.totp_key),
        "SAML": "sso" in person.providers,
        "OIDC": False,
        "SCIM": False,
        "webauthn": False,
        "password": False,
        "push": False,
        "editable": True,
        "consentExpiration": 0,
    }


def _assign(person: Person, profile: Mapping[str, Any]) -> None:
    for name, field in FIELDS.items():
        if name in profile:
            setattr(person, field, _text(person, field, profile[name]))
    for name, flag in FLAGS.items():
        if name in profile:
            setattr(person, flag, profile[name] is True)
    if profile.get("status") is not None:
        if profile["status"] not in STATUSES:
            raise Refusal(f"status must be one of {', '.join(STATUSES)}")
        person.status = profile["status"]
    if isinstance(profile.get("customAttributes"), dict):
        person.attributes = profile["customAttributes"]
    if isinstance(profile.get("userTenants"), list):
        person.tenants = {
            str(tenant["tenantId"]): list(tenant.get("roleNames") or [])
            for tenant in profile["userTenants"]
            if isinstance(tenant, dict) and tenant.get("tenantId")
        }


def _text(person: Person, field: str, value: object) -> str:
    text = str(value or "").strip()
    limit = getattr(person._meta.get_field(field), "max_length", 0)
    if len(text) > limit:
        raise Refusal(f"{field} is longer than {limit} characters")
    return normal(text) if field == "email" else text


def _assign_roles(person: Person, profile: Mapping[str, Any]) -> None:
    if isinstance(profile.get("roleNames"), list):
        person.roles.set(roles_named(str(name) for name in profile["roleNames"]))
