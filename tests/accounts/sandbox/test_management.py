"""The management API, through the real SDK."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from descope import AssociatedTenant, AuthException, DeliveryMethod, DescopeClient
from descope.management._user_base import UserObj
from descope.management.common import Sort
from django.utils import timezone
from pytest_django import Settings

from accounts.sandbox import links, sessions
from accounts.sandbox.models import Person, Role

EMAIL = DeliveryMethod.EMAIL


def test_a_user_is_created_and_loaded(sdk: DescopeClient, roles: list[Role]) -> None:
    created = sdk.mgmt.user.create(
        "ann@example.com", email="ann@example.com", display_name="Ann", role_names=["editor"], verified_email=True
    )["user"]

    assert created["name"] == "Ann"
    assert created["roleNames"] == ["editor"]
    assert created["verifiedEmail"] is True
    assert created["status"] == "enabled"
    assert sdk.mgmt.user.load("ANN@example.com")["user"] == created
    assert sdk.mgmt.user.load_by_user_id(created["userId"])["user"] == created
    assert sdk.mgmt.user.load_users([created["userId"]])["users"] == [created]


def test_a_user_is_created_once(sdk: DescopeClient, ed: Person) -> None:
    with pytest.raises(AuthException) as refusal:
        sdk.mgmt.user.create("ed@example.com", email="ed@example.com")

    assert refusal.value.status_code == 400
    assert "E062107" in str(refusal.value)


def test_users_are_invited_together(sdk: DescopeClient) -> None:
    answer = sdk.mgmt.user.invite_batch([UserObj("a@example.com", "a@example.com"), UserObj("", "")])

    assert [user["email"] for user in answer["createdUsers"]] == ["a@example.com"]
    assert len(answer["failedUsers"]) == 1


@pytest.mark.parametrize("load", ["load", "load_by_user_id"])
def test_nobody_is_not_found(sdk: DescopeClient, load: str) -> None:
    with pytest.raises(AuthException) as refusal:
        getattr(sdk.mgmt.user, load)("nobody")

    assert refusal.value.status_code == 404
    assert "E062108" in str(refusal.value)


def test_users_are_searched(sdk: DescopeClient, ed: Person) -> None:
    sdk.mgmt.user.create("ann@example.com", email="ann@example.com", display_name="Ann")
    sdk.mgmt.user.create_test_user("tess@example.com", display_name="Tess")
    search = sdk.mgmt.user.search_all

    assert names(search()) == ["Ed Editor", "Ann"]
    assert names(search(role_names=["editor"])) == ["Ed Editor"]
    assert names(search(emails=["ANN@example.com"])) == ["Ann"]
    assert names(search(text="edit")) == ["Ed Editor"]
    assert names(search(user_ids=[ed.user_id])) == ["Ed Editor"]
    assert names(search(statuses=["disabled"])) == []
    assert names(search(with_test_user=True)) == ["Ed Editor", "Ann", "Tess"]
    assert names(search(test_users_only=True)) == ["Tess"]
    assert names(search(limit=1, page=1)) == ["Ann"]
    assert search(limit=1)["total"] == 2
    assert names(search(sort=[Sort("name")])) == ["Ann", "Ed Editor"]
    assert names(sdk.mgmt.user.search_all_test_users()) == ["Tess"]


def names(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [user["name"] for user in answer["users"]]


def test_an_update_replaces_the_whole_profile(sdk: DescopeClient, ed: Person) -> None:
    updated = sdk.mgmt.user.update("ed@example.com", email="ed@new.example")["user"]

    assert updated["name"] == ""
    assert updated["email"] == "ed@new.example"
    assert updated["roleNames"] == []
    assert updated["loginIds"] == ["ed@example.com"]


def test_a_patch_changes_what_it_names(sdk: DescopeClient, ed: Person) -> None:
    patched = sdk.mgmt.user.patch("ed@example.com", display_name="Edward")["user"]

    assert patched["name"] == "Edward"
    assert patched["email"] == "ed@example.com"
    assert patched["roleNames"] == ["editor"]


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        (lambda user: user.update_email("ed@example.com", "e@example.org", True), "email", "e@example.org"),
        (lambda user: user.update_phone("ed@example.com", "+15551234567", True), "phone", "+15551234567"),
        (lambda user: user.update_display_name("ed@example.com", "Edward"), "name", "Edward"),
        (lambda user: user.update_picture("ed@example.com", "https://x.example/p"), "picture", "https://x.example/p"),
        (lambda user: user.update_custom_attribute("ed@example.com", "a", 1), "customAttributes", {"a": 1}),
        (lambda user: user.update_login_id("ed@example.com", "eddy"), "loginIds", ["eddy"]),
    ],
)
def test_one_field_is_changed(
    sdk: DescopeClient, ed: Person, change: Callable[..., None], field: str, value: object
) -> None:
    change(sdk.mgmt.user)

    assert sdk.mgmt.user.load_by_user_id(ed.user_id)["user"][field] == value


def test_a_disabled_user_is_signed_out_and_enabled_again(sdk: DescopeClient, ed: Person) -> None:
    token = sessions.sign_in(ed, first_seen=False)["refreshJwt"]

    assert sdk.mgmt.user.deactivate("ed@example.com")["user"]["status"] == "disabled"

    with pytest.raises(AuthException) as refusal:
        sdk.refresh_session(token)
    assert refusal.value.status_code == 401
    assert sdk.mgmt.user.activate("ed@example.com")["user"]["status"] == "enabled"
    with pytest.raises(AuthException):
        sdk.refresh_session(token)


@pytest.mark.parametrize("by", ["loginId", "userId"])
def test_a_user_is_signed_out(sdk: DescopeClient, ed: Person, by: str) -> None:
    token = sessions.sign_in(ed, first_seen=False)["refreshJwt"]

    if by == "loginId":
        sdk.mgmt.user.logout_user("ed@example.com")
    else:
        sdk.mgmt.user.logout_user_by_user_id(ed.user_id)

    with pytest.raises(AuthException):
        sdk.refresh_session(token)


@pytest.mark.parametrize("by", ["loginId", "userId"])
def test_a_user_is_deleted(sdk: DescopeClient, ed: Person, by: str) -> None:
    if by == "loginId":
        sdk.mgmt.user.delete("ed@example.com")
    else:
        sdk.mgmt.user.delete_by_user_id(ed.user_id)

    assert not Person.objects.exists()


def test_test_users_are_deleted_together(sdk: DescopeClient, ed: Person) -> None:
    sdk.mgmt.user.create_test_user("tess@example.com")

    sdk.mgmt.user.delete_all_test_users()

    assert list(Person.objects.all()) == [ed]


def test_roles_are_given_and_taken(sdk: DescopeClient, ed: Person) -> None:
    assert sdk.mgmt.user.add_roles("ed@example.com", ["admin"])["user"]["roleNames"] == ["admin", "editor"]
    assert sdk.mgmt.user.remove_roles("ed@example.com", ["editor"])["user"]["roleNames"] == ["admin"]
    assert sdk.mgmt.user.set_roles("ed@example.com", ["editor"])["user"]["roleNames"] == ["editor"]


def test_a_role_that_nobody_made_is_refused(sdk: DescopeClient, ed: Person) -> None:
    with pytest.raises(AuthException, match="publisher"):
        sdk.mgmt.user.add_roles("ed@example.com", ["publisher"])

    assert sdk.mgmt.user.load("ed@example.com")["user"]["roleNames"] == ["editor"]


def test_a_tenants_roles_are_in_the_token(sdk: DescopeClient, ed: Person) -> None:
    sdk.mgmt.user.add_tenant("ed@example.com", "t1")
    sdk.mgmt.user.add_tenant_roles("ed@example.com", "t1", ["admin"])

    claims = sdk.validate_session(sessions.sign_in(Person.objects.get(), first_seen=False)["sessionJwt"])

    assert claims["tenants"] == {"t1": {"roles": ["admin"], "permissions": []}}
    assert claims["roles"] == ["editor"]
    sdk.mgmt.user.remove_tenant("ed@example.com", "t1")
    assert sdk.mgmt.user.load("ed@example.com")["user"]["userTenants"] == []


def test_a_user_is_created_in_a_tenant(sdk: DescopeClient, roles: list[Role]) -> None:
    user = sdk.mgmt.user.create("a", user_tenants=[AssociatedTenant("t1", ["editor"])])["user"]

    assert user["userTenants"][0]["tenantId"] == "t1"
    assert user["userTenants"][0]["roleNames"] == ["editor"]


def test_a_test_user_signs_in_by_a_generated_link(sdk: DescopeClient, roles: list[Role]) -> None:
    sdk.mgmt.user.create_test_user("tess@example.com", email="tess@example.com", role_names=["editor"])

    made = sdk.mgmt.user.generate_magic_link_for_test_user(EMAIL, "tess@example.com", "http://localhost:8000/x?y=1")

    assert made["loginId"] == "tess@example.com"
    assert made["link"].startswith("http://localhost:8000/x?y=1&t=")
    answer = sdk.magiclink.verify(parse_qs(urlsplit(made["link"]).query)["t"][0])
    assert answer["firstSeen"] is True
    assert answer["roles"] == ["editor"]


def test_a_test_user_signs_in_by_a_generated_code(sdk: DescopeClient) -> None:
    sdk.mgmt.user.create_test_user("tess@example.com", email="tess@example.com")

    made = sdk.mgmt.user.generate_otp_for_test_user(EMAIL, "tess@example.com")

    assert sdk.otp.verify_code(EMAIL, "tess@example.com", made["code"])["user"]["test"] is True


def test_only_test_users_get_links_and_codes_without_mail(sdk: DescopeClient, ed: Person) -> None:
    with pytest.raises(AuthException):
        sdk.mgmt.user.generate_magic_link_for_test_user(EMAIL, "ed@example.com", "http://localhost:8000/")
    with pytest.raises(AuthException):
        sdk.mgmt.user.generate_otp_for_test_user(EMAIL, "ed@example.com")


def test_an_embedded_link_signs_in_for_as_long_as_it_says(
    sdk: DescopeClient, ed: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    short, long = (sdk.mgmt.user.generate_embedded_link("ed@example.com", timeout=n) for n in (60, 3600))
    later = timezone.now() + timedelta(minutes=5)
    monkeypatch.setattr(timezone, "now", lambda: later)

    with pytest.raises(AuthException):
        sdk.magiclink.verify(short)
    assert links.redeem(long)["user"]["userId"] == ed.user_id


def test_roles_are_made_changed_found_and_deleted(sdk: DescopeClient, ed: Person) -> None:
    sdk.mgmt.role.create("proofreader", "Reads", ["read proofs"])
    sdk.mgmt.role.update("editor", "writer", "Writes")

    found = {role["name"]: role for role in sdk.mgmt.role.load_all()["roles"]}

    assert sorted(found) == ["admin", "proofreader", "writer"]
    assert found["proofreader"]["permissionNames"] == ["read proofs"]
    assert sdk.mgmt.user.load("ed@example.com")["user"]["roleNames"] == ["writer"]
    assert [role["name"] for role in sdk.mgmt.role.search(role_name_like="PROOF")["roles"]] == ["proofreader"]
    assert [role["name"] for role in sdk.mgmt.role.search(role_names=["admin"])["roles"]] == ["admin"]
    assert len(sdk.mgmt.role.search(permission_names=["read proofs"])["roles"]) == 1
    sdk.mgmt.role.delete("proofreader")
    sdk.mgmt.role.delete_batch(["writer"])
    assert [role["name"] for role in sdk.mgmt.role.load_all()["roles"]] == ["admin"]
    assert sdk.mgmt.user.load("ed@example.com")["user"]["roleNames"] == []


def test_a_role_is_made_once(sdk: DescopeClient, roles: list[Role]) -> None:
    with pytest.raises(AuthException):
        sdk.mgmt.role.create("editor")


def test_the_permissions_of_a_role_are_in_the_token(sdk: DescopeClient, ed: Person) -> None:
    sdk.mgmt.role.update("editor", "editor", "Writes", ["write posts"])

    claims = sdk.validate_session(sessions.sign_in(ed, first_seen=False)["sessionJwt"])

    assert sdk.validate_permissions(claims, ["write posts"])


def test_the_license_is_told(sdk: DescopeClient) -> None:
    assert sdk.mgmt.license.get() == {"rateLimitTier": "tier1"}


MANAGEMENT = [
    ("GET", "v1/mgmt/user?loginId=ed@example.com"),
    ("POST", "v1/mgmt/user/create"),
    ("POST", "v2/mgmt/user/search"),
    ("POST", "v2/mgmt/user/update/role/add"),
    ("POST", "v1/mgmt/tests/generate/magiclink"),
    ("POST", "v1/mgmt/user/signin/embeddedlink"),
    ("GET", "v1/mgmt/role/all"),
]


@pytest.mark.parametrize(("method", "path"), MANAGEMENT)
@pytest.mark.parametrize("bearer", ["", "{p}", "{p}:", "{p}:wrong", "Pother:{k}", "{k}", "{p}:{k}x", "{p}:{k}:x"])
def test_without_the_management_key_nothing_is_managed(
    http: httpx.Client, settings: Settings, method: str, path: str, bearer: str
) -> None:
    bearer = bearer.format(p=settings.DESCOPE_PROJECT_ID, k=settings.DESCOPE_MANAGEMENT_KEY)

    response = http.request(method, f"/_descope/{path}", headers={"Authorization": f"Bearer {bearer}"})

    assert response.status_code == 401
    assert set(response.json()) == {"errorCode", "errorDescription", "errorMessage"}


def test_a_refresh_token_manages_nothing(http: httpx.Client, settings: Settings, ed: Person) -> None:
    bearer = f"{settings.DESCOPE_PROJECT_ID}:{sessions.sign_in(ed, first_seen=False)['refreshJwt']}"

    response = http.get("/_descope/v1/mgmt/role/all", headers={"Authorization": f"Bearer {bearer}"})

    assert response.status_code == 401
