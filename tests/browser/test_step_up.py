"""Publishing where it asks for a second factor: an admin is led through the step-up flow and back to the button."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.sandbox import totp

from .conftest import NewPerson
from .person import Person
from .server import Server, running

pytestmark = pytest.mark.browser

TITLE = "Twice sure"
BODY = "To be published by who proves it twice."
FORGET_STEPS = "UPDATE sandbox_person SET totp_step = 0"  # As half a minute later: no code counts twice.
AGE_SIGN_INS = "UPDATE accounts_session SET started_at = datetime('now', '-16 minutes') WHERE ended_at IS NULL"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("step-up"), REQUIRE_MFA_TO_PUBLISH="true") as server:
        yield server


@pytest.fixture(scope="module")
def known_cookies() -> dict[str, Any]:
    """Nobody's yet: this server is another one."""
    return {}


def submit(editor: Person, title: str) -> int:
    post_id = editor.write(title, BODY)
    editor.press("Save and submit for review")
    expect(editor.page.get_by_text("in review").first).to_be_visible()
    return post_id


def press_publish(admin: Person, title: str) -> str:
    """Press the button on the review page, and return where that page is."""
    admin.open("/desk")
    admin.page.get_by_role("link", name=title).click()
    expect(admin.heading(title)).to_be_visible()
    address = admin.page.url.removeprefix(admin.site)
    admin.press("Publish")
    expect(admin.heading("Confirm that it is you")).to_be_visible()
    return address


def prove_by_mail(somebody: Person) -> None:
    somebody.page.get_by_label("E-mail address").fill(somebody.email)
    somebody.press("Send me a code")
    expect(somebody.page.get_by_text("We sent a code of six digits")).to_be_visible()
    inbox = somebody.context.new_page()
    inbox.goto(f"{somebody.site}/_descope/inbox?to={somebody.email}")
    code = re.search(r"\b\d{6}\b", inbox.get_by_role("article").first.inner_text())
    inbox.close()
    assert code
    somebody.page.get_by_label("Code").fill(code[0])
    somebody.page.keyboard.press("Enter")


def test_who_presses_publish_proves_it_and_comes_back_to_the_button(server: Server, person: NewPerson) -> None:
    ed, ada = person("ed@example.com", signed_in=True), person("ada@example.com", signed_in=True)
    submit(ed, TITLE)

    review = press_publish(ada, TITLE)
    prove_by_mail(ada)
    expect(ada.heading("Add an authenticator")).to_be_visible()
    key = ada.page.locator("#key").inner_text().replace(" ", "")
    ada.page.get_by_label("Code").fill(totp.code(key, totp.step_now()))
    ada.page.keyboard.press("Enter")

    ada.is_at(review)
    expect(ada.page.get_by_text(BODY)).to_be_visible()
    ada.press("Publish")
    expect(ada.page.get_by_text("Published.", exact=True)).to_be_visible()
    expect(ada.heading(TITLE)).to_be_visible()

    # A quarter of an hour later it takes a new proof: this time the code alone, for the key is known.
    submit(ed, "Once more")
    server.change("galley", AGE_SIGN_INS)
    server.change("sandbox", FORGET_STEPS)
    review = press_publish(ada, "Once more")
    prove_by_mail(ada)
    expect(ada.heading("One more thing")).to_be_visible()
    ada.page.get_by_label("Code").fill(totp.code(key, totp.step_now()))
    ada.page.keyboard.press("Enter")
    ada.is_at(review)
    ada.press("Publish")
    expect(ada.page.get_by_text("Published.", exact=True)).to_be_visible()
