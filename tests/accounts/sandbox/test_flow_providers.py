"""Signing in at another service: a social one, or a tenant's own."""

from typing import Any

import pytest
from descope import DescopeClient
from django.test import Client

from accounts.sandbox import people, state, tenants
from accounts.sandbox.models import Mail, Person, Tenant, Visit

from .component import PAGE, Tab, at_provider, wait

ANN = {"email": "Ann@example.com", "name": "Ann Other"}
AT_ACME = {"email": "ann@acme.example", "name": "Ann Acme"}


@pytest.fixture
def acme() -> Tenant:
    profile = {"name": "Acme", "selfProvisioningDomains": ["acme.example"], "enforceSSO": True}
    return tenants.create(profile, "acme")


@pytest.mark.parametrize("provider", ["google", "github"])
def test_a_new_person_signs_up_at_a_provider(tab: Tab, sdk: DescopeClient, provider: str) -> None:
    back = at_provider(tab.start("", by=provider), **ANN)

    done = tab.come_back(back)

    assert back.startswith("http://localhost:8000/sign-in?next=%2Fdesk%3Fa%3D1&")
    user = done["authInfo"]["user"]
    assert (user["email"], user["name"], user["verifiedEmail"]) == ("ann@example.com", "Ann Other", True)
    assert user["OAuth"] == {provider: True}
    assert done["authInfo"]["firstSeen"] is True
    assert sdk.validate_session(done["authInfo"]["sessionJwt"])["amr"] == ["oauth"]
    assert not Mail.objects.exists()


def test_a_service_in_a_window_of_its_own_leads_back_to_the_page_that_asked(tab: Tab) -> None:
    state.change({"socialPopup": True})

    answer = tab.start("", by="google")
    back = at_provider(answer, **ANN)

    assert answer["redirect"]["isPopup"] is True
    assert back.endswith("&redirect_mode=popup")
    assert tab.come_back(back)["status"] == "completed"


def test_a_tenants_own_page_takes_the_place_of_this_one(tab: Tab, acme: Tenant) -> None:
    state.change({"socialPopup": True})

    answer = tab.start("ann@acme.example")

    assert answer["redirect"]["isPopup"] is False
    assert "redirect_mode" not in at_provider(answer, **AT_ACME)


def test_whoever_is_known_by_the_address_stays_who_they_are(tab: Tab, ed: Person) -> None:
    done = tab.come_back(at_provider(tab.start("", by="google"), email="ed@example.com", name="Eduard"))

    assert done["authInfo"]["user"]["userId"] == ed.user_id
    assert done["authInfo"]["user"]["name"] == "Ed Editor"
    assert done["authInfo"]["user"]["roleNames"] == ["editor"]


def test_who_refuses_may_choose_another_way(tab: Tab, ed: Person) -> None:
    answer = tab.come_back(at_provider(tab.start("", by="google"), press="Refuse"))

    assert answer["screen"]["id"] == "welcome"
    assert "nothing was shared" in answer["screen"]["state"]["errorText"]
    assert Person.objects.count() == 1
    assert tab.do("send", email="ed@example.com")["screen"]["id"] == "sent"


def test_a_code_from_a_provider_lets_in_once_and_only_the_page_that_asked(tab: Tab, elsewhere: Tab) -> None:
    back = at_provider(tab.start("", by="google"), **ANN)

    stolen = elsewhere.come_back(back)

    assert stolen["screen"]["id"] == "welcome"
    assert "another browser" in stolen["screen"]["state"]["errorText"]
    assert tab.come_back(back)["status"] == "completed"


def test_an_answer_lost_on_the_way_back_is_given_again(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    back = at_provider(tab.start("", by="google"), **ANN)
    tab.come_back(back)

    assert tab.come_back(back)["status"] == "completed"
    wait(monkeypatch, seconds=61)
    assert "authInfo" not in tab.come_back(back)


def test_a_code_nobody_gave_is_refused(tab: Tab) -> None:
    tab.start("", by="google")

    answer = tab.do("submit", exchangeCode="made-up")

    assert answer["screen"]["id"] == "welcome"
    assert answer["screen"]["state"]["errorText"]


def test_a_closed_account_is_closed_at_every_door(tab: Tab, ed: Person) -> None:
    people.set_status(ed, "disabled")

    answer = tab.come_back(at_provider(tab.start("", by="github"), email="ed@example.com", name="Ed"))

    assert answer["screen"]["id"] == "closed"


@pytest.mark.parametrize("wrong", [{"email": "nonsense"}, {"name": " "}, {"name": "x" * 81}])
def test_a_provider_needs_an_address_and_a_name(tab: Tab, client: Client, wrong: dict[str, str]) -> None:
    address = tab.start("", by="google")["redirect"]["url"]

    response = client.post(address.removeprefix("http://localhost:8000"), {**ANN, **wrong})

    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert not Person.objects.exists()


def test_a_providers_page_is_over_once_answered_or_late(
    tab: Tab, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = tab.start("", by="google")
    late = tab.start("", by="google")["redirect"]["url"]
    at_provider(answered, press="Refuse")
    wait(monkeypatch, minutes=11)

    for address in (answered["redirect"]["url"], late, "/_descope/provider/made-up"):
        path = address.removeprefix("http://localhost:8000")
        assert client.get(path).status_code == 410
        assert client.post(path, ANN).status_code == 410
        assert client.post(path + "/refuse").status_code == 410


def test_answering_a_provider_needs_a_csrf_token(tab: Tab) -> None:
    path = tab.start("", by="google")["redirect"]["url"].removeprefix("http://localhost:8000")
    client = Client(enforce_csrf_checks=True)

    assert client.post(path, ANN).status_code == 403
    assert client.post(path + "/refuse").status_code == 403
    assert client.get(path + "/refuse").status_code == 405


def test_an_address_of_a_tenant_leads_to_its_own_page(tab: Tab, client: Client, acme: Tenant) -> None:
    answer = tab.start("ann@Acme.example")

    page = client.get(answer["redirect"]["url"].removeprefix("http://localhost:8000")).content.decode()

    assert answer["action"] == "redirect"
    assert "Acme" in page
    assert 'value="ann@acme.example"' in page
    assert not Mail.objects.exists()


def test_a_tenants_page_maps_what_it_knows(tab: Tab, sdk: DescopeClient, acme: Tenant, ed: Person) -> None:
    done = tab.come_back(at_provider(tab.start("ann@acme.example"), **AT_ACME, group="editor"))

    claims = sdk.validate_session(done["authInfo"]["sessionJwt"])
    assert done["authInfo"]["user"]["name"] == "Ann Acme"
    assert done["authInfo"]["user"]["SAML"] is True
    assert claims["amr"] == ["fed"]
    assert claims["dct"] == "acme"
    assert claims["tenants"] == {"acme": {"roles": ["editor"], "permissions": []}}
    assert claims["roles"] == []
    assert sdk.refresh_session(done["authInfo"]["refreshJwt"])["sessionToken"]["dct"] == "acme"


def test_roles_in_a_tenant_outlast_the_next_sign_in(tab: Tab, acme: Tenant, ed: Person) -> None:
    tab.come_back(at_provider(tab.start("ann@acme.example"), **AT_ACME, group="editor"))
    tab.come_back(at_provider(tab.start("ann@acme.example"), **AT_ACME, group="admin"))

    assert people.find("ann@acme.example").tenants == {"acme": ["admin", "editor"]}


def test_a_tenant_vouches_for_nobody_elsewhere(tab: Tab, client: Client, acme: Tenant, ed: Person) -> None:
    address = tab.start("ann@acme.example")["redirect"]["url"]

    response = client.post(address.removeprefix("http://localhost:8000"), {"email": "ed@example.com", "name": "Ed"})

    assert response.status_code == 422
    assert "acme.example" in response.content.decode()


def test_the_page_of_a_tenant_starts_at_its_provider(tab: Tab, client: Client, acme: Tenant) -> None:
    flow = client.get("/_descope/pages/P/v2-beta/config.json").json()["flows"]["sign-up-or-in"]

    assert "startScreenId" not in flow
    assert tab.arrive("acme")["action"] == "redirect"
    assert tab.arrive("")["screen"]["id"] == "welcome"
    assert tab.arrive("no-such")["screen"]["id"] == "welcome"


@pytest.mark.parametrize("change", [{"enforceSSO": False}, {"disabled": True}])
def test_a_tenant_without_sso_leads_nowhere(tab: Tab, acme: Tenant, change: dict[str, Any]) -> None:
    tenants.change(acme, change)

    assert tab.arrive("acme")["screen"]["id"] == "welcome"
    assert tab.start("ann@acme.example")["screen"]["id"] == "sent"


def test_the_sdk_signs_in_at_a_provider(sdk: DescopeClient) -> None:
    started = sdk.oauth.start("google", PAGE)

    code = at_provider(started, **ANN).rpartition("code=")[2]

    assert sdk.oauth.exchange_token(code)["user"]["email"] == "ann@example.com"


@pytest.mark.parametrize("door", ["sso", "saml"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_sdk_signs_in_at_a_tenant(sdk: DescopeClient, acme: Tenant, door: str) -> None:
    started = getattr(sdk, door).start("acme", PAGE)

    answer = getattr(sdk, door).exchange_token(at_provider(started, **AT_ACME).rpartition("code=")[2])

    assert answer["sessionToken"]["dct"] == "acme"


def test_a_visit_leads_back_to_this_site_only(sdk: DescopeClient) -> None:
    with pytest.raises(Exception, match="redirectURL"):
        sdk.oauth.start("google", "https://evil.example/")
    with pytest.raises(Exception, match="no provider"):
        sdk.oauth.start("myspace", PAGE)

    assert not Visit.objects.exists()


def test_no_code_of_a_provider_is_kept(tab: Tab) -> None:
    code = at_provider(tab.start("", by="google"), **ANN).rpartition("code=")[2]

    assert code not in [str(value) for value in Visit.objects.values_list().get()]


def test_the_console_makes_and_deletes_a_tenant(client: Client, ed: Person) -> None:
    form = {"name": "Acme", "id": "acme", "domains": "acme.example, acme.test", "sso": "on"}
    client.post("/_descope/console/tenants", form)
    made = Tenant.objects.get()
    people.change(ed, {"userTenants": [{"tenantId": "acme"}]})

    assert (made.tenant_id, made.domains, made.uses_sso) == ("acme", ["acme.example", "acme.test"], True)
    assert client.post("/_descope/console/tenants", form).status_code == 422
    assert client.post("/_descope/console/tenants", {**form, "id": "a b"}).status_code == 422
    client.post("/_descope/console/tenants/acme/delete")
    ed.refresh_from_db()
    assert not Tenant.objects.exists()
    assert ed.tenants == {}
    assert client.post("/_descope/console/tenants/acme/delete").status_code == 404


def test_tenants_are_managed(sdk: DescopeClient) -> None:
    made = sdk.mgmt.tenant.create("Acme", "acme", self_provisioning_domains=["acme.example"])
    sdk.mgmt.tenant.update("acme", "Acme Ltd", ["acme.test"], enforce_sso=True)
    sdk.mgmt.tenant.patch_tenant("acme", disabled=True)

    shown = sdk.mgmt.tenant.load("acme")

    assert made == {"id": "acme"}
    assert (shown["name"], shown["selfProvisioningDomains"]) == ("Acme Ltd", ["acme.test"])
    assert (shown["enforceSSO"], shown["disabled"]) == (True, True)
    assert sdk.mgmt.tenant.load_all()["tenants"] == [shown]
    assert sdk.mgmt.tenant.search_all(names=["Acme Ltd"])["tenants"] == [shown]
    assert sdk.mgmt.tenant.search_all(self_provisioning_domains=["other.test"])["tenants"] == []
    sdk.mgmt.tenant.delete("acme")
    assert sdk.mgmt.tenant.load_all()["tenants"] == []
