"""Every way to sign in that the sandbox has besides the link, through Descope's own component."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import NewPerson
from .person import Person

pytestmark = pytest.mark.browser

DEAF_MS = 600  # For half a second after one press the component takes no other.


def test_a_code_by_mail_signs_in_with_the_keyboard_alone(person: NewPerson) -> None:
    rita = person("rita@example.com")
    rita.open("/account")
    rita.page.get_by_label("E-mail address").fill(rita.email)
    rita.press("Send me a code")
    expect(rita.page.get_by_label("Code")).to_be_focused()

    rita.page.keyboard.type(mailed_code(rita))
    rita.page.keyboard.press("Enter")

    rita.is_at("/account")
    expect(rita.heading("Your account")).to_be_visible()


def test_a_wrong_code_is_pointed_out_and_another_can_be_sent(person: NewPerson) -> None:
    rita = person("rita@example.com")
    rita.watch.expect_note("That is not the code")
    rita.open("/account")
    rita.page.get_by_label("E-mail address").fill(rita.email)
    rita.press("Send me a code")
    rita.page.get_by_label("Code").fill("wrong")
    rita.page.get_by_label("Code").press("Enter")
    expect(rita.page.get_by_role("alert").filter(has_text="That is not the code")).to_be_visible()

    rita.page.wait_for_timeout(DEAF_MS)
    rita.press("Send another code")
    expect(rita.page.get_by_text("We sent it again.")).to_be_visible()
    rita.page.get_by_label("Code").fill(mailed_code(rita))
    rita.page.get_by_label("Code").press("Enter")

    rita.is_at("/account")


def mailed_code(somebody: Person) -> str:
    """Return the newest code that was mailed to them, read in a tab of its own."""
    inbox = somebody.context.new_page()
    inbox.goto(f"{somebody.site}/_descope/inbox?to={somebody.email}")
    mail = inbox.get_by_role("article").first.inner_text()
    inbox.close()
    found = re.search(r"\b\d{6}\b", mail)
    assert found, mail
    return found[0]
