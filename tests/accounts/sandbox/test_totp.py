"""The second factor: RFC 6238, the flow's screens, the API."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from descope import AuthException, DescopeClient, LoginOptions
from django.test import Client
from django.utils import timezone

from accounts.sandbox import people, sessions, tenants, totp
from accounts.sandbox.models import Person, Role

from .component import Tab, at_provider, newest_code, newest_link, wait

# RFC 6238, appendix B, the rows of SHA-1: seconds since 1970, code of eight digits.
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
RFC_KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # 12345678901234567890


@pytest.fixture
def asked(ed: Person) -> Person:
    people.ask_for_totp(ed, True)
    return ed


@pytest.fixture
def equipped(asked: Person) -> Person:
    asked.totp_key = totp.new_key()
    asked.save()
    return asked


def code_of(key: str, steps: int = 0) -> str:
    return totp.code(key.replace(" ", ""), totp.step_now() + steps)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert totp.code(RFC_KEY, seconds // 30, digits=8) == code


def test_a_first_time_hands_over_a_key_and_takes_its_code(tab: Tab, sdk: DescopeClient, asked: Person) -> None:
    tab.start("ed@example.com", by="send-code")
    shown = tab.do("give-code", code=newest_code())
    authenticator = shown["screen"]["state"]["authenticator"]

    done = tab.do("give-totp", code=code_of(authenticator["key"]))

    link = urlsplit(authenticator["link"])
    assert shown["screen"]["id"] == "totp-new"
    assert (link.scheme, link.netloc) == ("otpauth", "totp")
    assert parse_qs(link.query)["secret"] == [authenticator["key"].replace(" ", "")]
    assert sdk.validate_session(done["authInfo"]["sessionJwt"])["amr"] == ["email", "totp", "mfa"]
    assert done["authInfo"]["user"]["TOTP"] is True


def test_later_only_the_code_is_asked_for(tab: Tab, equipped: Person) -> None:
    tab.start("ed@example.com")

    asked = tab.open(newest_link())

    assert asked["screen"]["id"] == "totp"
    assert "authenticator" not in asked["screen"]["state"]
    assert tab.do("give-totp", code=code_of(equipped.totp_key))["status"] == "completed"


def test_the_second_factor_stays_in_the_refreshed_token(tab: Tab, sdk: DescopeClient, equipped: Person) -> None:
    tab.start("ed@example.com")
    tab.open(newest_link())
    done = tab.do("give-totp", code=code_of(equipped.totp_key))

    refreshed = sdk.refresh_session(done["authInfo"]["refreshJwt"])

    assert refreshed["sessionToken"]["amr"] == ["email", "totp", "mfa"]


@pytest.mark.parametrize("way", ["give-name", "polling"])
def test_nothing_goes_round_the_second_factor(tab: Tab, equipped: Person, way: str) -> None:
    people.change(equipped, {"name": ""})
    tab.start("ed@example.com")
    tab.open(newest_link())

    answer = tab.do(way, fullName="Mallory")

    equipped.refresh_from_db()
    assert "authInfo" not in answer
    assert equipped.name == ""


def test_a_provider_is_no_way_round_it_either(tab: Tab, equipped: Person) -> None:
    answer = tab.come_back(at_provider(tab.start("", by="google"), email="ed@example.com", name="Ed"))

    assert answer["screen"]["id"] == "totp"


def test_a_wrong_code_says_so_and_five_begin_anew(tab: Tab, equipped: Person) -> None:
    tab.start("ed@example.com")
    tab.open(newest_link())
    answers = [tab.do("give-totp", code="000000 no") for _ in range(4)]

    assert {answer["screen"]["id"] for answer in answers} == {"totp"}
    assert "not the code of this moment" in answers[0]["screen"]["state"]["errorText"]
    assert tab.do("give-totp", code="000000 no")["screen"]["id"] == "stale"
    assert "authInfo" not in tab.do("give-totp", code=code_of(equipped.totp_key))


def test_a_wrong_code_leaves_the_key_on_the_screen(tab: Tab, asked: Person) -> None:
    tab.start("ed@example.com")
    shown = tab.open(newest_link())["screen"]["state"]["authenticator"]

    answer = tab.do("give-totp", code="wrong")

    assert answer["screen"]["id"] == "totp-new"
    assert answer["screen"]["state"]["authenticator"] == shown


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_off_by_one_step(ed: Person, steps: int, is_good: bool) -> None:
    key = totp.new_key()

    assert totp.use(ed, key, code_of(key, steps)) is is_good


def test_a_code_counts_once(ed: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    key = totp.new_key()
    code = code_of(key)

    assert totp.use(ed, key, code)
    assert not totp.use(ed, key, code)
    assert totp.use(ed, key, code_of(key, 1))


def test_an_answer_lost_on_the_way_is_given_again(tab: Tab, equipped: Person) -> None:
    tab.start("ed@example.com")
    tab.open(newest_link())
    code = code_of(equipped.totp_key)
    tab.do("give-totp", code=code)

    assert tab.do("give-totp", code=code)["status"] == "completed"


def test_the_other_tab_waits_for_the_second_factor(tab: Tab, elsewhere: Tab, equipped: Person) -> None:
    tab.start("ed@example.com")
    elsewhere.open(newest_link())

    assert tab.do("polling")["action"] == "poll"
    elsewhere.do("give-totp", code=code_of(equipped.totp_key))
    assert tab.do("polling")["status"] == "completed"


def test_the_console_asks_a_person_or_a_role(client: Client, ed: Person) -> None:
    client.post(f"/_descope/console/people/{ed.user_id}/ask-for-totp")
    assert Person.objects.get().asks_for_totp
    client.post(f"/_descope/console/people/{ed.user_id}/spare-totp")
    assert not Person.objects.get().asks_for_totp
    client.post("/_descope/console/roles/editor", {"asks": "on"})
    assert Person.objects.get().asks_for_totp
    assert not Role.objects.get(name="admin").asks_for_totp
    client.post("/_descope/console/roles/editor")
    assert not Person.objects.get().asks_for_totp


def test_whoever_has_a_role_that_asks_is_asked_at_the_next_sign_in(client: Client, tab: Tab, ed: Person) -> None:
    client.post("/_descope/console/roles/editor", {"asks": "on"})

    tab.start("ed@example.com")
    assert tab.open(newest_link())["screen"]["id"] == "totp-new"

    people.remove_roles(ed, ["editor"])
    tab.start("ed@example.com")
    assert tab.open(newest_link())["status"] == "completed"


def test_a_role_in_a_tenant_asks_as_well(client: Client, tab: Tab, roles: list[Role]) -> None:
    tenants.create({"name": "Acme", "selfProvisioningDomains": ["acme.example"], "enforceSSO": True}, "acme")
    client.post("/_descope/console/roles/admin", {"asks": "on"})
    who = {"email": "ann@acme.example", "name": "Ann"}

    answer = tab.come_back(at_provider(tab.start("ann@acme.example"), **who, group="admin"))

    assert answer["screen"]["id"] == "totp-new"


def test_the_console_forgets_an_authenticator(client: Client, equipped: Person) -> None:
    assert "Forget the authenticator" in client.get("/_descope/console").content.decode()

    client.post(f"/_descope/console/people/{equipped.user_id}/forget-totp")

    assert Person.objects.get().totp_key == ""


def test_the_sdk_signs_up_and_in_by_totp(sdk: DescopeClient) -> None:
    made = sdk.totp.sign_up("ann@example.com", {"name": "Ann"})

    answer = sdk.totp.sign_in_code("ann@example.com", code_of(made["key"]))

    assert made["provisioningURL"].startswith("otpauth://totp/")
    assert answer["sessionToken"]["amr"] == ["totp"]
    assert answer["user"]["name"] == "Ann"


def test_the_sdk_gives_a_new_key_to_who_is_signed_in(
    sdk: DescopeClient, equipped: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = sessions.sign_in(equipped, first_seen=False)["refreshJwt"]

    sdk.totp.update_user("ed@example.com", token)

    assert Person.objects.get().totp_key not in ("", equipped.totp_key)


def test_the_sdk_adds_the_second_factor_to_a_first(
    sdk: DescopeClient, equipped: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = sessions.sign_in(equipped, first_seen=False)["refreshJwt"]

    answer = sdk.totp.sign_in_code(
        "ed@example.com", code_of(equipped.totp_key), LoginOptions(mfa=True), refresh_token=token
    )

    assert answer["sessionToken"]["amr"] == ["email", "totp", "mfa"]


def test_the_sdk_is_refused_with_a_wrong_code_or_anothers_token(sdk: DescopeClient, equipped: Person) -> None:
    other = people.create(["other@example.com"], {})
    token = sessions.sign_in(other, first_seen=False)["refreshJwt"]

    with pytest.raises(AuthException):
        sdk.totp.sign_in_code("ed@example.com", "wrong")
    with pytest.raises(AuthException):
        sdk.totp.sign_in_code("ed@example.com", code_of(equipped.totp_key), LoginOptions(mfa=True), refresh_token=token)
    with pytest.raises(AuthException):
        sdk.totp.sign_in_code("other@example.com", "123456")


def test_a_key_is_not_handed_over_again_after_it_was_used(tab: Tab, equipped: Person) -> None:
    tab.start("ed@example.com")

    assert equipped.totp_key not in str(tab.open(newest_link()))


def test_an_old_run_takes_no_second_factor(tab: Tab, equipped: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    tab.start("ed@example.com")
    tab.open(newest_link())
    wait(monkeypatch, **{"seconds": int(timedelta(minutes=31).total_seconds())})

    assert tab.do("give-totp", code=code_of(equipped.totp_key))["screen"]["id"] == "stale"


def test_the_step_up_flow_asks_everybody_for_the_second_factor(tab: Tab, sdk: DescopeClient, ed: Person) -> None:
    tab.flow = "step-up"
    tab.start("ed@example.com", by="send-code")
    shown = tab.do("give-code", code=newest_code())

    done = tab.do("give-totp", code=code_of(shown["screen"]["state"]["authenticator"]["key"]))

    assert shown["executionId"].startswith("step-up|#|")
    assert sdk.validate_session(done["authInfo"]["sessionJwt"])["amr"] == ["email", "totp", "mfa"]


def test_the_step_up_flow_goes_on_from_link_and_provider(tab: Tab, ed: Person) -> None:
    tab.flow = "step-up"
    tab.start("ed@example.com")

    assert tab.open(newest_link())["screen"]["id"] == "totp-new"
    back = at_provider(tab.start("", by="google"), email="ed@example.com", name="Ed")
    assert "descope-login-flow=step-up%7C%23%7C" in back
    assert tab.come_back(back)["screen"]["id"] == "totp-new"
