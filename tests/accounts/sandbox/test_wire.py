"""What a call may look like."""

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

REFRESH = "/_descope/v1/auth/refresh"


@pytest.fixture
def bearer(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.DESCOPE_PROJECT_ID}:x", "Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b'"text"', 400), (b"\xff", 400), (b"[" * 100_000, 400), (b" " * 300_000, 413), (b"", 401)],
)
def test_a_body_is_json_of_sensible_size(http: httpx.Client, bearer: dict[str, str], body: bytes, status: int) -> None:
    response = http.post(REFRESH, content=body, headers=bearer)

    assert response.status_code == status
    assert set(response.json()) == {"errorCode", "errorDescription", "errorMessage"}
    assert response.headers["cache-control"] == "no-store"


def test_each_call_has_one_method(http: httpx.Client, bearer: dict[str, str]) -> None:
    assert http.get(REFRESH, headers=bearer).status_code == 405


@pytest.mark.parametrize("header", ["", "Basic x", "Bearer", "Bearer :", "Bearer Pother:token"])
def test_the_bearer_names_the_project(http: httpx.Client, header: str) -> None:
    assert http.post(REFRESH, json={}, headers={"Authorization": header}).status_code == 401


def test_the_wire_needs_no_csrf_token_and_ignores_the_sites_cookie(bearer: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["session"] = "made-up"

    response = client.post(REFRESH, b"{}", content_type="application/json", headers=bearer)

    assert response.json()["errorCode"] == "E061005"
