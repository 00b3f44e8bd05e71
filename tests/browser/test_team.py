import re

import pytest
from playwright.sync_api import expect

from .conftest import NewPerson
from .person import Person

pytestmark = pytest.mark.browser


def test_somebody_invited_writes_at_once_and_is_out_when_their_account_is_closed(person: NewPerson) -> None:
    ada, nora = person("ada@example.com", signed_in=True), person("nora.newcomer@example.com")

    ada.open("/desk")
    ada.page.get_by_role("link", name="Team").click()
    invite(ada, nora.email)
    change(ada, "nora.newcomer", "Give the role editor", "She writes about printing.")
    nora.open_link()
    nora.give_name("Nora Newcomer")
    nora.is_at("/")
    nora.write("First words", "At once.")
    ada.open("/desk/team")
    change(ada, "Nora Newcomer", "Close the account", "She has left us.")
    nora.page.get_by_role("link", name="Write").click()

    nora.is_at(re.compile(r"/sign-in\?next="))
    expect(
        ada.page.get_by_role("listitem").filter(has_text="Ada Admin closed the account of Nora Newcomer")
    ).to_be_visible()


def test_the_keyboard_alone_does_it_and_enter_in_the_reason_does_nothing(person: NewPerson) -> None:
    ada = person("ada@example.com", signed_in=True)
    ada.open("/desk/team")
    row = ada.page.get_by_role("listitem").filter(has=ada.heading("Rita Reader"))

    row.locator("summary").focus()
    ada.page.keyboard.press("Enter")
    ada.page.keyboard.press("Tab")
    ada.page.keyboard.type("She asked for it.")
    ada.page.keyboard.press("Enter")
    expect(row.get_by_label("Why?")).to_have_value("She asked for it.\n")
    row.get_by_role("button", name="Sign out everywhere").focus()
    ada.page.keyboard.press("Enter")

    expect(ada.page.get_by_text("Rita Reader is signed out everywhere.")).to_be_visible()


def invite(admin: Person, email: str) -> None:
    admin.page.get_by_label("E-mail address").fill(email)
    admin.page.get_by_label("Why?").last.fill("A new colleague.")
    admin.press("Send the invitation")
    expect(admin.page.get_by_text("An invitation is on its way to")).to_be_visible()


def change(admin: Person, name: str, act: str, reason: str) -> None:
    row = admin.page.get_by_role("listitem").filter(has=admin.heading(name))
    row.locator("summary").click()
    row.get_by_label("Why?").fill(reason)
    row.get_by_role("button", name=act).click()
    expect(admin.page.get_by_text(reason)).to_be_visible()
