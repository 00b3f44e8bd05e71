"""Roles: making, changing and deleting them. Those of a tenant alone are not kept: a tenant's use the project's."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from . import webhooks
from .exceptions import NoSuchRole, Refusal, RoleExists
from .models import Role
from .router import DATABASE

ID = "ROL"


def named(given: Mapping[str, Any]) -> Role:
    """Return the role of this `id` or `name`. Raises NoSuchRole."""
    number = str(given.get("id") or "").removeprefix(ID)
    found = Role.objects.filter(pk=number) if number.isdecimal() else Role.objects.none()
    role = (found if given.get("id") else Role.objects.filter(name=given.get("name"))).first()
    if role is None:
        raise NoSuchRole
    return role


def create(given: Mapping[str, Any]) -> None:
    """Make a role with the fields that are given, in the API's names. Raises RoleExists and Refusal."""
    _describe(Role(name=_new_name(given.get("name"))), given)


@transaction.atomic(using=DATABASE)
def update(given: Mapping[str, Any]) -> None:
    """Replace the role. Whoever has it keeps it under its new name. Raises NoSuchRole, RoleExists and Refusal."""
    role = named(given)
    if given.get("newName") not in (None, role.name):
        role.name = _new_name(given.get("newName"))
    _describe(role, given)
    _tell_holders(role)


@transaction.atomic(using=DATABASE)
def delete(role: Role) -> None:
    _tell_holders(role)
    role.delete()


def as_role(role: Role) -> dict[str, Any]:
    """Return the role as the API shows it."""
    return {
        "id": f"{ID}{role.pk}",
        "name": role.name,
        "description": role.description,
        "permissionNames": role.permissions,
        "tenantId": "",
        "default": False,
        "private": False,
    }


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


def _tell_holders(role: Role) -> None:
    for person in role.people.all():
        webhooks.tell("UserModified", person, changed=["roleNames"])
