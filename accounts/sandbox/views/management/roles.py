"""Roles, for the holder of the management key. Those of a tenant alone are not kept: a tenant's use the project's."""

from django.db import transaction

from accounts.sandbox import webhooks
from accounts.sandbox.exceptions import NoSuchRole, Refusal, RoleExists
from accounts.sandbox.models import Role
from accounts.sandbox.router import DATABASE
from accounts.sandbox.wire import Call, Payload, manages


@manages("POST")
def create(call: Call) -> Payload:
    name = call.needed("name")
    _check_free(name)
    Role.objects.create(name=name, description=call.text("description"), permissions=call.names("permissionNames"))
    return {}


@manages("POST")
def update(call: Call) -> Payload:
    """Replace the role. Whoever has it keeps it under its new name."""
    role, new_name = _named(call.needed("name")), call.needed("newName")
    if new_name != role.name:
        _check_free(new_name)
    role.name, role.description = new_name, call.text("description")
    role.permissions = call.names("permissionNames")
    role.save()
    _tell_holders(role)
    return {}


@manages("POST")
def delete(call: Call) -> Payload:
    _delete(_named(call.needed("name")))
    return {}


@manages("POST")
def delete_batch(call: Call) -> Payload:
    """Delete these roles. The real service deletes every role where none is named; here that is refused."""
    names = call.names("roleNames")
    if not names:
        raise Refusal("roleNames is missing")
    for role in Role.objects.filter(name__in=names):
        _delete(role)
    return {}


@manages("POST")
@transaction.atomic(using=DATABASE)
def create_batch(call: Call) -> Payload:
    for role in _batch(call):
        _check_free(str(role.get("name")))
        Role.objects.create(
            name=str(role["name"]),
            description=str(role.get("description") or ""),
            permissions=list(role.get("permissionNames") or []),
        )
    return {"roles": [_shown(role) for role in Role.objects.all()]}


@manages("POST")
@transaction.atomic(using=DATABASE)
def update_batch(call: Call) -> Payload:
    for given in _batch(call):
        role = _named(str(given.get("name")))
        role.name = str(given.get("newName") or role.name)
        role.description = str(given.get("description") or "")
        role.permissions = list(given.get("permissionNames") or [])
        role.save()
        _tell_holders(role)
    return {"roles": [_shown(role) for role in Role.objects.all()]}


@manages("GET")
def load_all(call: Call) -> Payload:
    return {"roles": [_shown(role) for role in Role.objects.all()]}


@manages("POST")
def search(call: Call) -> Payload:
    roles = Role.objects.all()
    if names := call.names("roleNames"):
        roles = roles.filter(name__in=names)
    if part := call.text("roleNameLike"):
        roles = roles.filter(name__icontains=part)
    permissions = set(call.names("permissionNames"))
    return {"roles": [_shown(role) for role in roles if permissions <= set(role.permissions)]}


def _batch(call: Call) -> list[Payload]:
    roles = call.body.get("roles")
    return [role for role in roles if isinstance(role, dict)] if isinstance(roles, list) else []


def _named(name: str) -> Role:
    role = Role.objects.filter(name=name).first()
    if role is None:
        raise NoSuchRole
    return role


def _check_free(name: str) -> None:
    if len(name) > 100:
        raise Refusal("name is longer than 100 characters")
    if Role.objects.filter(name=name).exists():
        raise RoleExists


@transaction.atomic(using=DATABASE)
def _delete(role: Role) -> None:
    _tell_holders(role)
    role.delete()


def _tell_holders(role: Role) -> None:
    for person in role.people.all():
        webhooks.tell("UserModified", person, changed=["roleNames"])


def _shown(role: Role) -> Payload:
    return {
        "id": f"ROL{role.pk}",
        "name": role.name,
        "description": role.description,
        "permissionNames": role.permissions,
        "tenantId": "",
        "default": False,
        "private": False,
    }
