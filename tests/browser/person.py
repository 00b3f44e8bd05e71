"""Somebody at a browser of their own, and what they do on the pages."""

import re

from playwright.sync_api import BrowserContext, Locator, Response, expect

from .watch import Watch

TRIES = 50


class Person:
    """One browser profile. `page` is the tab they are at."""

    def __init__(self, context: BrowserContext, site: str, email: str) -> None:
        self.context, self.site, self.email = context, site, email
        self.watch = Watch(context, site)
        self.page = context.new_page()

    # Going about

    def open(self, path: str) -> Response | None:
        return self.page.goto(self.site + path)

    def open_until(self, path: str, shows: str) -> Locator:
        """Open a page again and again until it shows this link, for what arrives there in a moment."""
        link = self.page.get_by_role("link", name=shows)
        for _ in range(TRIES):
            self.open(path)
            if link.count():
                return link
        raise AssertionError(f"{path} never showed “{shows}”")

    def press(self, name: str) -> None:
        self.button(name).click()

    def tab_to(self, name: str) -> None:
        """Move the focus forward to the link of this name."""
        link = self.page.get_by_role("link", name=name).first
        expect(link).to_be_visible()
        for _ in range(TRIES):
            if link.evaluate("link => link.matches(':focus')"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to “{name}”")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def heading(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("heading", name=name)

    def is_at(self, path: str | re.Pattern[str]) -> None:
        expect(self.page).to_have_url(self.site + path if isinstance(path, str) else path)

    # Signing in

    def sign_in(self, at: str = "/") -> None:
        """Sign in at a page, as somebody whose name is known."""
        self.ask_for_link(at)
        tab, self.page = self.page, self.context.new_page()
        self.open_link()
        self.is_at(at)
        self.page.close()
        self.page = tab
        self.is_at(at)

    def ask_for_link(self, at: str = "/") -> None:
        self.open(at)
        self.page.get_by_label("E-mail address").fill(self.email)
        self.press("Send me a link")
        expect(self.heading("Check your mail")).to_be_visible()

    def open_link(self) -> None:
        """Open the newest link that was mailed to them, in the tab they are at."""
        self.open(f"/_descope/inbox?to={self.email}")
        self.page.get_by_role("link", name="Open the link").first.click()

    def link(self) -> str:
        """Return the address of the newest link that was mailed to them."""
        self.open(f"/_descope/inbox?to={self.email}")
        address = self.page.get_by_role("link", name="Open the link").first.get_attribute("href")
        assert address
        return address

    def give_name(self, name: str) -> None:
        self.page.get_by_label("What is your name?").fill(name)
        self.press("Go on")

    def sign_out(self) -> None:
        self.page.get_by_role("banner").get_by_role("button", name="Sign out").click()
        self.is_at("/sign-in")

    # Writing and publishing

    def write(self, title: str, body: str, tags: str = "") -> int:
        """Save a new draft and return its id."""
        self.open("/write")
        self.type_post(title=title, body=body, tags=tags)
        self.save()
        return self.post_id()

    def save(self) -> None:
        with self.page.expect_navigation():
            self.press("Save draft")
        expect(self.page.get_by_text("Saved.", exact=True)).to_be_visible()

    def publish(self, title: str) -> None:
        """Publish what waits under this title, from the queue and through the review page."""
        self.open("/desk/queue")
        self.page.get_by_role("link", name=title).click()
        expect(self.heading(title)).to_be_visible()
        self.press("Publish")
        expect(self.page.get_by_text("Published.", exact=True)).to_be_visible()

    def type_post(self, **fields: str) -> None:
        for label, value in fields.items():
            self.page.get_by_label(re.compile(f"^{label}", re.IGNORECASE)).fill(value)

    def post_id(self) -> int:
        found = re.search(r"/desk/posts/(\d+)", self.page.url)
        assert found, self.page.url
        return int(found[1])
