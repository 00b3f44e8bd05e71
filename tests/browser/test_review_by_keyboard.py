"""From submitting to readers, and back once, without a mouse: two people, each at a keyboard."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect

from .conftest import NewPerson
from .person import Person
from .test_every_page import TEXT, faults_of

pytestmark = pytest.mark.browser

MOST_TABS = 60
SITE_ZONE = ZoneInfo("UTC")


def test_a_post_is_returned_resubmitted_scheduled_and_read_by_keyboard_alone(person: NewPerson) -> None:
    ed, ada, rita = (person(f"{name}@example.com", signed_in=True) for name in ("ed", "ada", "rita"))
    faults: list[str] = []
    title = "By keyboard alone"

    def look(somebody: Person, page: str) -> None:
        faults.extend(f"{page}: {fault}" for fault in faults_of(somebody))

    # Ed writes, with a note, and submits.
    ed.open("/write")
    type_into(ed, "Title", title)
    type_into(ed, "Body", TEXT)
    open_details(ed, "A note for the reviewer")
    type_into(ed, "Note for the reviewer", "Is the table clear?")
    look(ed, "write")
    press(ed, "Save and submit for review")
    expect(ed.page.get_by_text("Submitted for review.")).to_be_visible()
    look(ed, "the post's own page, waiting")
    post_id = ed.post_id()

    # Ada goes there as from a mail, skips to the decision, and returns it with a reason.
    ada.open(f"/desk/posts/{post_id}/review")
    expect(ada.page.get_by_text("Is the table clear?").first).to_be_visible()
    look(ada, "review")
    follow(ada, "Skip to your decision")
    open_details(ada, "Request changes…", start=False)
    type_into(ada, "What should change?", "Say more about the oars.", start=False)
    look(ada, "review, asking for changes")
    press(ada, "Request changes", start=False)
    expect(ada.page.get_by_text("Returned to Ed Editor with your reason.")).to_be_visible()

    # Ed reads why, writes on and submits again.
    ed.open(f"/desk/posts/{post_id}")
    expect(ed.page.get_by_text("Say more about the oars.").first).to_be_visible()
    look(ed, "the post's own page, returned")
    follow(ed, "Edit the text")
    ed.is_at(f"/desk/posts/{post_id}/edit")
    look(ed, "edit")
    go_to(ed, ed.page.get_by_label("Body", exact=True))
    ed.page.keyboard.press("Control+End")
    ed.page.keyboard.type("\nThe oars were long.\n")
    press(ed, "Save and submit for review", start=False)
    expect(ed.page.get_by_text("Submitted for review.")).to_be_visible()

    # Ada looks at it from every side, keeps half a reason while she does, and schedules it instead.
    ada.open(f"/desk/posts/{post_id}/review")
    open_details(ada, "Request changes…")
    type_into(ada, "What should change?", "Half a", start=False)
    for side in ("Changes in the page", "Changes in the source", "Details"):
        follow(ada, side)
        expect(ada.page.get_by_role("link", name=side)).to_have_attribute("aria-current", "page")
        expect(ada.page.get_by_label("What should change?")).to_have_value("Half a")
        look(ada, side)
    expect(ada.page.get_by_role("link", name="Details")).to_be_focused()
    ada.page.go_back()
    expect(ada.page.locator("ins", has_text="The oars were long.")).to_be_visible()
    go_to(ada, ada.page.get_by_label("What should change?"))
    ada.page.keyboard.press("Control+a")
    ada.page.keyboard.press("Delete")
    open_details(ada, "Schedule…")
    at = next_minute()
    go_to(ada, ada.page.get_by_label("Day and time in UTC"), start=False)
    ada.page.keyboard.type(at.strftime("%m%d%Y"))
    ada.page.keyboard.press("Tab")  # A year may have six digits: nothing goes on to the hour by itself.
    ada.page.keyboard.type(at.strftime("%I%M%p"))
    look(ada, "review, scheduling")
    press(ada, "Schedule", start=False)
    expect(ada.page.get_by_text(re.compile(r"^It goes live on \d+ \w+ \d{4}, \d\d:\d\d UTC\.$"))).to_be_visible()
    look(ada, "the post's own page, scheduled")
    follow(ada, "History")
    ada.is_at(f"/desk/posts/{post_id}/history")
    look(ada, "history")
    follow(ada, "What changed in revision 2")
    ada.is_at(f"/desk/posts/{post_id}/history?from=1&to=2")
    look(ada, "two revisions")

    # Rita has it in the minute that was chosen, and nobody did anything meanwhile.
    rita.open("/")
    if datetime.now(SITE_ZONE) < at:
        expect(rita.page.get_by_role("link", name=title)).to_have_count(0)
    rita.page.wait_for_timeout(max(0.0, (at - datetime.now(SITE_ZONE)).total_seconds() * 1000))
    rita.open("/")
    follow(rita, title)
    expect(rita.page.get_by_role("article")).to_contain_text("The oars were long.")
    assert faults == []


def next_minute() -> datetime:
    """Return the first full minute that leaves time to send the form."""
    return (datetime.now(SITE_ZONE) + timedelta(seconds=75)).replace(second=0, microsecond=0)


def go_to(somebody: Person, target: Locator, start: bool = True) -> None:
    """Press Tab until the focus is there: from the top of the page, or from where it is."""
    expect(target).to_be_visible()
    if start:
        somebody.page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0)")
    for _ in range(MOST_TABS):
        if target.evaluate("target => target.matches(':focus')"):
            return
        somebody.page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {target}")


def type_into(somebody: Person, label: str, text: str, start: bool = True) -> None:
    go_to(somebody, somebody.page.get_by_label(label, exact=True), start)
    somebody.page.keyboard.insert_text(text)


def press(somebody: Person, name: str, start: bool = True) -> None:
    go_to(somebody, somebody.button(name), start)
    somebody.page.keyboard.press("Enter")


def follow(somebody: Person, name: str) -> None:
    link = somebody.page.get_by_role("link", name=name).first
    if "skip-link" in (link.get_attribute("class") or ""):
        somebody.page.evaluate("document.activeElement.blur()")
    go_to(somebody, link)
    somebody.page.keyboard.press("Enter")


def open_details(somebody: Person, name: str, start: bool = True) -> None:
    go_to(somebody, somebody.page.locator("summary", has_text=re.compile(f"^{re.escape(name)}$")), start)
    somebody.page.keyboard.press("Enter")
