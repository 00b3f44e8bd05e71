"""Permissions, for the holder of the management key. They are named by name or by id."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.sandbox.exceptions import NoSuchPermission, PermissionExists, Refusal
from accounts.sandbox.models import Permission, Role
from accounts.sandbox.router import DATABASE
from accounts.sandbox.wire import Call, Payload, manages

ID = "PER"


@manages("POST")
def create(call: Call) -> Payload:
    _create(call.body)
    return {}


@manages("POST")
def update(call: Call) -> Payload:
    """Replace the permission. Roles that have it keep it under its new name."""
    _update(call.body)
    return {}


@manages("POST")
def delete(call: Call) -> Payload:
    _delete(_named(call.body))
    return {}


@manages("POST")
@transaction.atomic(using=DATABASE)
def create_batch(call: Call) -> Payload:
    for given in call.objects("permissions"):
        _create(given)
    return {}


@manages("POST")
@transaction.atomic(using=DATABASE)
def update_batch(call: Call) -> Payload:
    for given in call.objects("permissions"):
        _update(given)
    return {}


@manages("POST")
@transaction.atomic(using=DATABASE)
def delete_batch(call: Call) -> Payload:
    for name in call.names("names"):
        _delete(_named({"name": name}))
    for permission_id in call.names("ids"):
        _delete(_named({"id": permission_id}))
    return {}


@manages("GET")
def load_all(call: Call) -> Payload:
    return {
        "permissions": [
            {"id": f"{ID}{one.pk}", "name": one.name, "description": one.description, "systemDefault": False}
            for one in Permission.objects.all()
        ]
    }


def _named(given: Mapping[str, Any]) -> Permission:
    number = str(given.get("id") or "").removeprefix(ID)
    found = Permission.objects.filter(pk=number) if number.isdecimal() else Permission.objects.none()
    permission = (found if given.get("id") else Permission.objects.filter(name=given.get("name"))).first()
    if permission is None:
        raise NoSuchPermission
    return permission


def _create(given: Mapping[str, Any]) -> None:
    name = _new_name(given.get("name"))
    Permission.objects.create(name=name, description=str(given.get("description") or "")[:500])


def _update(given: Mapping[str, Any]) -> None:
    permission = _named(given)
    if given.get("newName") != permission.name:
        new_name = _new_name(given.get("newName"))
        _rename(permission.name, new_name)
        permission.name = new_name
    permission.description = str(given.get("description") or "")[:500]
    permission.save()


def _new_name(value: object) -> str:
    name = value.strip()[:100] if isinstance(value, str) else ""
    if not name:
        raise Refusal("name is missing")
    if Permission.objects.filter(name=name).exists():
        raise PermissionExists
    return name


def _delete(permission: Permission) -> None:
    _rename(permission.name, "")
    permission.delete()


@transaction.atomic(using=DATABASE)
def _rename(old: str, new: str) -> None:
    for role in Role.objects.all():
        if old in role.permissions:
            role.permissions = [new if name == old else name for name in role.permissions if new or name != old]
            role.save()
