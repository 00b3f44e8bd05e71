"""The desk's lists in a browser: usable by all, in every look, with a keyboard and without script."""

from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import NewPerson
from .test_every_page import LOOKS, faults_of

pytestmark = pytest.mark.browser

OWN = ("mine", "drafts", "returned", "waiting", "scheduled", "live", "archived", "mine?q=nothing+like+it")
REVIEWING = ("queue", "coming-up", "published", "everything", "people")


@pytest.mark.parametrize("look", LOOKS)
def test_every_list_is_usable_by_all_and_fits(look: str, person: NewPerson) -> None:
    ed, ada = (person(f"{name}@example.com", signed_in=True, **LOOKS[look]) for name in ("ed", "ada"))
    ed.write(f"A draft with a title that is long enough to need more than one line, {look}", "Words.", "craft, print")
    post_id = ed.write(f"Submitted, {look}", "Words.", "craft")
    ed.open(f"/desk/posts/{post_id}")
    ed.press("Submit for review")
    faults = []

    for somebody, lists in ((ed, OWN), (ada, REVIEWING)):
        for key in lists:
            somebody.open(f"/desk/{key}")
            faults += [f"{key}: {fault}" for fault in faults_of(somebody)]

    assert faults == []


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["with script", "without script"])
def test_many_drafts_are_archived_with_the_keyboard_alone(person: NewPerson, options: dict[str, Any]) -> None:
    ed = person("ed@example.com", signed_in=True, **options)
    word = "scripted" if not options else "plain"
    titles = [f"Put away {word} {number}" for number in range(3)]
    for title in titles:
        ed.write(title, "Words.")
    ed.open(f"/desk/drafts?q=put+away+{word}")

    for title in titles[:2]:
        ed.page.get_by_role("checkbox", name=f"Tick {title}").focus()
        ed.page.keyboard.press("Space")
    ed.button("Archive").focus()
    ed.page.keyboard.press("Enter")

    ed.is_at(f"/desk/drafts?q=put+away+{word}")
    expect(ed.page.get_by_text("Archived: “")).to_be_visible()
    expect(ed.page.locator(".row__title")).to_have_text(titles[2:])
    ed.open(f"/desk/archived?q={word}&sort=title")
    expect(ed.page.locator(".row__title")).to_have_text(titles[:2])


@pytest.mark.long
def test_one_box_ticks_all_and_the_buttons_come_along(person: NewPerson) -> None:
    ed = person("ed@example.com", signed_in=True, viewport={"width": 1000, "height": 500})
    for number in range(12):
        ed.write(f"A long list {number}", "Words.")
    ed.open("/desk/drafts?q=a+long+list")

    expect(ed.button("Archive")).not_to_be_in_viewport()
    ed.page.get_by_role("checkbox", name="Tick A long list 11").check()
    expect(ed.button("Archive")).to_be_in_viewport()
    everything = ed.page.get_by_label("Tick all")
    everything.check()

    expect(ed.page.locator("[name=post]:checked")).to_have_count(12)
    ed.page.get_by_role("checkbox", name="Tick A long list 3").uncheck()
    expect(everything).not_to_be_checked()


def test_a_review_is_taken_from_the_queue_and_given_back(person: NewPerson) -> None:
    ed, ada = (person(f"{name}@example.com", signed_in=True) for name in ("ed", "ada"))
    post_id = ed.write("Whose is this?", "Words.")
    ed.open(f"/desk/posts/{post_id}")
    ed.press("Submit for review")
    ada.open("/desk/queue")

    ada.press("Review it Whose is this?")
    ada.is_at(f"/desk/posts/{post_id}/review")
    ada.open("/desk/queue?claim=mine")
    expect(ada.page.get_by_text("in your hands", exact=True)).to_be_visible()
    ada.press("Back to the queue Whose is this?")
    ada.open("/desk/queue?claim=free&q=whose")
    expect(ada.page.get_by_role("link", name="Whose is this?")).to_be_visible()
    ed.open("/desk/waiting?q=whose")
    ed.page.get_by_role("checkbox", name="Tick Whose is this?").check()
    ed.press("Withdraw")

    expect(ed.page.get_by_text("Withdrawn: “Whose is this?”.")).to_be_visible()
