"""What no page of the site may do, looked for in everything a browser does."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from .server import JWT

TOKEN_KEYS = {"DS", "DSR"}

TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
WHAT_SCRIPTS_SEE = """() => ({
  localStorage: {...localStorage},
  sessionStorage: {...sessionStorage},
  cookie: document.cookie,
  html: document.documentElement.outerHTML,
  address: location.href,
})"""


class Watch:
    """Collects the faults of one browser profile, in words, from its first page on."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.context, self.site = context, site
        self.faults: list[str] = []
        self._expected: list[str] = []
        context.add_init_script(TELL_VIOLATIONS)
        context.on("request", self._see_request)
        context.on("console", self._see_console)
        context.on("weberror", lambda error: self.faults.append(f"uncaught: {error.error}"))

    def expect_refusal(self, path: str, status: int) -> None:
        """Let Chromium note that this address was refused: it does so of every answer that is not 2xx."""
        self._expected.append(f"{self.site}{path} {status}")

    def expect_note(self, start: str) -> None:
        """Let a note in the console begin like this."""
        self._expected.append(start)

    def look_for_tokens(self) -> None:
        """Note every token, and the session's key, that a script on an open page could read."""
        keys = [cookie["value"] for cookie in self.context.cookies() if cookie["name"] == "session"]
        for page in self.context.pages:
            if page.url.startswith(self.site):
                self._look_at(page, keys)

    def _look_at(self, page: Page, keys: list[str]) -> None:
        for place, content in page.evaluate(WHAT_SCRIPTS_SEE).items():
            if JWT.search(str(content)) or any(key in str(content) for key in keys):
                self.faults.append(f"a token in {place} of {page.url}")
            if place == "localStorage" and TOKEN_KEYS & content.keys():
                self.faults.append(f"a token's name in {place} of {page.url}")

    def _see_request(self, request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https", "ws") and not request.url.startswith(self.site + "/"):
            self.faults.append(f"left the site: {request.url}")
        if JWT.search(request.url):
            self.faults.append(f"a token in an address: {request.url}")

    def _see_console(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        refusal = re.search(r"the server responded with a status of (\d+)", message.text)
        noted = f"{message.location['url']} {refusal[1]}" if refusal else message.text
        if not noted.startswith(tuple(self._expected)):
            self.faults.append(f"{message.text} ({message.location['url']})")
