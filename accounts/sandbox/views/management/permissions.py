"""Permissions, for the holder of the management key."""

from django.db import transaction

from accounts.sandbox.exceptions import NoSuchPermission, PermissionExists
from accounts.sandbox.models import Permission, Role
from accounts.sandbox.router import DATABASE
from accounts.sandbox.wire import Call, Payload, manages


@manages("POST")
def create(call: Call) -> Payload:
    name = call.needed("name")
    if Permission.objects.filter(name=name).exists():
        raise PermissionExists
    Permission.objects.create(name=name[:100], description=call.text("description")[:500])
    return {}


@manages("POST")
def update(call: Call) -> Payload:
    """Replace the permission. Roles that have it keep it under its new name."""
    permission, new_name = _named(call.needed("name")), call.needed("newName")
    if new_name != permission.name and Permission.objects.filter(name=new_name).exists():
        raise PermissionExists
    _rename(permission.name, new_name)
    permission.name, permission.description = new_name[:100], call.text("description")[:500]
    permission.save()
    return {}


@manages("POST")
def delete(call: Call) -> Payload:
    permission = _named(call.needed("name"))
    _rename(permission.name, "")
    permission.delete()
    return {}


@manages("GET")
def load_all(call: Call) -> Payload:
    return {
        "permissions": [
            {"id": f"PER{one.pk}", "name": one.name, "description": one.description, "systemDefault": False}
            for one in Permission.objects.all()
        ]
    }


def _named(name: str) -> Permission:
    permission = Permission.objects.filter(name=name).first()
    if permission is None:
        raise NoSuchPermission
    return permission


@transaction.atomic(using=DATABASE)
def _rename(old: str, new: str) -> None:
    for role in Role.objects.all():
        if old in role.permissions:
            role.permissions = [new if name == old else name for name in role.permissions if new or name != old]
            role.save()
