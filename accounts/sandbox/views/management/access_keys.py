"""Access keys, for the holder of the management key."""

from accounts.sandbox import access_keys
from accounts.sandbox.models import AccessKey
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
def delete(call: Call) -> Payload:
    access_keys.find(call.needed("id")).delete()
    return {}
