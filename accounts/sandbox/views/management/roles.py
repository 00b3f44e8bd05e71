"""Roles, for the holder of the management key. Those of a tenant alone are not kept: a tenant's use the project's."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.sandbox import webhooks
from accounts.sandbox.exceptions import NoSuchRole, Refusal, RoleExists
from accounts.sandbox.models import Role
from accounts.sandbox.router import DATABASE
from accounts.sandbox.wire import Call, Payload, manages

ID = "ROL"


@manages("POST")
def create(call: Call) -> Payload:
    _create(call.body)
    return {}


@manages("POST")
def update(call: Call) -> Payload:
    """Replace the role. Whoever has it keeps it under its new name."""
    _update(call.body)
    return {}


@manages("POST")
def delete(call: Call) -> Payload:
    _delete(_named(call.body))
    return {}


@manages("POST")
@transaction.atomic(using=DATABASE)
def create_batch(call: Call) -> Payload:
    for given in call.objects("roles"):
        _create(given)
    return _all()


@manages("POST")
@transaction.atomic(using=DATABASE)
def update_batch(call: Call) -> Payload:
    for given in call.objects("roles"):
        _update(given)
    return _all()


@manages("POST")
@transaction.atomic(using=DATABASE)
def delete_batch(call: Call) -> Payload:
    """Delete these roles. The real service deletes every role where none is named; here that is refused."""
    named = [{"name": name} for name in call.names("roleNames")] + [{"id": one} for one in call.names("roleIds")]
    if not named:
        raise Refusal("roleNames is missing")
    for one in named:
        _delete(_named(one))
    return {}


@manages("GET")
def load_all(call: Call) -> Payload:
    return _all()


@manages("POST")
def search(call: Call) -> Payload:
    roles = Role.objects.all()
    if names := call.names("roleNames"):
        roles = roles.filter(name__in=names)
    if part := call.text("roleNameLike"):
        roles = roles.filter(name__icontains=part)
    permissions = set(call.names("permissionNames"))
    return {"roles": [_shown(role) for role in roles if permissions <= set(role.permissions)]}


def _all() -> Payload:
    return {"roles": [_shown(role) for role in Role.objects.all()]}


def _named(given: Mapping[str, Any]) -> Role:
    number = str(given.get("id") or "").removeprefix(ID)
    found = Role.objects.filter(pk=number) if number.isdecimal() else Role.objects.none()
    role = (found if given.get("id") else Role.objects.filter(name=given.get("name"))).first()
    if role is None:
        raise NoSuchRole
    return role


def _create(given: Mapping[str, Any]) -> None:
    role = Role(name=_new_name(given.get("name")))
    _describe(role, given)


def _update(given: Mapping[str, Any]) -> None:
    role = _named(given)
    if given.get("newName") not in (None, role.name):
        role.name = _new_name(given.get("newName"))
    _describe(role, given)
    _tell_holders(role)


def _describe(role: Role, given: Mapping[str, Any]) -> None:
    permissions = given.get("permissionNames")
    role.description = str(given.get("description") or "")[:500]
    role.permissions = [str(name) for name in permissions] if isinstance(permissions, list) else []
    role.save()


def _new_name(value: object) -> str:
    name = value.strip() if isinstance(value, str) else ""
    if not 0 < len(name) <= 100:
        raise Refusal("name must have 1 to 100 characters")
    if Role.objects.filter(name=name).exists():
        raise RoleExists
    return name


@transaction.atomic(using=DATABASE)
def _delete(role: Role) -> None:
    _tell_holders(role)
    role.delete()


def _tell_holders(role: Role) -> None:
    for person in role.people.all():
        webhooks.tell("UserModified", person, changed=["roleNames"])


def _shown(role: Role) -> Payload:
    return {
        "id": f"{ID}{role.pk}",
        "name": role.name,
        "description": role.description,
        "permissionNames": role.permissions,
        "tenantId": "",
        "default": False,
        "private": False,
    }
