"""Signing in by phone, one factor more, and changing an address or a number: by the real SDK."""

from collections.abc import Callable

import pytest
from descope import AuthException, DeliveryMethod, DescopeClient, LoginOptions
from django.test import Client

from accounts.sandbox import people, sessions
from accounts.sandbox.models import Mail, Person, SignIn

from .component import PAGE, newest_code, newest_link

EMAIL, SMS = DeliveryMethod.EMAIL, DeliveryMethod.SMS
VOICE, WHATSAPP = DeliveryMethod.VOICE, DeliveryMethod.WHATSAPP
ED, NEW = "ed@example.com", "new@example.com"
PHONE = "+15551234567"


@pytest.fixture
def token(ed: Person) -> str:
    return str(sessions.sign_in(ed, first_seen=False)["refreshJwt"])


def link_token() -> str:
    return newest_link().rpartition("t=")[2]


@pytest.mark.parametrize(("channel", "amr"), [(SMS, "sms"), (VOICE, "sms"), (WHATSAPP, "whatsapp")])
def test_somebody_new_signs_up_by_phone(sdk: DescopeClient, channel: DeliveryMethod, amr: str) -> None:
    masked = sdk.otp.sign_up(channel, PHONE, {"name": "Ann"})

    answer = sdk.otp.verify_code(channel, PHONE, newest_code())

    user = answer["user"]
    assert masked == "+1***67"
    assert (user["loginIds"], user["phone"], user["verifiedPhone"]) == ([PHONE], PHONE, True)
    assert (user["name"], user["email"]) == ("Ann", "")
    assert sdk.validate_session(answer["sessionToken"]["jwt"])["amr"] == [amr]


def test_a_link_in_a_text_message_signs_in(sdk: DescopeClient, ed: Person) -> None:
    people.change(ed, {"phone": PHONE})

    sdk.magiclink.sign_in(SMS, ED, PAGE)
    answer = sdk.magiclink.verify(link_token())

    assert answer["userId"] == ed.user_id
    assert answer["user"]["verifiedPhone"] is True


def test_a_code_is_good_only_by_the_way_it_was_sent(sdk: DescopeClient, ed: Person) -> None:
    people.change(ed, {"phone": PHONE})
    sdk.otp.sign_in(SMS, ED)

    with pytest.raises(AuthException):
        sdk.otp.verify_code(EMAIL, ED, newest_code())

    assert sdk.otp.verify_code(SMS, ED, newest_code())["userId"] == ed.user_id


def test_who_has_no_number_cannot_be_called(sdk: DescopeClient, ed: Person) -> None:
    with pytest.raises(AuthException) as refusal:
        sdk.otp.sign_in(VOICE, ED)

    assert refusal.value.status_code == 400
    assert not Mail.objects.exists()


def test_the_inbox_shows_messages_to_phones(sdk: DescopeClient, client: Client) -> None:
    sdk.otp.sign_up_or_in(WHATSAPP, PHONE)

    page = client.get("/_descope/inbox?to=%2B1555").content.decode()

    assert "WhatsApp message" in page
    assert f"To {PHONE}" in page
    assert newest_code() in page


@pytest.mark.parametrize("options", [LoginOptions(mfa=True), LoginOptions(stepup=True)])
def test_with_a_refresh_token_it_is_one_more_factor(
    sdk: DescopeClient, ed: Person, token: str, options: LoginOptions
) -> None:
    people.change(ed, {"phone": PHONE})

    sdk.otp.sign_in(SMS, ED, options, token)
    answer = sdk.otp.verify_code(SMS, ED, newest_code())

    assert sdk.validate_session(answer["sessionToken"]["jwt"])["amr"] == ["email", "sms", "mfa"]


def test_nobody_adds_a_factor_to_somebody_elses_session(sdk: DescopeClient, token: str) -> None:
    people.create(["ann@example.com"], {"email": "ann@example.com"})

    with pytest.raises(AuthException) as refusal:
        sdk.magiclink.sign_in(EMAIL, "ann@example.com", PAGE, LoginOptions(mfa=True), token)

    assert refusal.value.status_code == 401


def test_signing_in_may_end_the_other_sessions(sdk: DescopeClient, ed: Person, token: str) -> None:
    sdk.otp.sign_in(EMAIL, ED, LoginOptions(revoke_other_sessions=True))
    assert sdk.me(token)["userId"] == ed.user_id

    sdk.otp.verify_code(EMAIL, ED, newest_code())

    assert SignIn.objects.filter(ended_at=None).count() == 1
    with pytest.raises(AuthException):
        sdk.me(token)


@pytest.mark.parametrize("named", [ED, NEW])
def test_a_code_to_the_new_address_changes_it(sdk: DescopeClient, ed: Person, token: str, named: str) -> None:
    sdk.otp.update_user_email(ED, NEW, token)
    assert Mail.objects.all()[0].to == NEW
    assert people.find(ED).email == ED

    user = sdk.otp.verify_code(EMAIL, named, newest_code())["user"]

    assert (user["email"], user["verifiedEmail"], user["loginIds"]) == (NEW, True, [ED])


def test_a_link_to_the_new_address_may_add_it_as_a_login_id(sdk: DescopeClient, ed: Person, token: str) -> None:
    sdk.magiclink.update_user_email(ED, NEW, token, add_to_login_ids=True)

    sdk.magiclink.verify(link_token())

    assert people.find(NEW) == people.find(ED)


def test_a_number_is_added_as_a_factor_that_keeps_the_first(sdk: DescopeClient, ed: Person, token: str) -> None:
    sdk.otp.update_user_phone(WHATSAPP, ED, PHONE, token, mfa=True)

    answer = sdk.otp.verify_code(WHATSAPP, ED, newest_code())

    assert (answer["user"]["phone"], answer["user"]["verifiedPhone"]) == (PHONE, True)
    assert sdk.validate_session(answer["sessionToken"]["jwt"])["amr"] == ["email", "whatsapp", "mfa"]


@pytest.mark.parametrize("keeps_other", [False, True])
def test_an_address_of_somebody_known_makes_the_two_one(
    sdk: DescopeClient, ed: Person, token: str, keeps_other: bool
) -> None:
    other = people.create([NEW], {"email": NEW, "name": "The other"})

    sdk.otp.update_user_email(ED, NEW, token, add_to_login_ids=True, on_merge_use_existing=keeps_other)
    answer = sdk.otp.verify_code(EMAIL, ED, newest_code())

    kept = Person.objects.get()
    assert kept.user_id == (other if keeps_other else ed).user_id == answer["userId"]
    assert sorted(kept.login_ids) == [ED, NEW]
    assert kept.email == NEW


def test_nobody_changes_the_address_of_somebody_else(sdk: DescopeClient, token: str) -> None:
    people.create(["ann@example.com"], {"email": "ann@example.com"})

    for change in (sdk.otp.update_user_email, sdk.magiclink.update_user_email, sdk.enchantedlink.update_user_email):
        with pytest.raises(AuthException) as refusal:
            change("ann@example.com", NEW, token)
        assert refusal.value.status_code == 401
    assert not Mail.objects.exists()


def test_a_tenants_settings_are_kept(sdk: DescopeClient, ed: Person) -> None:
    sdk.mgmt.tenant.create("Acme", "acme")

    sdk.mgmt.tenant.update_settings("acme", ["acme.example"], session_token_expiration=5, enforce_sso=True)

    shown = sdk.mgmt.tenant.load_settings("acme")
    assert (shown["selfProvisioningDomains"], shown["enforceSSO"]) == (["acme.example"], True)
    assert (shown["sessionTokenExpiration"], shown["sessionTokenExpirationUnit"]) == (5, "minutes")
    assert sdk.mgmt.tenant.load("acme")["selfProvisioningDomains"] == ["acme.example"]


def test_a_rotated_access_key_is_another_text(sdk: DescopeClient, ed: Person) -> None:
    made = sdk.mgmt.access_key.create("ci", user_id=ed.user_id)

    text = sdk.mgmt.access_key.rotate(made["key"]["id"])["cleartext"]

    assert sdk.exchange_access_key(text)["keyId"] == made["key"]["id"]
    with pytest.raises(AuthException):
        sdk.exchange_access_key(made["cleartext"])


def test_a_batch_that_fails_in_part_changes_nothing(sdk: DescopeClient, ed: Person) -> None:
    batches: list[Callable[[], object]] = [
        lambda: sdk.mgmt.role.create_batch([{"name": "keeper"}, {"name": "editor"}]),
        lambda: sdk.mgmt.role.update_batch([{"name": "admin", "newName": "boss"}, {"name": "nobody"}]),
        lambda: sdk.mgmt.role.delete_batch(["admin", "nobody"]),
    ]
    for batch in batches:
        with pytest.raises(AuthException):
            batch()

    assert sorted(role["name"] for role in sdk.mgmt.role.load_all()["roles"]) == ["admin", "editor"]
