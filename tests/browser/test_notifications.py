"""From the mail to the post, and through the list, in a real browser with the worker of the server itself."""

import pytest
from playwright.sync_api import expect

from .conftest import NewPerson
from .test_every_page import LOOKS, faults_of

pytestmark = pytest.mark.browser


def test_a_submission_reaches_the_admin_by_mail_and_its_link_leads_to_the_review(person: NewPerson) -> None:
    ed, ada = person("ed@example.com", signed_in=True), person("ada@example.com", signed_in=True)
    post_id = ed.write("Straight from the mail", "Words.")
    ed.open(f"/desk/posts/{post_id}")
    ed.press("Submit for review")

    address = f"/desk/posts/{post_id}/review"
    ada.open_until("/_descope/inbox?to=ada@example.com", ada.site + address).click()

    ada.is_at(address)
    expect(ada.heading("Straight from the mail").first).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_the_list_and_the_choices_are_usable_by_all_and_without_javascript(look: str, person: NewPerson) -> None:
    plain = {**LOOKS[look], "java_script_enabled": False}
    ed, ada = person("ed@example.com", signed_in=True), person("ada@example.com", signed_in=True, **LOOKS[look])
    title = f"A title that is told of, {look}"
    post_id = ed.write(title, "Words.")
    ed.open(f"/desk/posts/{post_id}")
    ed.press("Submit for review")

    ada.open("/desk/notifications")
    faults = faults_of(ada)
    ada.open("/account/notifications")
    faults += faults_of(ada)
    without = person("ada@example.com", signed_in=True, **plain)
    without.open("/desk/notifications")
    line = without.page.get_by_role("listitem").filter(has_text=title)
    line.get_by_role("button").click()

    assert faults == []
    expect(line).to_have_count(1)
    expect(line.get_by_text("New")).to_have_count(0)
