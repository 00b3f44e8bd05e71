import pytest
from playwright.sync_api import Route, expect

from .conftest import NewPerson
from .person import Person
from .server import Server

pytestmark = pytest.mark.browser

EXPIRE = "UPDATE sandbox_link SET expires_at = '2020-01-01 00:00:00'"


def test_a_link_opened_in_the_same_tab_goes_on_there(person: NewPerson) -> None:
    rita = person("rita@example.com")
    rita.ask_for_link("/account")

    rita.open_link()

    rita.is_at("/account")


def test_a_link_opened_in_another_browser_signs_in_there_and_where_it_was_asked_for(person: NewPerson) -> None:
    at_desk, at_phone = person("rita@example.com"), person("rita@example.com")
    at_desk.ask_for_link("/account")
    expect(at_desk.page.get_by_text("Open it here or on another device: this page goes on by itself.")).to_be_visible()

    at_phone.open_link()

    for browser in (at_phone, at_desk):
        browser.is_at("/account")
        expect(browser.heading("Your account")).to_be_visible()


def test_of_two_tabs_that_finish_together_neither_signs_the_other_out(person: NewPerson) -> None:
    rita = person("rita@example.com")
    rita.ask_for_link("/account")
    waiting, opened = rita.page, rita.context.new_page()
    rita.page = opened
    on_its_way: list[Route] = []
    opened.route("**/account", lambda route: on_its_way.append(route))

    with opened.expect_request("**/account"):
        rita.open_link()
    try:
        expect(waiting.get_by_text("Signing you in…")).to_be_visible()
    finally:
        on_its_way[0].continue_()

    expect(opened).to_have_url(rita.site + "/account")
    expect(waiting).to_have_url(rita.site + "/account")


def test_somebody_new_is_asked_for_a_name_only_in_the_browser_that_opened_the_link(person: NewPerson) -> None:
    at_desk, at_phone = person("nora@example.com"), person("nora@example.com")
    at_desk.ask_for_link("/account")
    at_phone.open_link()
    at_phone.give_name("Nora New")

    for browser in (at_phone, at_desk):
        browser.is_at("/account")
        expect(browser.page.get_by_role("definition").filter(has_text="Nora New")).to_be_visible()
        expect(browser.page.get_by_role("definition").filter(has_text="nora@example.com")).to_be_visible()


@pytest.mark.parametrize("fault", ["used", "expired"])
def test_a_link_that_is_used_or_expired_says_so_and_enter_sends_another(
    fault: str, server: Server, person: NewPerson
) -> None:
    rita = person("rita@example.com")
    rita.ask_for_link("/account")
    link = rita.link()
    if fault == "used":
        used_up_by(person("rita@example.com"), link)
    else:
        server.change("sandbox", EXPIRE)

    rita.page.goto(link)
    expect(rita.heading(f"This link has {'been used' if fault == 'used' else 'expired'}")).to_be_focused()
    rita.page.keyboard.press("Enter")
    expect(rita.heading("Check your mail")).to_be_visible()
    rita.open_link()

    rita.is_at("/account")


def test_a_link_that_lost_its_end_says_so_and_starts_again(person: NewPerson) -> None:
    rita = person("rita@example.com")
    rita.ask_for_link("/account")

    rita.page.goto(rita.link()[:-5])
    expect(rita.heading("This link does not work")).to_be_visible()
    rita.press("Start again")

    expect(rita.page.get_by_label("E-mail address")).to_be_editable()


def used_up_by(somebody: Person, link: str) -> None:
    somebody.page.goto(link)
    somebody.is_at("/account")
