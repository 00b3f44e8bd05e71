import pytest
from django.test import Client
from pytest_django import Settings


def test_a_signed_out_press_of_a_button_comes_back_to_the_page_with_the_button() -> None:
    answer = Client().post("/desk/posts/7/publish", headers={"Referer": "http://testserver/desk/posts/7/review"})

    assert answer.headers["Location"] == "/sign-in?next=%2Fdesk%2Fposts%2F7%2Freview"


def test_a_signed_out_save_leads_back_to_the_form() -> None:
    page = Client().post("/write", {"body": "Words."}, headers={"Referer": "http://testserver/write"})

    assert page.status_code == 401
    assert 'href="/sign-in?next=%2Fwrite"' in page.content.decode()


@pytest.mark.parametrize(
    ("asked", "shown"), [("acme-1", "acme-1"), ('"><b>', "home"), ("a b", "home"), ("x" * 65, "home"), ("", "home")]
)
def test_the_address_names_the_tenant_to_sign_in_at(client: Client, settings: Settings, asked: str, shown: str) -> None:
    settings.DESCOPE_TENANT_ID = "home"

    page = client.get("/sign-in", {"tenant": asked}, headers={"Host": "localhost:8000"}).content.decode()

    assert f'data-tenant="{shown}"' in page


def test_an_address_that_is_none_leads_to_the_front_page_afterwards() -> None:
    answer = Client().post("/desk/posts/7/publish", headers={"Referer": "http://["})

    assert answer.headers["Location"] == "/sign-in"
