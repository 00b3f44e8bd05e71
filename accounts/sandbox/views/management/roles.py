"""Roles, for the holder of the management key. They are named by name or by id."""

from django.db import transaction

from accounts.sandbox import roles
from accounts.sandbox.exceptions import Refusal
from accounts.sandbox.models import Role
from accounts.sandbox.router import DATABASE
from accounts.sandbox.wire import Call, Payload, manages


@manages("POST")
def create(call: Call) -> Payload:
    roles.create(call.body)
    return {}


@manages("POST")
def update(call: Call) -> Payload:
    roles.update(call.body)
    return {}


@manages("POST")
def delete(call: Call) -> Payload:
    roles.delete(roles.named(call.body))
    return {}


@manages("POST")
@transaction.atomic(using=DATABASE)
def create_batch(call: Call) -> Payload:
    for given in call.objects("roles"):
        roles.create(given)
    return _all()


@manages("POST")
@transaction.atomic(using=DATABASE)
def update_batch(call: Call) -> Payload:
    for given in call.objects("roles"):
        roles.update(given)
    return _all()


@manages("POST")
@transaction.atomic(using=DATABASE)
def delete_batch(call: Call) -> Payload:
    """Delete these roles. The real service deletes every role where none is named; here that is refused."""
    named = [{"name": name} for name in call.names("roleNames")] + [{"id": one} for one in call.names("roleIds")]
    if not named:
        raise Refusal("roleNames is missing")
    for one in named:
        roles.delete(roles.named(one))
    return {}


@manages("GET")
def load_all(call: Call) -> Payload:
    return _all()


@manages("POST")
def search(call: Call) -> Payload:
    found = Role.objects.all()
    if names := call.names("roleNames"):
        found = found.filter(name__in=names)
    if part := call.text("roleNameLike"):
        found = found.filter(name__icontains=part)
    permissions = set(call.names("permissionNames"))
    return {"roles": [roles.as_role(role) for role in found if permissions <= set(role.permissions)]}


def _all() -> Payload:
    return {"roles": [roles.as_role(role) for role in Role.objects.all()]}
