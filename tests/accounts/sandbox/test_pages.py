import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.sandbox import mail
from accounts.sandbox.models import Person, Role
from tests.conftest import signed_in


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_inbox_shows_mail_newest_first_with_its_link(client: Client) -> None:
    mail.send_link("a@example.com", "http://localhost:8000/sign-in?t=first")
    mail.send_link("b@example.com", "http://localhost:8000/sign-in?t=second")

    page = text_of(client, "/_descope/inbox")

    assert page.index("To b@example.com") < page.index("To a@example.com")
    assert 'href="http://localhost:8000/sign-in?t=second"' in page


def test_the_inbox_is_searched_by_address(client: Client) -> None:
    mail.send_code("a@example.com", "123456")
    mail.send_code("b@example.com", "654321")

    page = text_of(client, "/_descope/inbox?to=A@example")

    assert "123456" in page
    assert "654321" not in page


def test_a_mail_is_text_and_never_markup(client: Client) -> None:
    mail.send_link("<b>@example.com", 'http://localhost:8000/"><script>')

    page = text_of(client, "/_descope/inbox?to=<i>")
    everything = text_of(client, "/_descope/inbox")

    assert "<i>" not in page
    assert "<script>" not in everything
    assert "<b>@" not in everything


def test_an_empty_inbox_says_what_to_do(client: Client) -> None:
    assert reverse("accounts:sign_in") in text_of(client, "/_descope/inbox")


def test_the_console_gives_and_takes_a_role(client: Client, ed: Person) -> None:
    client.post(f"/_descope/console/people/{ed.user_id}/give-role", {"role": "admin"})
    client.post(f"/_descope/console/people/{ed.user_id}/take-role", {"role": "editor"})

    assert [role.name for role in ed.roles.all()] == ["admin"]
    assert "Take admin" in text_of(client, "/_descope/console")


def test_the_console_closes_and_opens_an_account(client: Client, ed: Person) -> None:
    client.post(f"/_descope/console/people/{ed.user_id}/disable")
    assert "Closed" in text_of(client, "/_descope/console")

    client.post(f"/_descope/console/people/{ed.user_id}/enable")

    ed.refresh_from_db()
    assert ed.is_enabled


def test_the_console_makes_and_deletes_a_role(client: Client, ed: Person) -> None:
    client.post("/_descope/console/roles", {"name": "proof/reader", "description": "Reads proofs"})
    client.post(f"/_descope/console/people/{ed.user_id}/give-role", {"role": "proof/reader"})

    page = text_of(client, "/_descope/console")
    assert "Reads proofs" in page
    assert "Take proof/reader" in page
    client.post("/_descope/console/roles/proof/reader/delete")
    assert [role.name for role in ed.roles.all()] == ["editor"]
    assert client.post("/_descope/console/roles/proof/reader/delete").status_code == 404


@pytest.mark.parametrize("name", ["", " ", "editor", "x" * 101])
def test_a_role_that_cannot_be_made_loses_nothing_typed(client: Client, roles: list[Role], name: str) -> None:
    response = client.post("/_descope/console/roles", {"name": name, "description": "Something typed"})

    assert response.status_code == 422
    assert "Something typed" in response.content.decode()
    assert Role.objects.count() == 2


@pytest.mark.parametrize("act", ["roles", "roles/editor", "roles/editor/delete"])
def test_roles_change_by_a_post_with_a_csrf_token(roles: list[Role], act: str) -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.get(f"/_descope/console/{act}").status_code == 405
    assert client.post(f"/_descope/console/{act}").status_code == 403


def test_the_console_makes_an_account(client: Client, roles: list[Role]) -> None:
    client.post("/_descope/console/people", {"email": "Ann@example.com", "name": "Ann"})

    assert Person.objects.get().login_ids == ["ann@example.com"]


@pytest.mark.parametrize("email", ["", "nonsense", "ed@example.com"])
def test_an_account_that_cannot_be_made_loses_nothing_typed(client: Client, ed: Person, email: str) -> None:
    response = client.post("/_descope/console/people", {"email": email, "name": "Somebody Typed"})

    assert response.status_code == 422
    assert "Somebody Typed" in response.content.decode()
    assert Person.objects.count() == 1


def test_the_console_refuses_what_is_not_there(client: Client, ed: Person) -> None:
    assert client.post("/_descope/console/people/Unobody/give-role", {"role": "admin"}).status_code == 404
    client.post(f"/_descope/console/people/{ed.user_id}/give-role", {"role": "no-such"})
    assert [role.name for role in ed.roles.all()] == ["editor"]


CHANGES = ["give-role", "take-role", "enable", "disable", "ask-for-totp", "spare-totp", "forget-totp"]


@pytest.mark.parametrize("change", CHANGES)
def test_changes_need_a_post_with_a_csrf_token(ed: Person, change: str) -> None:
    client = Client(enforce_csrf_checks=True)
    address = f"/_descope/console/people/{ed.user_id}/{change}"

    assert client.get(address).status_code == 405
    assert client.post(address, {"role": "editor"}).status_code == 403


def test_making_an_account_needs_a_post_with_a_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.get("/_descope/console/people").status_code == 405
    assert client.post("/_descope/console/people", {"email": "a@example.com"}).status_code == 403


@pytest.mark.parametrize("page", ["inbox", "console"])
def test_the_pages_say_that_they_are_the_sandbox_and_hold_no_inline_code(client: Client, page: str) -> None:
    text = text_of(client, f"/_descope/{page}")

    assert "Sandbox" in text
    assert "style=" not in text
    assert "<script>" not in text


def test_its_pages_know_who_is_signed_in_here(reader: User) -> None:
    browser = signed_in(reader)

    for path in ["/_descope/inbox", "/_descope/console"]:
        assert "Sign out" in browser.get(path).content.decode()
