"""Every call of the real SDK that the sandbox answers, once each: the count is the claim.

What each call does is tested beside it; here each must be taken, and its answer be what the SDK reads.
Whatever else the SDK can do in these parts is named below, so that no call goes missing unseen.
"""

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from descope import AssociatedTenant, AuthException, DeliveryMethod, DescopeClient
from descope.management._user_base import UserObj

from accounts.sandbox import people, sessions, tenants, totp
from accounts.sandbox.models import Mail, Person

from .component import PAGE, at_provider, newest_code, newest_link

EMAIL = DeliveryMethod.EMAIL
SMS, VOICE, WHATSAPP = DeliveryMethod.SMS, DeliveryMethod.VOICE, DeliveryMethod.WHATSAPP
PHONE = "+15551234567"
ED = "ed@example.com"
NEW = "new@example.com"


@pytest.fixture
def token(ed: Person) -> str:
    tenants.create({"name": "Acme", "enforceSSO": True}, "acme")
    people.change(ed, {"userTenants": [{"tenantId": "acme", "roleNames": ["editor"]}]})
    ed.totp_key, ed.phone = totp.new_key(), "+15557654321"
    ed.save()
    return str(sessions.sign_in(ed, first_seen=False)["refreshJwt"])


def link_token() -> str:
    return newest_link().rpartition("t=")[2]


def polled(sdk: DescopeClient) -> object:
    sdk.mgmt.user.create_test_user(NEW, email=NEW)
    made = sdk.mgmt.user.generate_enchanted_link_for_test_user(NEW, PAGE)
    sdk.enchantedlink.verify(made["link"].rpartition("t=")[2])
    return sdk.enchantedlink.get_session(made["pendingRef"])


def with_permissions(sdk: DescopeClient, act: Callable[[Any, list[dict[str, str]]], object]) -> object:
    sdk.mgmt.permission.create_batch([{"name": "read", "description": "Reads"}, {"name": "write"}])
    return act(sdk.mgmt.permission, sdk.mgmt.permission.load_all()["permissions"])


def role_ids(sdk: DescopeClient) -> list[str]:
    return [role["id"] for role in sdk.mgmt.role.load_all()["roles"]]


def verified_link(sdk: DescopeClient) -> object:
    sdk.magiclink.sign_in(EMAIL, ED, PAGE)
    return sdk.magiclink.verify(link_token())


def verified_code(sdk: DescopeClient) -> object:
    sdk.otp.sign_in(EMAIL, ED)
    return sdk.otp.verify_code(EMAIL, ED, newest_code())


def exchanged(sdk: DescopeClient, door: str, name: str) -> object:
    method = getattr(sdk, door)
    back = at_provider(method.start(name, PAGE), email=NEW, name="New")
    return method.exchange_token(back.rpartition("code=")[2])


def with_key(sdk: DescopeClient, act: Callable[[Any, dict[str, Any]], object]) -> object:
    return act(sdk.mgmt.access_key, sdk.mgmt.access_key.create("ci", user_id=people.find(ED).user_id))


def for_test_user(sdk: DescopeClient, make: str, *more: str) -> object:
    sdk.mgmt.user.create_test_user(NEW, email=NEW)
    return getattr(sdk.mgmt.user, make)(EMAIL, NEW, *more)


def totp_code() -> str:
    return totp.code(people.find(ED).totp_key, totp.step_now())


# Protocol, section 2.2: the call as it is written in Python, and what makes it.
AUTH: dict[str, Callable[[DescopeClient, str], object]] = {
    "validate_session": lambda sdk, token: sdk.validate_session(sdk.refresh_session(token)["sessionToken"]["jwt"]),
    "refresh_session": lambda sdk, token: sdk.refresh_session(token)["sessionToken"],
    "validate_and_refresh_session": lambda sdk, token: sdk.validate_and_refresh_session("expired", token)[
        "sessionToken"
    ],
    "logout": lambda sdk, token: sdk.logout(token),
    "logout_all": lambda sdk, token: sdk.logout_all(token),
    "me": lambda sdk, token: sdk.me(token)["userId"],
    "history": lambda sdk, token: sdk.history(token)[0]["userId"],
    "my_tenants": lambda sdk, token: sdk.my_tenants(token, ids=["acme"])["tenants"][0]["name"],
    "select_tenant": lambda sdk, token: sdk.select_tenant("acme", token)["sessionToken"]["dct"],
    "magiclink.sign_in": lambda sdk, _: sdk.magiclink.sign_in(EMAIL, ED, PAGE),
    "magiclink.sign_up": lambda sdk, _: sdk.magiclink.sign_up(EMAIL, NEW, PAGE),
    "magiclink.sign_up_or_in": lambda sdk, _: sdk.magiclink.sign_up_or_in(EMAIL, NEW, PAGE),
    "magiclink.verify": lambda sdk, _: verified_link(sdk),
    "magiclink.update_user_email": lambda sdk, token: sdk.magiclink.update_user_email(ED, NEW, token),
    "magiclink.update_user_phone": lambda sdk, token: sdk.magiclink.update_user_phone(SMS, ED, PHONE, token),
    "enchantedlink.sign_in": lambda sdk, _: sdk.enchantedlink.sign_in(ED, PAGE)["linkId"],
    "enchantedlink.sign_in_with_phone": lambda sdk, _: sdk.enchantedlink.sign_in_with_phone(ED, PAGE)["maskedPhone"],
    "enchantedlink.sign_up": lambda sdk, _: sdk.enchantedlink.sign_up(NEW, PAGE, {})["pendingRef"],
    "enchantedlink.sign_up_with_phone": lambda sdk, _: sdk.enchantedlink.sign_up_with_phone(PHONE, PAGE)["linkId"],
    "enchantedlink.sign_up_or_in": lambda sdk, _: sdk.enchantedlink.sign_up_or_in(NEW, PAGE)["maskedEmail"],
    "enchantedlink.sign_up_or_in_with_phone": lambda sdk, _: sdk.enchantedlink.sign_up_or_in_with_phone(PHONE, PAGE)[
        "linkId"
    ],
    "enchantedlink.verify": lambda sdk, _: polled(sdk),
    "enchantedlink.get_session": lambda sdk, _: polled(sdk),
    "enchantedlink.update_user_email": lambda sdk, token: sdk.enchantedlink.update_user_email(ED, NEW, token)["linkId"],
    "enchantedlink.update_user_phone": lambda sdk, token: sdk.enchantedlink.update_user_phone(ED, PHONE, token)[
        "maskedPhone"
    ],
    "otp.sign_in": lambda sdk, _: sdk.otp.sign_in(EMAIL, ED),
    "otp.sign_up": lambda sdk, _: sdk.otp.sign_up(EMAIL, NEW),
    "otp.sign_up_or_in": lambda sdk, _: sdk.otp.sign_up_or_in(EMAIL, NEW),
    "otp.verify_code": lambda sdk, _: verified_code(sdk),
    "otp.update_user_email": lambda sdk, token: sdk.otp.update_user_email(ED, NEW, token),
    "otp.update_user_phone": lambda sdk, token: sdk.otp.update_user_phone(VOICE, ED, PHONE, token, mfa=True),
    "oauth.start": lambda sdk, _: sdk.oauth.start("google", PAGE)["url"],
    "oauth.exchange_token": lambda sdk, _: exchanged(sdk, "oauth", "github"),
    "sso.start": lambda sdk, _: sdk.sso.start("acme", PAGE)["url"],
    "sso.exchange_token": lambda sdk, _: exchanged(sdk, "sso", "acme"),
    "saml.start": lambda sdk, _: sdk.saml.start("acme", PAGE)["url"],
    "saml.exchange_token": lambda sdk, _: exchanged(sdk, "saml", "acme"),
    "totp.sign_up": lambda sdk, _: sdk.totp.sign_up(NEW)["provisioningURL"],
    "totp.sign_in_code": lambda sdk, _: sdk.totp.sign_in_code(ED, totp_code())["sessionToken"],
    "totp.update_user": lambda sdk, token: sdk.totp.update_user(ED, token),
    "exchange_access_key": lambda sdk, _: with_key(sdk, lambda _, made: sdk.exchange_access_key(made["cleartext"])),
}

# Section 2.4.
MANAGEMENT: dict[str, Callable[[DescopeClient, str], object]] = {
    "license.get": lambda sdk, _: sdk.mgmt.license.get(),
    "user.create": lambda sdk, _: sdk.mgmt.user.create(NEW, email=NEW)["user"],
    "user.create_test_user": lambda sdk, _: sdk.mgmt.user.create_test_user(NEW)["user"],
    "user.invite": lambda sdk, _: sdk.mgmt.user.invite(NEW, email=NEW)["user"],
    "user.invite_batch": lambda sdk, _: sdk.mgmt.user.invite_batch([UserObj(NEW, NEW)])["createdUsers"][0],
    "user.update": lambda sdk, _: sdk.mgmt.user.update(ED, email=ED)["user"],
    "user.patch": lambda sdk, _: sdk.mgmt.user.patch(ED, display_name="E")["user"],
    "user.patch_batch": lambda sdk, _: sdk.mgmt.user.patch_batch([UserObj(ED, display_name="E")]),
    "user.load": lambda sdk, _: sdk.mgmt.user.load(ED)["user"],
    "user.load_by_user_id": lambda sdk, _: sdk.mgmt.user.load_by_user_id(people.find(ED).user_id)["user"],
    "user.load_users": lambda sdk, _: sdk.mgmt.user.load_users([people.find(ED).user_id])["users"][0],
    "user.search_all": lambda sdk, _: sdk.mgmt.user.search_all()["users"][0],
    "user.search_all_test_users": lambda sdk, _: sdk.mgmt.user.search_all_test_users()["users"],
    "user.activate": lambda sdk, _: sdk.mgmt.user.activate(ED)["user"],
    "user.deactivate": lambda sdk, _: sdk.mgmt.user.deactivate(ED)["user"],
    "user.delete": lambda sdk, _: sdk.mgmt.user.delete(ED),
    "user.delete_by_user_id": lambda sdk, _: sdk.mgmt.user.delete_by_user_id(people.find(ED).user_id),
    "user.delete_batch": lambda sdk, _: sdk.mgmt.user.delete_batch([people.find(ED).user_id]),
    "user.delete_all_test_users": lambda sdk, _: sdk.mgmt.user.delete_all_test_users(),
    "user.set_roles": lambda sdk, _: sdk.mgmt.user.set_roles(ED, ["admin"])["user"],
    "user.add_roles": lambda sdk, _: sdk.mgmt.user.add_roles(ED, ["admin"])["user"],
    "user.remove_roles": lambda sdk, _: sdk.mgmt.user.remove_roles(ED, ["editor"])["user"],
    "user.set_tenant_roles": lambda sdk, _: sdk.mgmt.user.set_tenant_roles(ED, "acme", ["admin"])["user"],
    "user.add_tenant_roles": lambda sdk, _: sdk.mgmt.user.add_tenant_roles(ED, "acme", ["admin"])["user"],
    "user.remove_tenant_roles": lambda sdk, _: sdk.mgmt.user.remove_tenant_roles(ED, "acme", ["editor"])["user"],
    "user.add_tenant": lambda sdk, _: sdk.mgmt.user.add_tenant(ED, "acme")["user"],
    "user.remove_tenant": lambda sdk, _: sdk.mgmt.user.remove_tenant(ED, "acme")["user"],
    "user.update_email": lambda sdk, _: sdk.mgmt.user.update_email(ED, NEW, True)["user"],
    "user.update_phone": lambda sdk, _: sdk.mgmt.user.update_phone(ED, "+15551234567", True)["user"],
    "user.update_display_name": lambda sdk, _: sdk.mgmt.user.update_display_name(ED, "E")["user"],
    "user.update_picture": lambda sdk, _: sdk.mgmt.user.update_picture(ED, "https://x.example/p")["user"],
    "user.update_login_id": lambda sdk, _: sdk.mgmt.user.update_login_id(ED, NEW)["user"],
    "user.update_custom_attribute": lambda sdk, _: sdk.mgmt.user.update_custom_attribute(ED, "a", 1)["user"],
    "user.logout_user": lambda sdk, _: sdk.mgmt.user.logout_user(ED),
    "user.logout_user_by_user_id": lambda sdk, _: sdk.mgmt.user.logout_user_by_user_id(people.find(ED).user_id),
    "user.history": lambda sdk, _: sdk.mgmt.user.history([people.find(ED).user_id])[0]["loginTime"],
    "user.generate_embedded_link": lambda sdk, _: sdk.mgmt.user.generate_embedded_link(ED),
    "user.generate_otp_for_test_user": lambda sdk, _: for_test_user(sdk, "generate_otp_for_test_user"),
    "user.generate_magic_link_for_test_user": lambda sdk, _: for_test_user(
        sdk, "generate_magic_link_for_test_user", PAGE
    ),
    "user.generate_enchanted_link_for_test_user": lambda sdk, _: polled(sdk),
    "role.create": lambda sdk, _: sdk.mgmt.role.create("proofreader"),
    "role.create_batch": lambda sdk, _: sdk.mgmt.role.create_batch([{"name": "a"}, {"name": "b"}]),
    "role.update": lambda sdk, _: sdk.mgmt.role.update("editor", "writer"),
    "role.update_batch": lambda sdk, _: sdk.mgmt.role.update_batch([{"name": "editor", "newName": "writer"}]),
    "role.delete": lambda sdk, _: sdk.mgmt.role.delete("editor"),
    "role.delete_batch": lambda sdk, _: sdk.mgmt.role.delete_batch(["editor"]),
    "role.update_by_id": lambda sdk, _: sdk.mgmt.role.update_by_id(role_ids(sdk)[0], "keeper"),
    "role.delete_by_id": lambda sdk, _: sdk.mgmt.role.delete_by_id(role_ids(sdk)[0]),
    "role.delete_batch_by_ids": lambda sdk, _: sdk.mgmt.role.delete_batch_by_ids(role_ids(sdk)),
    "role.load_all": lambda sdk, _: sdk.mgmt.role.load_all()["roles"][0],
    "role.search": lambda sdk, _: sdk.mgmt.role.search(role_names=["editor"])["roles"][0],
    "permission.create": lambda sdk, _: sdk.mgmt.permission.create("read"),
    "permission.update": lambda sdk, _: (
        sdk.mgmt.permission.create("read"),
        sdk.mgmt.permission.update("read", "see"),
    ),
    "permission.delete": lambda sdk, _: (sdk.mgmt.permission.create("read"), sdk.mgmt.permission.delete("read")),
    "permission.create_batch": lambda sdk, _: with_permissions(sdk, lambda _, made: made[1]),
    "permission.update_batch": lambda sdk, _: with_permissions(
        sdk, lambda api, _: api.update_batch([{"name": "read", "newName": "see"}])
    ),
    "permission.update_by_id": lambda sdk, _: with_permissions(
        sdk, lambda api, made: api.update_by_id(made[0]["id"], "see")
    ),
    "permission.delete_by_id": lambda sdk, _: with_permissions(sdk, lambda api, made: api.delete_by_id(made[0]["id"])),
    "permission.delete_batch": lambda sdk, _: with_permissions(sdk, lambda api, _: api.delete_batch(["read", "write"])),
    "permission.delete_batch_by_ids": lambda sdk, _: with_permissions(
        sdk, lambda api, made: api.delete_batch_by_ids([one["id"] for one in made])
    ),
    "permission.load_all": lambda sdk, _: sdk.mgmt.permission.load_all()["permissions"],
    "tenant.create": lambda sdk, _: sdk.mgmt.tenant.create("Other", "other")["id"],
    "tenant.update": lambda sdk, _: sdk.mgmt.tenant.update("acme", "Acme Ltd"),
    "tenant.patch_tenant": lambda sdk, _: sdk.mgmt.tenant.patch_tenant("acme", name="Acme Ltd"),
    "tenant.load_settings": lambda sdk, _: sdk.mgmt.tenant.load_settings("acme")["sessionTokenExpiration"],
    "tenant.update_settings": lambda sdk, _: sdk.mgmt.tenant.update_settings("acme", ["acme.example"]),
    "tenant.delete": lambda sdk, _: sdk.mgmt.tenant.delete("acme", cascade=True),
    "tenant.load": lambda sdk, _: sdk.mgmt.tenant.load("acme")["name"],
    "tenant.load_all": lambda sdk, _: sdk.mgmt.tenant.load_all()["tenants"][0],
    "tenant.search_all": lambda sdk, _: sdk.mgmt.tenant.search_all(ids=["acme"])["tenants"][0],
    "access_key.create": lambda sdk, _: sdk.mgmt.access_key.create("ci", role_names=["editor"])["cleartext"],
    "access_key.load": lambda sdk, _: with_key(sdk, lambda keys, made: keys.load(made["key"]["id"])["key"]),
    "access_key.search_all_access_keys": lambda sdk, _: with_key(
        sdk, lambda keys, _: keys.search_all_access_keys()["keys"][0]
    ),
    "access_key.update": lambda sdk, _: with_key(sdk, lambda keys, made: keys.update(made["key"]["id"], "cd")),
    "access_key.activate": lambda sdk, _: with_key(sdk, lambda keys, made: keys.activate(made["key"]["id"])),
    "access_key.deactivate": lambda sdk, _: with_key(sdk, lambda keys, made: keys.deactivate(made["key"]["id"])),
    "access_key.activate_batch": lambda sdk, _: with_key(
        sdk, lambda keys, made: keys.activate_batch([made["key"]["id"]])
    ),
    "access_key.deactivate_batch": lambda sdk, _: with_key(
        sdk, lambda keys, made: keys.deactivate_batch([made["key"]["id"]])
    ),
    "access_key.delete_batch": lambda sdk, _: with_key(sdk, lambda keys, made: keys.delete_batch([made["key"]["id"]])),
    "access_key.rotate": lambda sdk, _: with_key(sdk, lambda keys, made: keys.rotate(made["key"]["id"])["cleartext"]),
    "access_key.delete": lambda sdk, _: with_key(sdk, lambda keys, made: keys.delete(made["key"]["id"])),
    "audit.search": lambda sdk, _: sdk.mgmt.audit.search()["audits"][0]["action"],
    "audit.create_audit_webhook": lambda sdk, _: sdk.mgmt.audit.create_audit_webhook("log", "https://log.example/d"),
    "audit.create_event": lambda sdk, _: sdk.mgmt.audit.create_event("Printed", "info", "ed", "acme"),
    "jwt.update_jwt": lambda sdk, token: sdk.mgmt.jwt.update_jwt(
        sdk.refresh_session(token)["sessionToken"]["jwt"], {"desk": "news"}
    ),
}
CALLS = {**AUTH, **MANAGEMENT}

# What these parts of the SDK can do besides, and the sandbox cannot: the protocol does not list it.
LEFT_OUT = {
    "jwt": "anonymous impersonate impersonate_stepup sign_in sign_up sign_up_or_in stop_impersonation",
    "tenant": "generate_sso_configuration_link revoke_sso_configuration_link update_default_roles",
    "user": """
        add_families add_sso_apps create_custom_attribute create_family_scoped_custom_attributes
        delete_custom_attribute delete_family_scoped_custom_attributes delete_passkey expire_password
        generate_sign_up_embedded_link get_provider_token import_users list_passkeys list_trusted_devices
        load_custom_attributes load_family_scoped_custom_attributes remove_all_passkeys remove_families
        remove_recovery_codes remove_sso_apps remove_totp_seed remove_trusted_device set_active_password
        set_password set_sso_apps set_temporary_password update_recovery_email update_recovery_phone
    """,
}
METHODS = ("magiclink", "enchantedlink", "otp", "oauth", "sso", "saml", "totp")
PARTS = ("license", "user", "role", "permission", "tenant", "access_key", "audit", "jwt")


def calls_of(api: object) -> set[str]:
    return {name for name, value in inspect.getmembers(api, inspect.ismethod) if not name.startswith("_")}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("part", [*METHODS, *PARTS])
def test_every_call_of_the_sdk_is_answered_or_left_out_by_name(sdk: DescopeClient, part: str) -> None:
    table, api = (AUTH, sdk) if part in METHODS else (MANAGEMENT, sdk.mgmt)
    answered = {name.partition(".")[2] for name in table if name.startswith(f"{part}.")}
    left_out = set(LEFT_OUT.get(part, "").split())

    assert calls_of(getattr(api, part)) == answered | left_out
    assert not answered & left_out


def test_every_call_of_the_client_itself_is_answered(sdk: DescopeClient) -> None:
    ask_nobody = re.compile("get_matched_|get_last_response|validate_(tenant_)?(roles|permissions)")

    asking = {name for name in calls_of(sdk) if not ask_nobody.match(name)}

    assert asking == {name for name in AUTH if "." not in name}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", CALLS)
def test_the_sdk_is_answered(sdk: DescopeClient, token: str, name: str) -> None:
    CALLS[name](sdk, token)


CHANNELS = {EMAIL: ED, SMS: "+15557654321", VOICE: "+15557654321", WHATSAPP: "+15557654321"}
WAYS = [(method, call) for method in ("magiclink", "otp") for call in ("sign_in", "sign_up", "sign_up_or_in")]


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(("method", "call"), WAYS)
def test_each_way_to_send_is_answered(
    sdk: DescopeClient, token: str, method: str, call: str, channel: DeliveryMethod
) -> None:
    new = NEW if channel == EMAIL else PHONE
    page = [PAGE] if method == "magiclink" else []

    masked = getattr(getattr(sdk, method), call)(channel, ED if call == "sign_in" else new, *page)

    sent = Mail.objects.all()[0]
    assert sent.channel == channel.name.lower()
    assert sent.to == (CHANNELS[channel] if call == "sign_in" else new)
    assert "***" in masked
    assert sent.to not in masked


def test_an_access_key_gets_a_token_with_its_persons_powers(sdk: DescopeClient, token: str) -> None:
    made = sdk.mgmt.access_key.create("ci", user_id=people.find(ED).user_id)

    answer = sdk.exchange_access_key(made["cleartext"])

    assert answer["keyId"] == made["key"]["id"]
    assert answer["sessionToken"]["roles"] == ["editor"]
    assert sdk.validate_session(answer["sessionToken"]["jwt"])["tenants"]["acme"]["roles"] == ["editor"]


def test_an_access_key_of_nobody_has_powers_of_its_own(sdk: DescopeClient, token: str) -> None:
    made = sdk.mgmt.access_key.create("ci", key_tenants=[AssociatedTenant("acme", ["admin"])])

    answer = sdk.exchange_access_key(made["cleartext"])

    assert answer["sessionToken"]["roles"] == []
    assert answer["sessionToken"]["tenants"] == {"acme": {"roles": ["admin"], "permissions": []}}


@pytest.mark.parametrize("end", ["deactivate", "delete", "expire", "disable", "wrong"])
def test_an_access_key_that_is_over_gets_nothing(sdk: DescopeClient, token: str, end: str) -> None:
    made = sdk.mgmt.access_key.create("ci", user_id=people.find(ED).user_id, expire_time=1 if end == "expire" else 0)
    if end in ("deactivate", "delete"):
        getattr(sdk.mgmt.access_key, end)(made["key"]["id"])
    if end == "disable":
        people.set_status(people.find(ED), "disabled")

    with pytest.raises(AuthException) as refusal:
        sdk.exchange_access_key("made-up" if end == "wrong" else made["cleartext"])
    assert refusal.value.status_code == 401


def test_an_access_key_is_shown_once(sdk: DescopeClient, token: str) -> None:
    made = sdk.mgmt.access_key.create("ci")

    assert made["cleartext"] not in str(sdk.mgmt.access_key.load(made["key"]["id"]))


def test_a_tenant_is_selected_only_by_its_people(sdk: DescopeClient, token: str) -> None:
    with pytest.raises(AuthException):
        sdk.select_tenant("other", token)

    selected = sdk.select_tenant("acme", token)
    refreshed = sdk.refresh_session(selected["refreshSessionToken"]["jwt"])

    assert refreshed["sessionToken"]["dct"] == "acme"
    assert sdk.my_tenants(refreshed["refreshSessionToken"]["jwt"], dct=True)["tenants"][0]["id"] == "acme"
    assert sdk.my_tenants(token, ids=["other"])["tenants"] == []


def test_the_audit_is_searched(sdk: DescopeClient, token: str) -> None:
    sdk.mgmt.audit.create_event("Printed", "info", "ed", "acme", people.find(ED).user_id, {"pages": 4})

    (found,) = sdk.mgmt.audit.search(actions=["Printed"])["audits"]

    assert (found["userId"], found["tenants"]) == (people.find(ED).user_id, ["acme"])
    assert found["data"]["pages"] == 4
    assert [one["action"] for one in sdk.mgmt.audit.search(actions=["LoginSucceed"])["audits"]] == ["LoginSucceed"]
    assert sdk.mgmt.audit.search(user_ids=["nobody"])["audits"] == []
    assert sdk.mgmt.audit.search(tenants=["other"])["audits"] == []
    assert "Printed" not in {one["action"] for one in sdk.mgmt.audit.search(excluded_actions=["Printed"])["audits"]}


def test_a_permission_goes_with_its_roles(sdk: DescopeClient, token: str) -> None:
    sdk.mgmt.permission.create("read proofs", "Reads")
    sdk.mgmt.role.update("editor", "editor", permission_names=["read proofs"])

    sdk.mgmt.permission.update("read proofs", "see proofs", "Sees")

    (shown,) = sdk.mgmt.permission.load_all()["permissions"]
    assert (shown["name"], shown["description"]) == ("see proofs", "Sees")
    assert sdk.mgmt.role.search(role_names=["editor"])["roles"][0]["permissionNames"] == ["see proofs"]
    sdk.mgmt.permission.delete("see proofs")
    assert sdk.mgmt.role.search(role_names=["editor"])["roles"][0]["permissionNames"] == []
    with pytest.raises(AuthException):
        sdk.mgmt.permission.delete("see proofs")


def test_a_token_is_made_anew_with_more_claims_and_none_of_ours_changed(sdk: DescopeClient, token: str) -> None:
    session = sdk.refresh_session(token)["sessionToken"]["jwt"]

    claims = sdk.validate_session(sdk.mgmt.jwt.update_jwt(session, {"desk": "news", "sub": "Uother"}))

    assert claims["desk"] == "news"
    assert claims["userId"] == people.find(ED).user_id


def test_a_call_that_the_sandbox_does_not_know_is_not_found(sdk: DescopeClient) -> None:
    with pytest.raises(AuthException) as refusal:
        sdk.mgmt.flow.list_flows()

    assert refusal.value.status_code == 404
    assert "does not know POST /_descope/v1/mgmt/flow/list" in str(refusal.value)


def test_what_a_role_permits_counts_in_a_tenant_too(sdk: DescopeClient, token: str) -> None:
    sdk.mgmt.role.update("editor", "editor", permission_names=["write"])
    keyed = sdk.mgmt.access_key.create("ci", key_tenants=[AssociatedTenant("acme", ["editor"])])["cleartext"]

    session = sdk.refresh_session(token)["sessionToken"]
    (tenant,) = sdk.mgmt.user.load(ED)["user"]["userTenants"]

    assert session["tenants"] == {"acme": {"roles": ["editor"], "permissions": ["write"]}}
    assert (tenant["tenantName"], tenant["permissions"]) == ("Acme", ["write"])
    assert sdk.exchange_access_key(keyed)["sessionToken"]["tenants"] == session["tenants"]


@pytest.mark.parametrize("channel", [EMAIL, SMS, WHATSAPP])
def test_a_test_user_has_a_code_by_any_way(sdk: DescopeClient, channel: DeliveryMethod) -> None:
    sdk.mgmt.user.create_test_user("tess")

    made = sdk.mgmt.user.generate_otp_for_test_user(channel, "tess")

    assert sdk.otp.verify_code(channel, "tess", made["code"])["user"]["test"] is True
    assert not Mail.objects.exists()
