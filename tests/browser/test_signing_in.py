import re

import pytest
from playwright.sync_api import Browser, expect

from .conftest import CHROMIUM_OPTIONS, NewPerson, find_chromium
from .person import Person
from .server import Server

pytestmark = pytest.mark.browser

AGE_TOKENS = "UPDATE accounts_session SET token_expires_at = '2020-01-01 00:00:00' WHERE ended_at IS NULL"
FRESH_TOKENS = """
    SELECT COUNT(*) FROM accounts_session WHERE token_expires_at > datetime('now') AND ended_at IS NULL
"""
FLOW_START = "/_descope/v1/flow/start"


def test_trouble_at_descope_is_said_and_signing_in_can_start_again(server: Server, person: NewPerson) -> None:
    rita = person("rita@example.com")
    rita.watch.expect_refusal(FLOW_START, 500)
    rita.watch.expect_note(f"{server.url}{FLOW_START} 500")
    rita.page.route(server.url + FLOW_START, lambda route: route.fulfill(status=500, json={"errorCode": "E1"}), times=1)
    rita.open("/account")
    rita.page.get_by_label("E-mail address").fill(rita.email)
    rita.press("Send me a link")

    expect(rita.page.get_by_role("alert").filter(has_text="Signing in did not work")).to_be_visible()
    rita.page.get_by_role("link", name="Start again").click()

    rita.is_at("/sign-in?next=/account")
    expect(rita.page.get_by_label("E-mail address")).to_be_editable()


def test_a_component_that_does_not_load_is_said(server: Server, person: NewPerson) -> None:
    rita = person("rita@example.com")
    rita.watch.expect_refusal("/static/vendor/descope-web-component.js", 502)
    rita.page.route("**/descope-web-component.js", lambda route: route.fulfill(status=502, body="no"))

    rita.open("/sign-in")

    expect(rita.page.get_by_role("alert").filter(has_text="The sign-in form did not load.")).to_be_visible()
    expect(rita.page.get_by_role("link", name="Start again")).to_be_visible()


def test_somebody_new_signs_up_with_the_keyboard_alone(person: NewPerson) -> None:
    kim = person("kim@example.com")
    kim.open("/account")
    expect(kim.page.get_by_label("E-mail address")).to_be_focused()

    kim.page.keyboard.type(kim.email)
    kim.page.keyboard.press("Enter")
    expect(kim.heading("Check your mail")).to_be_focused()
    kim.tab_to("Read it in the sandbox’s inbox")
    for _ in range(2):  # After the first answer the component builds the screen again.
        kim.page.wait_for_event("requestfinished", lambda request: request.url.endswith("/v1/flow/next"))
    with kim.context.expect_page() as opened:
        kim.page.keyboard.press("Enter")
    waiting, kim.page = kim.page, opened.value
    kim.tab_to("Open the link")
    kim.page.keyboard.press("Enter")
    expect(kim.page.get_by_label("What is your name?")).to_be_focused()
    kim.page.keyboard.type("Kim Keys")
    kim.page.keyboard.press("Enter")

    for tab in (kim.page, waiting):
        expect(tab.get_by_role("definition").filter(has_text="Kim Keys")).to_be_visible()


def test_a_wrong_address_is_pointed_out_and_can_be_mended(person: NewPerson) -> None:
    rita = person("rita@example")
    rita.watch.expect_note("That does not look like an e-mail address.")
    rita.open("/sign-in")
    address = rita.page.get_by_label("E-mail address")
    address.fill(rita.email)
    first_built = address.element_handle()
    address.press("Enter")

    expect(rita.page.get_by_role("alert").filter(has_text="That does not look like an e-mail address.")).to_be_visible()
    rita.page.wait_for_function("field => !field.isConnected", arg=first_built)  # The component builds it again.
    address.fill("rita@example.com")
    address.press("Enter")

    expect(rita.heading("Check your mail")).to_be_visible()


def test_who_is_signed_in_stays_so_when_the_token_expires(server: Server, person: NewPerson) -> None:
    rita = person("rita@example.com", signed_in=True)
    rita.open("/account")
    server.change("galley", AGE_TOKENS)

    rita.open("/account")

    expect(rita.heading("Your account")).to_be_visible()
    assert server.value("galley", FRESH_TOKENS) == 1


def test_signing_out_leaves_nothing_for_the_back_button(person: NewPerson) -> None:
    rita = person("rita@example.com")
    rita.sign_in("/account")

    rita.sign_out()
    rita.page.go_back()

    rita.is_at(re.compile("/sign-in"))
    expect(rita.page.get_by_text(rita.email)).to_have_count(0)
    assert "session" not in [cookie["name"] for cookie in rita.context.cookies()]


def test_signing_out_leaves_no_page_that_the_browser_has_put_aside(server: Server, browser: Browser) -> None:
    """Where the back button shows pages as they were left, which Playwright switches off unless it is told not to."""
    chromium = browser.browser_type.launch(
        executable_path=find_chromium(browser.browser_type),
        args=CHROMIUM_OPTIONS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    try:
        rita = Person(chromium.new_context(), server.url, "rita@example.com")
        rita.sign_in("/")
        rita.open("/")
        rita.open("/")  # From here on it has all cookies.
        rita.sign_out()
        rita.page.go_back(wait_until="commit")

        rita.is_at(re.compile("/sign-in"))
        expect(rita.button("Sign out")).to_have_count(0)
    finally:
        chromium.close()
