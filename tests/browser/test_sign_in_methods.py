"""Every way to sign in that the sandbox has besides the link, through Descope's own component."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from accounts.sandbox import totp

from .conftest import NewPerson
from .person import Person
from .server import Server

pytestmark = pytest.mark.browser

FORGET_STEPS = "UPDATE sandbox_person SET totp_step = 0"  # As half a minute later: no code counts twice.
# The component looks once a second whether the window is closed, and then stops listening. Here, all the time.
LOOK_SOONER = """
const every = window.setInterval;
window.setInterval = (look, ms) => every(look, ms === 1000 ? 1 : ms);
"""
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


@pytest.mark.parametrize("provider", ["Google", "GitHub"])
def test_somebody_new_signs_up_at_a_provider(provider: str, person: NewPerson) -> None:
    sam = person(f"sam-{provider.lower()}@example.com")
    sam.open("/account")
    sam.press(f"Sandbox {provider}")
    expect(sam.page.get_by_label("E-mail address")).to_be_focused()
    expect(sam.heading(f"Sandbox {provider}")).to_be_visible()

    sam.page.keyboard.type(sam.email)
    sam.page.get_by_label("Name").fill("Sam Social")
    sam.page.keyboard.press("Enter")

    sam.is_at("/account")
    expect(sam.page.get_by_role("definition").filter(has_text="Sam Social")).to_be_visible()


def test_who_refuses_at_a_provider_may_choose_another_way(person: NewPerson) -> None:
    rita = person("rita@example.com")
    rita.watch.expect_note("You were not let in there")
    rita.open("/account")
    rita.press("Sandbox Google")
    rita.press("Refuse")

    expect(rita.page.get_by_role("alert").filter(has_text="nothing was shared")).to_be_visible()
    sign_in_by_code_here(rita)

    rita.is_at("/account")


@pytest.mark.usefixtures("popups")
def test_another_service_may_show_in_a_window_of_its_own(person: NewPerson) -> None:
    pia = person("pia@example.com")
    pia.open("/account")
    popup = open_popup(pia, "Sandbox Google")
    expect(popup.get_by_role("heading", name="Sandbox Google")).to_be_visible()
    expect(pia.heading("Sign in")).to_be_visible()

    popup.get_by_label("E-mail address").fill(pia.email)
    popup.get_by_label("Name").fill("Pia Popup")
    with popup.expect_event("close"):
        popup.get_by_role("button", name="Allow").click()

    pia.is_at("/account")
    expect(pia.page.get_by_role("definition").filter(has_text="Pia Popup")).to_be_visible()
    assert pia.context.pages == [pia.page]


@pytest.mark.long
@pytest.mark.usefixtures("popups")
def test_that_window_stays_until_the_page_that_asked_has_heard(person: NewPerson) -> None:
    quin = person("quin@example.com")
    quin.context.add_init_script(LOOK_SOONER)
    quin.open("/account")
    popup = open_popup(quin, "Sandbox Google")

    popup.get_by_label("E-mail address").fill(quin.email)
    popup.get_by_label("Name").fill("Quin Quick")
    popup.get_by_role("button", name="Allow").click()

    quin.is_at("/account")


@pytest.mark.usefixtures("popups")
def test_who_refuses_or_closes_that_window_may_choose_another_way(person: NewPerson) -> None:
    rita = person("rita@example.com")
    rita.watch.expect_note("You were not let in there")
    rita.open("/account")
    popup = open_popup(rita, "Sandbox GitHub")
    popup.close()
    expect(rita.page.locator("descope-button#github")).not_to_have_attribute("loading", "true")

    popup = open_popup(rita, "Sandbox GitHub")
    with popup.expect_event("close"):
        popup.get_by_role("button", name="Refuse").click()

    expect(rita.page.get_by_role("alert").filter(has_text="nothing was shared")).to_be_visible()
    sign_in_by_code_here(rita)
    rita.is_at("/account")


def test_the_people_of_an_organisation_sign_in_at_its_own_page(person: NewPerson, acme: str) -> None:
    ann, ben = person("ann@acme.example"), person("ben@acme.example")
    ann.open("/account")
    ann.page.get_by_label("E-mail address").fill(ann.email)
    ann.page.keyboard.press("Enter")
    expect(ann.heading("Acme")).to_be_visible()
    expect(ann.page.get_by_label("E-mail address")).to_have_value(ann.email)
    ann.page.get_by_label("Name").fill("Ann Acme")
    ann.press("Allow")
    ann.is_at("/account")
    expect(ann.page.get_by_role("definition").filter(has_text="Ann Acme")).to_be_visible()

    ben.open(f"/sign-in?tenant={acme}&next=/account")
    expect(ben.heading("Acme")).to_be_visible()
    ben.page.get_by_label("E-mail address").fill(ben.email)
    ben.page.get_by_label("Name").fill("Ben Acme")
    ben.press("Allow")
    ben.is_at("/account")


def test_a_second_factor_is_added_and_asked_for_afterwards(server: Server, person: NewPerson) -> None:
    tess = person("tess@example.com")
    tess.watch.expect_note("That is not the code of this moment")
    make_account(tess, "Tess Two")
    tess.press("Ask for a second factor of Tess Two")
    expect(tess.button("Ask for no second factor of Tess Two")).to_be_visible()

    sign_in_by_code(tess)
    expect(tess.heading("Add an authenticator")).to_be_visible()
    key = tess.page.locator("#key").inner_text().replace(" ", "")
    expect(tess.page.get_by_role("link", name="Open it in an authenticator")).to_have_attribute(
        "href", re.compile(f"^otpauth://totp/.*secret={key}")
    )
    tess.page.get_by_label("Code").fill("wrong")
    tess.page.get_by_label("Code").press("Enter")
    expect(tess.page.get_by_role("alert").filter(has_text="not the code of this moment")).to_be_visible()
    tess.page.wait_for_timeout(DEAF_MS)
    tess.page.get_by_label("Code").fill(totp.code(key, totp.step_now()))
    tess.page.get_by_label("Code").press("Enter")
    tess.is_at("/account")

    tess.sign_out()
    server.change("sandbox", FORGET_STEPS)
    sign_in_by_code(tess)
    expect(tess.heading("One more thing")).to_be_visible()
    tess.page.get_by_label("Code").fill(totp.code(key, totp.step_now()))
    tess.page.keyboard.press("Enter")
    tess.is_at("/account")


def make_account(new: Person, name: str) -> None:
    new.open("/_descope/console")
    new.page.get_by_label("E-mail address").fill(new.email)
    new.page.get_by_label("Name", exact=True).fill(name)
    new.press("Make the account")
    expect(new.heading(name)).to_be_visible()


def sign_in_by_code(somebody: Person) -> None:
    somebody.open("/account")
    sign_in_by_code_here(somebody)


def sign_in_by_code_here(somebody: Person) -> None:
    somebody.page.get_by_label("E-mail address").fill(somebody.email)
    somebody.press("Send me a code")
    expect(somebody.page.get_by_text("We sent a code of six digits")).to_be_visible()
    somebody.page.get_by_label("Code").fill(mailed_code(somebody))
    somebody.page.keyboard.press("Enter")


def open_popup(somebody: Person, name: str) -> Page:
    with somebody.context.expect_page() as opened:
        somebody.press(name)
    return opened.value


@pytest.fixture
def popups(person: NewPerson) -> Iterator[None]:
    """Other services show in a window of their own, as the console has them do, until the test is over."""
    keeper = person("keeper@example.com")
    box = keeper.page.get_by_label("open in a window of their own")
    keeper.open("/_descope/console")
    box.check()
    keeper.press("Make it so")
    expect(box).to_be_checked()
    yield
    keeper.open("/_descope/console")
    box.uncheck()
    keeper.press("Make it so")
    expect(box).not_to_be_checked()


@pytest.fixture
def acme(person: NewPerson) -> Iterator[str]:
    """A tenant with a sign-in of its own, made on the console as anybody would, and gone afterwards."""
    keeper = person("keeper@example.com")
    keeper.open("/_descope/console")
    keeper.page.get_by_label("Name of the organisation").fill("Acme")
    keeper.page.get_by_label("Id", exact=True).fill("acme")
    keeper.page.get_by_label("Domains of its people’s addresses").fill("acme.example")
    keeper.page.get_by_label("It has a sign-in of its own").check()
    keeper.press("Make the tenant")
    expect(keeper.page.get_by_text("Acme is a tenant now.")).to_be_visible()
    yield "acme"
    keeper.open("/_descope/console")
    keeper.press("Delete Acme")
    expect(keeper.button("Delete Acme")).to_have_count(0)


def mailed_code(somebody: Person) -> str:
    """Return the newest code that was mailed to them, read in a tab of its own."""
    inbox = somebody.context.new_page()
    inbox.goto(f"{somebody.site}/_descope/inbox?to={somebody.email}")
    mail = inbox.get_by_role("article").first.inner_text()
    inbox.close()
    found = re.search(r"\b\d{6}\b", mail)
    assert found, mail
    return found[0]
