"""Enchanted links, by the real SDK: of three in a mail, only the one with the number shown lets the waiting page in."""

import re

import pytest
from descope import AuthException, DeliveryMethod, DescopeClient
from django.test import Client

from accounts.sandbox import people
from accounts.sandbox.models import Mail, Pending, Person

from .component import PAGE, wait

ED = "ed@example.com"


def mailed_tokens() -> dict[str, str]:
    """Return the three tokens of the newest mail by the numbers beside them."""
    return dict(re.findall(r"^(\d\d): \S+[?&]t=(\S+)$", Mail.objects.all()[0].body, re.MULTILINE))


def refused(call: str, sdk: DescopeClient, secret: str) -> str:
    with pytest.raises(AuthException) as refusal:
        getattr(sdk.enchantedlink, call)(secret)
    assert refusal.value.status_code == 401
    return str(refusal.value)


def test_the_page_that_waits_is_let_in_once_the_link_with_its_number_was_opened(sdk: DescopeClient, ed: Person) -> None:
    asked = sdk.enchantedlink.sign_in(ED, PAGE)
    tokens = mailed_tokens()
    assert "E062503" in refused("get_session", sdk, asked["pendingRef"])

    sdk.enchantedlink.verify(tokens[asked["linkId"]])
    answer = sdk.enchantedlink.get_session(asked["pendingRef"])

    assert (len(tokens), asked["maskedEmail"]) == (3, "e***@example.com")
    assert answer["userId"] == ed.user_id
    assert sdk.validate_session(answer["sessionToken"]["jwt"])["amr"] == ["email"]


def test_a_link_with_another_number_ends_the_sign_in(sdk: DescopeClient, ed: Person) -> None:
    asked = sdk.enchantedlink.sign_in(ED, PAGE)
    tokens = mailed_tokens()
    right = tokens.pop(asked["linkId"])

    for token in tokens.values():
        refused("verify", sdk, token)
    refused("verify", sdk, right)
    refused("get_session", sdk, asked["pendingRef"])


def test_somebody_new_signs_up_by_it(sdk: DescopeClient) -> None:
    asked = sdk.enchantedlink.sign_up("ann@example.com", PAGE, {"name": "Ann"})
    assert not Person.objects.exists()

    sdk.enchantedlink.verify(mailed_tokens()[asked["linkId"]])
    answer = sdk.enchantedlink.get_session(asked["pendingRef"])

    assert (answer["firstSeen"], answer["user"]["name"], answer["user"]["verifiedEmail"]) == (True, "Ann", True)


def test_it_works_once(sdk: DescopeClient, ed: Person) -> None:
    asked = sdk.enchantedlink.sign_up_or_in(ED, PAGE)
    token = mailed_tokens()[asked["linkId"]]
    sdk.enchantedlink.verify(token)
    sdk.enchantedlink.get_session(asked["pendingRef"])

    refused("verify", sdk, token)
    refused("get_session", sdk, asked["pendingRef"])


def test_it_waits_ten_minutes(sdk: DescopeClient, ed: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = sdk.enchantedlink.sign_in(ED, PAGE)
    token = mailed_tokens()[asked["linkId"]]
    wait(monkeypatch, minutes=11)

    refused("verify", sdk, token)
    refused("get_session", sdk, asked["pendingRef"])


def test_its_links_are_no_magic_links_nor_the_other_way_round(sdk: DescopeClient, ed: Person) -> None:
    asked = sdk.enchantedlink.sign_in(ED, PAGE)
    with pytest.raises(AuthException):
        sdk.magiclink.verify(mailed_tokens()[asked["linkId"]])

    sdk.magiclink.sign_in(DeliveryMethod.EMAIL, ED, PAGE)

    refused("verify", sdk, Mail.objects.all()[0].link.rpartition("t=")[2])


def test_whose_account_is_closed_meanwhile_is_not_let_in(sdk: DescopeClient, ed: Person) -> None:
    asked = sdk.enchantedlink.sign_in(ED, PAGE)
    sdk.enchantedlink.verify(mailed_tokens()[asked["linkId"]])
    people.set_status(ed, "disabled")

    refused("get_session", sdk, asked["pendingRef"])


def test_neither_reference_nor_token_is_kept(sdk: DescopeClient, ed: Person) -> None:
    asked = sdk.enchantedlink.sign_in(ED, PAGE)

    assert asked["pendingRef"] not in str(Pending.objects.values().get())


def test_the_inbox_shows_all_three_numbers(sdk: DescopeClient, client: Client, ed: Person) -> None:
    sdk.enchantedlink.sign_in(ED, PAGE)

    page = client.get("/_descope/inbox").content.decode()

    assert all(f"{number}: <a href=" in page for number in mailed_tokens())


def test_a_test_user_gets_it_without_a_mail(sdk: DescopeClient) -> None:
    sdk.mgmt.user.create_test_user("tess@example.com", email="tess@example.com")

    made = sdk.mgmt.user.generate_enchanted_link_for_test_user("tess@example.com", PAGE)
    sdk.enchantedlink.verify(made["link"].rpartition("t=")[2])

    assert sdk.enchantedlink.get_session(made["pendingRef"])["user"]["loginIds"] == ["tess@example.com"]
    assert not Mail.objects.exists()
