"""Access keys, for the holder of the management key."""

from django.db import transaction

from accounts.sandbox import access_keys
from accounts.sandbox.models import AccessKey
from accounts.sandbox.router import DATABASE
from accounts.sandbox.wire import Call, Payload, manages


@manages("POST")
def create(call: Call) -> Payload:
    key, text = access_keys.create(call.body)
    return {"key": access_keys.as_key(key), "cleartext": text}


@manages("GET")
def load(call: Call) -> Payload:
    return {"key": access_keys.as_key(access_keys.find(call.query.get("id", "")))}


@manages("POST")
def search(call: Call) -> Payload:
    found = AccessKey.objects.select_related("person")
    if user_id := call.text("boundUserId"):
        found = found.filter(person__user_id=user_id)
    tenants = set(call.names("tenantIds"))
    return {"keys": [access_keys.as_key(key) for key in found if not tenants or tenants & set(key.tenants)]}


@manages("POST")
def update(call: Call) -> Payload:
    key = access_keys.find(call.needed("id"))
    access_keys.change(key, call.body)
    key.save()
    return {"key": access_keys.as_key(key)}


@manages("POST")
def set_active(call: Call, is_active: bool) -> Payload:
    key = access_keys.find(call.needed("id"))
    key.is_active = is_active
    key.save()
    return {}


@manages("POST")
@transaction.atomic(using=DATABASE)
def set_all_active(call: Call, is_active: bool) -> Payload:
    for key in _all_named(call):
        key.is_active = is_active
        key.save()
    return {}


@manages("POST")
def rotate(call: Call) -> Payload:
    """Give the key a new text. The former one is over at once."""
    key = access_keys.find(call.needed("id"))
    return {"key": access_keys.as_key(key), "cleartext": access_keys.renew(key)}


@manages("POST")
@transaction.atomic(using=DATABASE)
def delete_batch(call: Call) -> Payload:
    for key in _all_named(call):
        key.delete()
    return {}


@manages("POST")
def delete(call: Call) -> Payload:
    access_keys.find(call.needed("id")).delete()
    return {}


def _all_named(call: Call) -> list[AccessKey]:
    return [access_keys.find(key_id) for key_id in call.names("ids")]
