import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import token_pages
from accounts.models import ApiToken, User
from tests.conftest import bearer, signed_in

CREATE = "/account/tokens/create"
GOOD = {"name": "Backup <script>", "scopes": ["read", "write"], "lifetime": "30"}


def made(browser: Client) -> str:
    """Make a token as a person does, and return it as the page shows it."""
    found = re.search(r'value="(glly_[\w-]+)"', browser.post(CREATE, GOOD).content.decode())
    assert found is not None
    return found[1]


def test_a_token_is_shown_once_and_works(editor: User) -> None:
    browser = signed_in(editor)

    response = browser.post(CREATE, GOOD)

    page = response.content.decode()
    secret = re.findall(r"glly_[\w-]{43}", page)[0]
    assert "no-store" in response["Cache-Control"]
    assert "Backup &lt;script&gt;" in page
    assert secret not in browser.get("/account/tokens").content.decode()
    assert Client().get("/api/posts/retrieve", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def test_the_list_says_what_each_may_and_until_when(editor: User) -> None:
    browser = signed_in(editor)
    made(browser)

    page = browser.get("/account/tokens").content.decode()

    assert "May read, write" in page
    assert f"{ApiToken.objects.get().expires_at:%B %Y}" in page
    assert "never used" in page
    assert "You have 1 API token." in browser.get("/account").content.decode()


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"scopes": []},
        {"scopes": ["admin"]},
        {"lifetime": ""},
        {"lifetime": "366"},
        {"lifetime": "3650"},
    ],
)
def test_a_form_that_lacks_something_makes_no_token(change: dict[str, Any], editor: User) -> None:
    response = signed_in(editor).post(CREATE, GOOD | change)

    assert response.status_code == 422
    assert 'class="errorlist"' in response.content.decode()
    assert not ApiToken.objects.exists()


def test_nobody_has_tokens_without_number(editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_pages, "MAX_LIVE_TOKENS", 2)
    browser = signed_in(editor)

    answers = [browser.post(CREATE, GOOD).status_code for _ in range(3)]
    ApiToken.objects.update(revoked_at=timezone.now())

    assert answers == [200, 200, 422]
    assert browser.post(CREATE, GOOD).status_code == 200


def test_a_revoked_token_is_refused_at_the_next_call(editor: User) -> None:
    browser = signed_in(editor)
    secret = made(browser)

    response = browser.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke", follow=True)

    assert "is revoked." in response.content.decode()
    assert "You have none." in response.content.decode()
    assert Client().get("/api/posts/retrieve", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_nobody_can_see_or_revoke_the_token_of_somebody_else(editor: User, reader: User) -> None:
    made(signed_in(editor))
    browser = signed_in(reader)

    response = browser.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke")

    assert response.status_code == 404
    assert "Backup" not in browser.get("/account/tokens").content.decode()
    assert ApiToken.objects.live().exists()


def test_a_session_token_makes_no_api_token(editor: User) -> None:
    assert Client().post(CREATE, GOOD, headers=bearer(editor)).status_code == 403
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("path", [CREATE, "/account/tokens/1/revoke"])
def test_tokens_are_made_and_revoked_by_a_signed_in_post_with_its_csrf_token(path: str, editor: User) -> None:
    browser = signed_in(editor, enforce_csrf_checks=True)

    assert browser.get(path).status_code == 405
    assert browser.post(path, GOOD).status_code == 403
    assert Client().post(path, GOOD).status_code in (302, 401)
    assert not ApiToken.objects.exists()
