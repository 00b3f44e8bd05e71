import pytest
from django.test import Client

from accounts.models import User
from tests.conftest import bearer, signed_in


@pytest.mark.parametrize("path", ["/no/such/page", "/desk/", "/posts/no-such-post", "/posts/999999", "/.git/config"])
def test_a_member_is_told_that_there_is_nothing_here(path: str, reader: User) -> None:
    response = signed_in(reader).get(path)

    assert response.status_code == 404
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "<h1" in response.content.decode()


@pytest.mark.parametrize("path", ["/no/such/page", "/no/such.json"])
def test_a_program_is_told_so_in_json(path: str, reader: User) -> None:
    response = Client().get(path, headers={**bearer(reader), "Accept": "application/json"})

    assert response.status_code == 404
    assert response["Content-Type"].startswith("application/problem+json")
    assert response.json()["error"]["status"] == 404


def test_who_may_not_is_told_so_and_given_a_page(reader: User) -> None:
    response = signed_in(reader).get("/write")

    assert response.status_code == 403
    assert response["Content-Type"] == "text/html; charset=utf-8"


def test_a_script_with_a_stale_page_is_told_so_in_json(editor: User) -> None:
    browser = signed_in(editor, enforce_csrf_checks=True)

    response = browser.post("/sign-out", headers={"Accept": "application/json"})

    assert response.status_code == 403
    assert response.json()["status"] == 403


@pytest.mark.parametrize("path", ["/sign-in", "/no/such/page", "/auth/error"])
def test_every_answer_carries_the_headers_that_protect_it(path: str, client: Client) -> None:
    response = client.get(path, headers={"Host": "localhost:8000"})

    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "object-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
