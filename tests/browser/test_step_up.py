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


@pytest.mark.long
def test_a_quarter_of_an_hour_later_it_takes_a_new_proof(server: Server, person: NewPerson) -> None:
    ed, ada = person("ed@example.com", signed_in=True), person("ada@example.com")
    prove_with_authenticator(server, ada)
    submit(ed, "Once more")
    server.change("galley", AGE_SIGN_INS)

    review = press_publish(ada, "Once more")
    prove_by_mail(ada)
    give_code(server, ada)

    ada.is_at(review)
    ada.press("Publish")
    expect(ada.page.get_by_text("Published.", exact=True)).to_be_visible()


def test_what_was_typed_waits_while_another_tab_proves_it(server: Server, person: NewPerson) -> None:
    ed, ada = person("ed@example.com", signed_in=True), person("ada@example.com")
    prove_with_authenticator(server, ada)
    post_id = submit(ed, "Soon gone")
    ada.publish("Soon gone")
    server.change("galley", AGE_SIGN_INS)

    ada.watch.expect_refusal(f"/desk/posts/{post_id}/unpublish", 403)
    ada.open(f"/desk/posts/{post_id}")
    move = ada.page.locator("[data-verb=unpublish]")
    move.locator("summary").click()
    move.get_by_label("Gone, with a sentence of yours").check()
    move.get_by_label("The sentence, if it is gone").fill("Its author took it back.")
    move.get_by_role("button", name="Unpublish").click()
    with ada.context.expect_page() as opened:
        ada.page.get_by_role("link", name="Confirm in a new tab").click()
    waiting, ada.page = ada.page, opened.value
    prove_by_mail(ada)
    give_code(server, ada)
    ada.is_at(f"/desk/posts/{post_id}")
    ada.page.close()
    ada.page = waiting
    ada.press("Unpublish")

    expect(ada.page.get_by_text("Unpublished.")).to_be_visible()
    note = server.value("galley", f"SELECT gone_note FROM blog_post WHERE id = {post_id}")  # noqa: S608 — our number.
    assert note == "Its author took it back."


def prove_with_authenticator(server: Server, somebody: Person) -> None:
    """Sign in by the step-up flow, adding an authenticator at the first time."""
    somebody.open("/sign-in?step-up=1&next=/account")
    prove_by_mail(somebody)
    expect(somebody.page.get_by_label("Code")).to_be_visible()
    expect(somebody.heading(re.compile("Add an authenticator|One more thing"))).to_be_visible()
    if somebody.heading("Add an authenticator").is_visible():
        key = somebody.page.locator("#key").inner_text().replace(" ", "")
        somebody.page.get_by_label("Code").fill(totp.code(key, totp.step_now()))
        somebody.page.keyboard.press("Enter")
    else:
        give_code(server, somebody)
    somebody.is_at("/account")


def give_code(server: Server, somebody: Person) -> None:
    """Type the code of the authenticator that they have added before."""
    expect(somebody.heading("One more thing")).to_be_visible()
    server.change("sandbox", FORGET_STEPS)
    key = server.value("sandbox", f"SELECT totp_key FROM sandbox_person WHERE email = '{somebody.email}'")  # noqa: S608
    somebody.page.get_by_label("Code").fill(totp.code(key, totp.step_now()))
    somebody.page.keyboard.press("Enter")
