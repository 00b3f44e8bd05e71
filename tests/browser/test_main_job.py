import re

import pytest
from playwright.sync_api import expect

from .conftest import NewPerson
from .person import Person
from .server import Server

pytestmark = pytest.mark.browser

TEXT = """\
A proof is read **before** printing.

## Why

- It costs little.
- It finds much.
"""


def test_three_people_bring_a_post_from_sign_up_to_reading(server: Server, person: NewPerson) -> None:
    wanda, ada, rita = person("wanda@example.com"), person("ada@example.com"), person("rita@example.com")

    sign_up(wanda, "Wanda Writer", at="/write")
    become_editor(wanda)
    post_id = wanda.write("On proofs", TEXT, "craft, print")
    edit_and_submit(wanda, post_id)
    ada.sign_in(at="/desk")
    rita.sign_in()
    expect(rita.page.get_by_role("link", name="On proofs")).to_have_count(0)
    ada.publish("On proofs")
    read(rita, "On proofs", "It was added later.")
    unpublish(ada, post_id)
    rita.watch.expect_refusal("/posts/on-proofs", 404)
    gone = rita.open("/posts/on-proofs")

    assert gone is not None
    assert gone.status == 404
    for somebody in (wanda, ada, rita):
        somebody.watch.look_for_tokens()
        assert not [c["value"] for c in somebody.context.cookies() if c["value"] in server.log()]
        leave(somebody)


def sign_up(new: Person, name: str, at: str) -> None:
    """Sign up by a link that is opened in a second tab; the name is asked there, and only there."""
    new.watch.expect_refusal(at, 403)
    new.ask_for_link(at)
    new.is_at(f"/sign-in?next=%2F{at[1:]}")
    first, second = new.page, new.context.new_page()
    new.page = second
    new.open_link()
    new.give_name(name)
    for tab in (second, first):
        new.page = tab
        new.is_at(at)
        expect(tab.get_by_role("link", name=name)).to_be_visible()
        expect(tab.get_by_label("What is your name?")).to_have_count(0)
    second.close()


def become_editor(new: Person) -> None:
    new.open("/_descope/console")
    new.press("Give editor to Wanda Writer")
    expect(new.button("Take editor from Wanda Writer")).to_be_visible()
    new.open_until("/", "Start writing").click()
    new.is_at("/write")


def edit_and_submit(writer: Person, post_id: int) -> None:
    writer.type_post(body=TEXT + "\nIt was added later.\n")
    writer.save()
    writer.is_at(f"/desk/posts/{post_id}/edit")
    writer.page.get_by_role("link", name="See the proof").click()
    expect(writer.page.get_by_text("It was added later.")).to_be_visible()
    writer.press("Submit for review")
    expect(writer.page.get_by_text("Submitted for review.")).to_be_visible()


def read(reader: Person, title: str, words: str) -> None:
    reader.open("/")
    reader.page.get_by_role("link", name=title).click()
    expect(reader.heading(title)).to_be_visible()
    expect(reader.page.get_by_role("article").get_by_text(words)).to_be_visible()


def unpublish(admin: Person, post_id: int) -> None:
    admin.open(f"/desk/posts/{post_id}")
    admin.page.get_by_text("Unpublish…", exact=True).click()
    admin.press("Unpublish")
    expect(admin.page.get_by_text("Unpublished.")).to_be_visible()


def leave(somebody: Person) -> None:
    somebody.open("/account")
    somebody.sign_out()
    somebody.page.go_back()
    somebody.is_at(re.compile("/sign-in"))
    expect(somebody.page.get_by_text(somebody.email)).to_have_count(0)
