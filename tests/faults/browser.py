"""A browser or a program at a site: it keeps its connection and its cookies, and reads what comes."""

import json
import re
import time
from dataclasses import dataclass, field
from email.message import Message
from html import unescape
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from tests.accounts.processes import _manager, call
from tests.browser.server import Server

from .site import Site

CSRF = "c" * 32  # The double submit takes any, as long as both are the same.
TIMEOUT_SECONDS = 300  # A machine may have other things to do.
IDLE_SECONDS = 5
PATIENCE = 60


class Gone(Exception):
    """No answer came: whether the request was carried out, nobody can tell."""


@dataclass
class Answer:
    status: int
    text: str
    location: str
    cookies: dict[str, str]
    headers: Message

    @property
    def is_kept(self) -> bool:
        """Whether it says that what was sent is saved."""
        return 200 <= self.status < 400

    @property
    def data(self) -> Any:
        return json.loads(self.text)["data"]


OPEN: list[HTTPConnection] = []


def close_all() -> None:
    """Close what browsers have left open."""
    while OPEN:
        OPEN.pop().close()


@dataclass
class Browser:
    site: Site
    session: str = ""
    bearer: str = ""
    connection: HTTPConnection | None = field(default=None, repr=False)
    last_used: float = 0.0

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, **form: str) -> Answer:
        body = urlencode({"csrfmiddlewaretoken": CSRF, **form}).encode()
        return self.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def send(self, method: str, path: str, body: Any) -> Answer:
        headers = {"Content-Type": "application/json", "X-CSRFToken": CSRF}
        return self.ask(method, path, json.dumps(body).encode(), headers)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """Send it on the open connection, or on a new one. Raises Gone. Nothing is ever sent twice."""
        if time.monotonic() - self.last_used > IDLE_SECONDS:  # The server may be about to close it.
            self.close()
        if self.connection is None:
            self.connection = HTTPConnection(self.site.host, timeout=TIMEOUT_SECONDS)
            OPEN.append(self.connection)
        try:
            self.connection.request(method, path, body, {**self.identity, **(headers or {})})
            with self.connection.getresponse() as response:
                text = response.read().decode(errors="replace")
        except (OSError, HTTPException) as error:
            self.close()
            raise Gone(f"{type(error).__name__}: {error}") from error
        self.last_used = time.monotonic()
        if response.will_close:
            self.close()
        pairs = [cookie.partition(";")[0].partition("=") for cookie in response.headers.get_all("Set-Cookie", [])]
        cookies = {name: value for name, _, value in pairs}
        return Answer(response.status, text, response.headers.get("Location", ""), cookies, response.headers)

    @property
    def identity(self) -> dict[str, str]:
        if self.bearer:
            return {"Authorization": f"Bearer {self.bearer}"}
        return {"Cookie": f"{settings.CSRF_COOKIE_NAME}={CSRF}; {settings.SESSION_COOKIE_NAME}={self.session}"}

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def version_of(self, post_id: int) -> tuple[int, str]:
        """Return the version and the text in the form of a post."""
        return form_in(self.get(f"/desk/posts/{post_id}/edit"))


def form_in(page: Answer) -> tuple[int, str]:
    """Return the version and the text in a form."""
    assert page.status == 200, page.status
    version = re.search(r'name="version"[^>]*value="(\d+)"|value="(\d+)"[^>]*name="version"', page.text)
    body = re.search(r'<textarea[^>]*name="body"[^>]*>\n?(.*?)</textarea>', page.text, re.DOTALL)
    assert version, page.text
    assert body, page.text
    return int(version[1] or version[2]), unescape(body[1])


def tokens_of(descope: Server, email: str) -> dict[str, str]:
    """Return the two tokens that the end of a flow gives, for somebody whom Descope's stand-in knows."""
    path = "/_descope/v1/mgmt/user/signin/embeddedlink"
    link = json.loads(call(descope, "POST", path, _manager(descope), body={"loginId": email}).body)
    project = {"Authorization": f"Bearer {descope.sandbox_settings['DESCOPE_PROJECT_ID']}"}
    verified = call(descope, "POST", "/_descope/v1/auth/magiclink/verify", project, body={"token": link["token"]})
    tokens: dict[str, str] = json.loads(verified.body)
    return tokens


def signed_in(site: Site, email: str) -> Browser:
    """Return a browser in which this person has signed in through the real exchange."""
    browser = Browser(site)
    for _ in range(PATIENCE):
        answer = browser.send("POST", "/auth/session", tokens_of(site.descope, email))
        if not is_of_descope(answer):
            break
        time.sleep(1)
    assert answer.status == 200, answer.text
    browser.session = answer.cookies[settings.SESSION_COOKIE_NAME]
    return browser


def is_of_descope(answer: Answer) -> bool:
    """Whether somebody was put off because the stand-in, one process of development, took too long."""
    told = ("The sign-in service does not answer", "We cannot reach the sign-in service")
    return answer.status == 503 and any(words in answer.text for words in told)


def another(browser: Browser) -> Browser:
    """Return a further window of the same browser, with a connection of its own."""
    return Browser(browser.site, browser.session, browser.bearer)


def program_of(site: Site, email: str) -> Browser:
    """Return a program that sends this person's session token."""
    return Browser(site, bearer=tokens_of(site.descope, email)["sessionJwt"])
