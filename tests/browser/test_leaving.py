import re

import pytest
from playwright.sync_api import expect

from .conftest import NewPerson
from .server import Server

pytestmark = pytest.mark.browser


def test_somebody_deletes_their_account_and_their_posts_stay_under_another_name(
    server: Server, person: NewPerson
) -> None:
    title = "What Lena leaves behind"
    lena, ada, rita = person("lena@example.com"), *(person(f"{n}@example.com", signed_in=True) for n in ("ada", "rita"))
    lena.ask_for_link("/account")
    lena.open_link()
    lena.give_name("Lena Leaver")
    lena.is_at("/account")
    lena.open("/_descope/console")
    lena.press("Give a picture to Lena Leaver")
    lena.press("Give editor to Lena Leaver")
    lena.open("/account")
    lena.page.get_by_role("button", name=re.compile("^Fetch my picture")).click()  # A message may have brought it.
    picture = lena.page.locator("img.portrait")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") == 256
    lena.open(f"/desk/posts/{lena.write(title, 'Words that stay.')}")
    lena.press("Submit for review")
    ada.publish(title)
    rita.open("/")
    expect(rita.page.get_by_text("Lena Leaver")).to_be_visible()

    # It was a while ago that she signed in, so she does it again, and is back.
    server.change(
        "galley",
        "UPDATE accounts_session SET started_at = datetime(started_at, '-1 hour') "
        "WHERE user_id = (SELECT id FROM accounts_user WHERE email = :email)",
        email=lena.email,
    )
    lena.open("/account")
    lena.page.get_by_role("link", name="Delete my account").click()
    lena.page.get_by_role("main").get_by_role("link", name="Sign in again").click()
    lena.page.get_by_label("E-mail address").fill(lena.email)
    lena.press("Send me a link")
    expect(lena.heading("Check your mail")).to_be_visible()
    lena.open_link()
    lena.is_at("/account/delete")

    lena.page.get_by_label("The name they stay under").fill("The night desk")
    confirmation = lena.page.get_by_label(re.compile("^To confirm"))
    confirmation.fill("yes")
    lena.watch.expect_refusal("/account/delete", 422)
    lena.press("Delete my account for good")
    expect(lena.page.get_by_text("That is neither")).to_be_visible()
    expect(lena.page.get_by_label("The name they stay under")).to_have_value("The night desk")
    confirmation.fill("delete")
    lena.press("Delete my account for good")

    expect(lena.heading("Your account is deleted")).to_be_visible()
    expect(lena.page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    rita.open("/")
    rita.page.get_by_role("link", name=title).click()
    expect(rita.page.get_by_text("The night desk")).to_be_visible()
    expect(rita.page.get_by_text(re.compile("Lena"))).to_have_count(1)  # In the title that she gave it.
    lena.page.evaluate("history.go(-2)")  # To where the form was first shown.
    lena.is_at("/sign-in?next=%2Faccount%2Fdelete")
    lena.open("/_descope/console")
    expect(lena.page.get_by_text("Lena Leaver")).to_have_count(0)
