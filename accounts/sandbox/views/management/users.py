"""People, for the holder of the management key: protocol, section 2.4."""

from typing import Any

from django.db import transaction

from accounts.sandbox import invitations, people, sessions
from accounts.sandbox.exceptions import NoSuchPerson, Refusal
from accounts.sandbox.models import STATUSES, Login, Person
from accounts.sandbox.router import DATABASE
from accounts.sandbox.search import search_people
from accounts.sandbox.wire import Call, Payload, manages

WHOLE = ("displayName", "givenName", "middleName", "familyName", "email", "phone", "picture", "roleNames")


@manages("POST")
def create(call: Call) -> Payload:
    return _shown(_create(call.body))


@manages("POST")
def create_test_user(call: Call) -> Payload:
    return _shown(_create({**call.body, "test": True}))


@manages("POST")
def create_batch(call: Call) -> Payload:
    users = call.body.get("users")
    made, failed = [], []
    for user in users if isinstance(users, list) else []:
        try:
            made.append(people.as_user(_create(_invited(user, call.body.get("invite")))))
        except Refusal as refusal:
            failed.append({"failure": str(refusal), "user": {"loginIds": [user.get("loginId")]}})
    return {"createdUsers": made, "failedUsers": failed}


@manages("GET")
def load(call: Call) -> Payload:
    return _shown(people.find(call.query.get("loginId", ""), call.query.get("userId", "")))


@manages("POST")
def load_many(call: Call) -> Payload:
    found = Person.objects.filter(user_id__in=call.names("userIds")[:1000])
    return {"users": [people.as_user(person) for person in found]}


@manages("POST")
def search(call: Call) -> Payload:
    found, total = search_people(call.body, test_users=call.body.get("withTestUser") is True)
    return {"users": [people.as_user(person) for person in found], "total": total}


@manages("POST")
def search_test_users(call: Call) -> Payload:
    found, total = search_people({**call.body, "testUsersOnly": True}, test_users=True)
    return {"users": [people.as_user(person) for person in found], "total": total}


@manages("POST")
def update(call: Call) -> Payload:
    """Replace the whole profile: what the call leaves out is wiped, as with the real service."""
    person = _named(call)
    people.change(person, {**dict.fromkeys(WHOLE), **call.body, "roleNames": call.names("roleNames"), "status": None})
    return _shown(person)


@manages("PATCH")
def patch(call: Call) -> Payload:
    person = _named(call)
    people.change(person, {name: value for name, value in call.body.items() if value is not None})
    return _shown(person)


@manages("PATCH")
def patch_batch(call: Call) -> Payload:
    users = call.body.get("users")
    changed, failed = [], []
    for user in users if isinstance(users, list) else []:
        try:
            person = people.find(str(user.get("loginId") or ""))
            people.change(person, {name: value for name, value in user.items() if value is not None})
            changed.append(people.as_user(person))
        except Refusal as refusal:
            failed.append({"failure": str(refusal), "user": {"loginIds": [user.get("loginId")]}})
    return {"patchedUsers": changed, "failedUsers": failed}


@manages("POST")
def history(call: Call) -> list[Payload]:
    return sessions.history(call.names("list"))


@manages("POST")
def set_status(call: Call) -> Payload:
    if call.text("status") not in STATUSES:
        raise Refusal(f"status must be one of {', '.join(STATUSES)}")
    person = _named(call)
    people.set_status(person, call.text("status"))
    return _shown(person)


@manages("POST")
def change_fields(call: Call, fields: tuple[str, ...], verified: str = "") -> Payload:
    """Set an e-mail address, a phone number, a name or a picture."""
    person = _named(call)
    profile = {name: call.body[name] for name in fields if name in call.body}
    if verified:
        profile[verified] = call.body.get("verified") is True
    people.change(person, profile)
    return _shown(person)


@manages("POST")
def change_login_id(call: Call) -> Payload:
    person, new = _named(call), people.normal(call.needed("newLoginId"))
    if Login.objects.filter(value=new).exclude(person=person).exists():
        raise Refusal("The new login id is taken")
    person.logins.filter(value=people.normal(call.needed("loginId"))).update(value=new)
    return _shown(person)


@manages("POST")
def set_attribute(call: Call) -> Payload:
    person = _named(call)
    value = call.body.get("attributeValue")
    people.change(person, {"customAttributes": {**person.attributes, call.needed("attributeKey"): value}})
    return _shown(person)


@manages("POST")
def delete(call: Call) -> Payload:
    people.delete(_named(call))
    return {}


@manages("POST")
def delete_batch(call: Call) -> Payload:
    for person in Person.objects.filter(user_id__in=call.names("userIds")):
        people.delete(person)
    return {}


@manages("DELETE")
def delete_test_users(call: Call) -> Payload:
    for person in Person.objects.filter(is_test=True):
        people.delete(person)
    return {}


@manages("POST")
def sign_out(call: Call) -> Payload:
    people.end_all_sessions(_named(call))
    return {}


@manages("POST")
def set_roles(call: Call) -> Payload:
    person = _named(call)
    people.set_roles(person, call.names("roleNames"), call.text("tenantId"))
    return _shown(person)


@manages("POST")
def add_roles(call: Call) -> Payload:
    person = _named(call)
    people.add_roles(person, call.names("roleNames"), call.text("tenantId"))
    return _shown(person)


@manages("POST")
def remove_roles(call: Call) -> Payload:
    person = _named(call)
    people.remove_roles(person, call.names("roleNames"), call.text("tenantId"))
    return _shown(person)


@manages("POST")
def add_tenant(call: Call) -> Payload:
    person = _named(call)
    tenants = {call.needed("tenantId"): [], **person.tenants}
    people.change(person, {"userTenants": _tenants(tenants)})
    return _shown(person)


@manages("POST")
def remove_tenant(call: Call) -> Payload:
    person, gone = _named(call), call.needed("tenantId")
    kept = {tenant: names for tenant, names in person.tenants.items() if tenant != gone}
    people.change(person, {"userTenants": _tenants(kept)})
    return _shown(person)


def _named(call: Call) -> Person:
    login_id, user_id = call.text("loginId"), call.text("userId")
    if not login_id and not user_id:
        raise Refusal("loginId or userId is missing")
    try:
        return people.find(login_id, user_id)
    except NoSuchPerson:
        return people.find(user_id=user_id or login_id)  # The real service takes a user id for a login id too.


def _create(profile: Any) -> Person:
    if not isinstance(profile, dict):
        raise Refusal("A user is a JSON object")
    more = profile.get("additionalLoginIds")
    login_ids = [
        str(login_id) for login_id in [profile.get("loginId") or "", *(more if isinstance(more, list) else [])]
    ]
    if profile.get("invite") is not True:
        return people.create(login_ids, profile)
    with transaction.atomic(using=DATABASE):  # Who cannot be written to is not made, either.
        person = people.create(login_ids, {**profile, "status": "invited"})
        if person.email and profile.get("sendMail") is not False:
            invitations.send(person, str(profile.get("inviteUrl") or ""))
    return person


def _invited(profile: Any, invite: object) -> Any:
    return {**profile, "invite": invite} if isinstance(profile, dict) else profile


def _tenants(tenants: dict[str, list[str]]) -> list[Payload]:
    return [{"tenantId": tenant, "roleNames": names} for tenant, names in tenants.items()]


def _shown(person: Person) -> Payload:
    return {"user": people.as_user(people.find(user_id=person.user_id))}
