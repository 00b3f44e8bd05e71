"""Faults on purpose, keys rotated, tokens expired: by the console and by programs."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from descope import AuthException, DescopeClient, RateLimitException
from django.test import Client
from pytest_django import Settings

from accounts.sandbox import keys, people, sessions, state, tokens, webhooks
from accounts.sandbox.models import Event, Person, SignIn

STATE = "/_descope/sandbox/state"


@pytest.fixture
def manage(http: httpx.Client, settings: Settings) -> Callable[..., Any]:
    """Return a function that calls with the management key: `manage("PATCH", STATE, fault="down")`."""
    bearer = f"Bearer {settings.DESCOPE_PROJECT_ID}:{settings.DESCOPE_MANAGEMENT_KEY}"

    def manage(method: str, path: str, **body: object) -> Any:
        return http.request(method, path, json=body or None, headers={"Authorization": bearer})

    return manage


@pytest.fixture(autouse=True)
def own_keys(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.DATA_DIR = tmp_path_factory.mktemp("state")


def me(http: httpx.Client, settings: Settings, ed: Person) -> httpx.Response:
    token = sessions.sign_in(ed, first_seen=False)["refreshJwt"]
    return http.get("/_descope/v1/auth/me", headers={"Authorization": f"Bearer {settings.DESCOPE_PROJECT_ID}:{token}"})


@pytest.mark.parametrize(("fault", "status"), [("down", 502), ("busy", 429), ("broken", 500), ("html", 200)])
def test_a_fault_is_what_every_call_gets(
    http: httpx.Client, settings: Settings, ed: Person, fault: str, status: int
) -> None:
    state.change({"fault": fault})

    assert http.get("/_descope/v2/keys/Pgalleysandbox").status_code == status
    response = me(http, settings, ed)
    assert response.status_code == status
    assert "userId" not in response.text
    state.change({"fault": ""})
    assert me(http, settings, ed).json()["userId"] == ed.user_id


def test_half_a_body_is_cut_in_the_middle(http: httpx.Client, settings: Settings, ed: Person) -> None:
    state.change({"fault": "half"})

    for response in (http.get("/_descope/v2/keys/Pgalleysandbox"), me(http, settings, ed)):
        assert response.status_code == 200
        with pytest.raises(ValueError, match=r"."):
            json.loads(response.text)


def test_the_sdk_feels_the_faults(sdk: DescopeClient, ed: Person) -> None:
    token = sessions.sign_in(ed, first_seen=False)["refreshJwt"]

    state.change({"fault": "busy"})
    with pytest.raises(RateLimitException) as busy:
        sdk.me(token)
    state.change({"fault": "broken"})
    with pytest.raises(AuthException):
        sdk.me(token)

    assert busy.value.rate_limit_parameters == {"Retry-After": 30}


def test_slow_is_slow(http: httpx.Client) -> None:
    state.change({"slowSeconds": 0.2})

    began = time.monotonic()
    http.get("/_descope/v2/keys/Pgalleysandbox")

    assert time.monotonic() - began >= 0.2


def test_programs_read_and_change_the_state_even_while_all_is_down(manage: Callable[..., Any]) -> None:
    assert manage("GET", STATE).json()["fault"] == ""

    changed = manage("PATCH", STATE, fault="down", sessionSeconds=5)

    assert changed.status_code == 200
    assert manage("GET", STATE).json() == changed.json()
    assert changed.json()["sessionSeconds"] == 5
    assert manage("PATCH", STATE, fault="").json()["fault"] == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"fault": "flood"},
        {"slowSeconds": -1},
        {"slowSeconds": 61},
        {"sessionSeconds": 0},
        {"keyFetches": "x"},
        {"reuseGraceSeconds": -1},
        {"webhookUrl": "ftp://x"},
        {"webhookUrl": 1},
        {"webhookSecret": ["x"]},
    ],
)
def test_a_state_that_is_none_is_refused(manage: Callable[..., Any], wrong: dict[str, object]) -> None:
    assert manage("PATCH", STATE, **wrong).status_code == 400


def test_what_is_wrong_in_part_changes_nothing(manage: Callable[..., Any]) -> None:
    assert manage("PATCH", STATE, fault="down", webhookUrl="nowhere").status_code == 400

    assert manage("GET", STATE).json()["fault"] == ""


def test_programs_set_the_webhook_and_the_grace(manage: Callable[..., Any], settings: Settings) -> None:
    was = manage("GET", STATE).json()

    changed = manage(
        "PATCH", STATE, webhookUrl="https://log.example/d", webhookSecret="s", reuseGraceSeconds=3, socialPopup=True
    ).json()

    assert (was["reuseGraceSeconds"], was["socialPopup"]) == (10, False)
    assert was["webhookUrl"] == f"{settings.SITE_URL}/webhooks/descope"
    assert changed == manage("GET", STATE).json()
    assert (changed["webhookUrl"], changed["webhookSecret"]) == ("https://log.example/d", "s")
    assert (changed["reuseGraceSeconds"], changed["socialPopup"]) == (3, True)
    assert manage("PATCH", STATE, webhookUrl=None).json()["webhookUrl"] == was["webhookUrl"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", STATE),
        ("PATCH", STATE),
        ("POST", "/_descope/sandbox/rotate-keys"),
        ("POST", "/_descope/sandbox/expire-tokens"),
    ],
)
def test_the_state_is_for_the_holder_of_the_management_key(http: httpx.Client, method: str, path: str) -> None:
    assert http.request(method, path, headers={"Authorization": "Bearer Pgalleysandbox:x"}).status_code == 401


def test_key_fetches_and_refreshes_are_counted(
    manage: Callable[..., Any], http: httpx.Client, sdk: DescopeClient, ed: Person
) -> None:
    token = sessions.sign_in(ed, first_seen=False)["refreshJwt"]
    http.get("/_descope/v2/keys/Pgalleysandbox")
    sdk.refresh_session(token)
    before = manage("PATCH", STATE, keyFetches=0, refreshCalls=0).json()

    http.get("/_descope/v2/keys/Pgalleysandbox")
    sdk.refresh_session(token)

    counted = manage("GET", STATE).json()
    assert (before["keyFetches"], before["refreshCalls"]) == (0, 0)
    assert (counted["keyFetches"], counted["refreshCalls"]) == (1, 1)


def test_a_session_token_lives_as_long_as_the_state_says(ed: Person) -> None:
    state.change({"sessionSeconds": 7})

    claims = jwt.decode(sessions.sign_in(ed, first_seen=False)["sessionJwt"], options={"verify_signature": False})

    assert claims["exp"] - claims["iat"] == 7


def test_rotated_keys_sign_and_the_former_ones_are_good_once_more(manage: Callable[..., Any], ed: Person) -> None:
    keys.prepare()
    old = keys.signing_key().key_id
    token = sessions.sign_in(ed, first_seen=False)["refreshJwt"]

    shown = manage("POST", "/_descope/sandbox/rotate-keys").json()["keys"]

    assert len(shown) == 4
    assert keys.signing_key().key_id != old
    assert old in {key["kid"] for key in shown}
    assert not [name for key in shown for name in key if name in keys.PRIVATE_PARTS]
    assert tokens.read_refresh(token)["sub"] == ed.user_id
    keys.rotate()
    assert old not in {key["kid"] for key in keys.public_keys()}


def test_both_kinds_of_key_sign_what_the_sdk_takes(ed: Person, settings: Settings) -> None:
    keys.prepare()
    sdk = DescopeClient(settings.DESCOPE_PROJECT_ID, base_url=settings.DESCOPE_BASE_URI)

    for alg in ("RS256", "ES384"):
        token = tokens.mint(tokens.session_claims(ed), alg=alg)
        assert jwt.get_unverified_header(token)["alg"] == alg
        assert sdk.validate_session(token)["userId"] == ed.user_id


def test_all_tokens_are_expired_at_once(manage: Callable[..., Any], ed: Person, settings: Settings) -> None:
    grant = sessions.sign_in(ed, first_seen=False)

    manage("POST", "/_descope/sandbox/expire-tokens")

    fresh = DescopeClient(settings.DESCOPE_PROJECT_ID, base_url=settings.DESCOPE_BASE_URI)
    with pytest.raises(AuthException):
        fresh.validate_session(grant["sessionJwt"])
    assert not SignIn.objects.filter(ended_at=None).exists()
    assert fresh.validate_session(sessions.sign_in(ed, first_seen=False)["sessionJwt"])["userId"] == ed.user_id


def test_the_console_does_the_same(client: Client, ed: Person) -> None:
    sessions.sign_in(ed, first_seen=False)
    form = {"fault": "busy", "slowSeconds": "0.01", "sessionSeconds": "30", "reuseGraceSeconds": "4"}
    form["socialPopup"] = "on"
    old = keys.signing_key().key_id

    client.post("/_descope/console/state", form)
    page = client.get("/_descope/console").content.decode()
    assert '<option value="busy" selected>' in page
    assert 'value="30"' in page
    assert (state.now().reuse_grace_seconds, state.now().social_popup) == (4, True)
    client.post("/_descope/console/state", {**form, "fault": "flood"})
    assert state.now().fault == "busy"
    client.post("/_descope/console/rotate-keys")
    assert keys.signing_key().key_id != old
    client.post(f"/_descope/console/sessions/{SignIn.objects.get().pk}/end")
    assert SignIn.objects.get().ended_at
    client.post("/_descope/console/expire-tokens")
    assert old not in {key["kid"] for key in keys.public_keys()}


def test_the_console_shows_what_the_site_was_told_and_sends_it_again(
    client: Client, ed: Person, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bytes] = []

    def deliver(event: Event) -> bool:
        sent.append(webhooks.body_of(event))
        return True

    monkeypatch.setattr(webhooks, "deliver", deliver)
    event = Event.objects.filter(action="UserCreated").get()

    page = client.get("/_descope/console").content.decode()
    for _ in range(2):
        client.post(f"/_descope/console/events/{event.pk}/send")

    assert "UserCreated" in page
    assert settings.DESCOPE_WEBHOOK_SECRET not in page
    assert settings.DESCOPE_WEBHOOK_SECRET[:4] + "…" in page
    assert sent[0] == sent[1] == webhooks.body_of(event)
    assert json.loads(sent[0])[0]["userId"] == people.find("ed@example.com").user_id
    assert client.post("/_descope/console/events/999999/send").status_code == 404


ACTS = [
    "state",
    "rotate-keys",
    "expire-tokens",
    "sessions/1/end",
    "events/1/send",
    "tenants",
    "webhook",
    "webhook/reset",
]


@pytest.mark.parametrize("act", ACTS)
def test_the_console_needs_a_post_with_a_csrf_token(act: str) -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.get(f"/_descope/console/{act}").status_code == 405
    assert client.post(f"/_descope/console/{act}").status_code == 403
