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
