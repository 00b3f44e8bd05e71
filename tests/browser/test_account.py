import httpx
import pytest
from playwright.sync_api import expect

from .conftest import NewPerson

pytestmark = pytest.mark.browser

# Somebody of their own for each test: other tests sign in and out as the three whom the sandbox begins with.


def test_a_session_that_is_ended_from_another_browser_is_over_at_its_next_click(person: NewPerson) -> None:
    email = "two-browsers@example.com"
    at_desk, at_home = person(email), person(email, user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0")
    at_home.ask_for_link("/account")
    at_home.open_link()
    at_home.give_name("Tove Two")
    at_home.is_at("/account")
    at_desk.sign_in("/account")

    at_desk.press("Sign out Firefox on Linux")
    expect(at_desk.page.get_by_text("That browser is signed out.")).to_be_visible()
    at_home.page.get_by_role("link", name="Your account").click()

    at_home.is_at("/sign-in?next=%2Faccount")
    at_desk.open("/account")
    expect(at_desk.heading("Your account")).to_be_visible()


def test_signing_out_everywhere_is_over_everywhere_at_the_next_click(person: NewPerson) -> None:
    email = "everywhere@example.com"
    at_desk, at_home = person(email), person(email)
    at_home.ask_for_link("/account")
    at_home.open_link()
    at_home.give_name("Eve Everywhere")
    at_home.is_at("/account")
    at_desk.sign_in("/account")

    at_desk.press("Sign out everywhere")
    at_desk.is_at("/sign-in")
    at_home.page.get_by_role("link", name="Your account").click()

    at_home.is_at("/sign-in?next=%2Faccount")
    at_desk.page.go_back()
    expect(at_desk.page.get_by_text(email)).to_have_count(0)


def test_a_token_is_shown_once_and_works_for_a_program_until_it_is_revoked(person: NewPerson) -> None:
    ed = person("ed@example.com", signed_in=True)
    ed.open("/account")
    ed.page.get_by_role("link", name="API tokens").click()
    ed.page.get_by_label("Name").fill("Backup")
    ed.press("Make the token")
    token = ed.page.get_by_label("The token").input_value()

    def status() -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(f"{ed.site}/api/posts/retrieve", headers=headers).status_code

    assert status() == 200
    ed.page.get_by_role("link", name="Your account", exact=True).click()
    ed.page.get_by_role("link", name="API tokens").click()
    expect(ed.page.get_by_text("Backup", exact=True).first).to_be_visible()
    assert token not in ed.page.content()
    ed.press("Revoke Backup")
    expect(ed.page.get_by_text("is revoked.")).to_be_visible()
    assert status() == 401
