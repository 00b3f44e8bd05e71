import re

import pytest
from playwright.sync_api import expect

from .conftest import NewPerson

pytestmark = pytest.mark.browser


def test_two_windows_on_one_post_lose_no_text(person: NewPerson) -> None:
    ed = person("ed@example.com", signed_in=True)
    post_id = ed.write("Two windows", "As it was.")
    other = person("ed@example.com", signed_in=True)
    other.open(f"/desk/posts/{post_id}/edit")
    ed.type_post(body="From the first window.")
    ed.save()

    other.watch.expect_refusal(f"/desk/posts/{post_id}/edit", 409)
    other.type_post(body="From the second window.")
    other.press("Save draft")

    expect(other.heading("Somebody saved this meanwhile")).to_be_visible()
    expect(other.page.locator("#id_body")).to_have_value("From the second window.")
    expect(other.page.locator("#saved-body")).to_have_value("From the first window.")
    other.page.locator("#id_body").fill("From both windows.")
    other.save()
    other.open(f"/desk/posts/{post_id}")
    expect(other.page.get_by_text("From both windows.")).to_be_visible()


def test_a_text_that_is_too_long_is_said_so_before_it_is_sent(person: NewPerson) -> None:
    ed = person("ed@example.com", signed_in=True)
    ed.open("/write")

    ed.page.locator("#id_body").fill("𝒢" * 100_001)
    ed.page.get_by_role("button", name="Save draft").click()

    expect(ed.page.locator(".field__count")).to_have_text("1 word, 100,001 characters: 1 more than a post may hold")
    ed.is_at("/write")
    ed.page.locator("#id_body").fill("𝒢" * 100_000)
    expect(ed.page.locator(".field__count")).to_have_text("1 word, 100,000 characters")
    ed.page.locator("#id_body").fill("")


def test_without_javascript_signing_in_says_what_it_needs(person: NewPerson) -> None:
    visitor = person("nobody@example.com", java_script_enabled=False)

    visitor.open("/")

    visitor.is_at("/sign-in")
    expect(visitor.page.locator("noscript p")).to_have_text(re.compile("^Signing in needs JavaScript"))


def test_without_javascript_a_post_is_written_published_and_read(person: NewPerson) -> None:
    ed, ada, rita = (
        person(f"{name}@example.com", signed_in=True, java_script_enabled=False) for name in ("ed", "ada", "rita")
    )

    post_id = ed.write("Without script", "Read *plainly*.")
    ed.type_post(body="Read *very* plainly.")
    ed.press("Save and submit for review")
    ed.is_at(f"/desk/posts/{post_id}")
    ada.publish("Without script")
    rita.open("/")
    rita.page.get_by_role("link", name="Without script").click()

    rita.is_at("/posts/without-script")
    expect(rita.page.get_by_role("article")).to_contain_text("Read very plainly.")
