"""Processes of one site on the same data, over real HTTP."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from subprocess import Popen
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from tests.browser.server import Server, free_port

PATIENCE_SECONDS = 60  # Of tests, however busy the machine is.
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Twin(Server):
    """A second process of the same site, on the data of the first."""

    site_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"SITE_URL": self.site_url}

    @property
    def log_path(self) -> Path:
        return self.data_dir / "twin.log"


@dataclass(frozen=True)
class Answer:
    """What came back: the values of the cookies that were set, and how long it all took."""

    status: int
    body: str
    location: str
    cookies: dict[str, str]
    seconds: float


@contextmanager
def one_process(data_dir: Path) -> Iterator[Server]:
    """Serve a site of its own meanwhile."""
    server = Server(f"http://localhost:{free_port()}", data_dir)
    server.prepare()
    with _served(server):
        yield server


@contextmanager
def twin_of(first: Server) -> Iterator[tuple[Server, "Popen[bytes]"]]:
    """Serve the same site by another process meanwhile, which a test may kill. For both, the first answers as Descope."""
    twin = Twin(f"http://localhost:{free_port()}", first.data_dir, site_url=first.url)
    with _served(twin) as process:
        yield twin, process


@contextmanager
def _served(server: Server) -> Iterator["Popen[bytes]"]:
    process = server.serve()
    try:
        server.wait_for(process)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def call(
    server: Server,
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    *,
    body: Any = None,
    form: Mapping[str, str] | None = None,
) -> Answer:
    """Send JSON, or a form. Redirects are not followed."""
    content = urlencode(form) if form else json.dumps(body) if body is not None else None
    kind = {"Content-Type": FORM if form else "application/json"} if content else {}
    started = time.monotonic()
    with closing(HTTPConnection(server.url.removeprefix("http://"), timeout=30)) as connection:
        connection.request(method, path, content, {**kind, **(headers or {})})
        with connection.getresponse() as response:
            text = response.read().decode()
            pairs = [cookie.partition(";")[0].partition("=") for cookie in response.headers.get_all("Set-Cookie", [])]
            cookies = {name: value for name, _, value in pairs}
            seconds = time.monotonic() - started
            return Answer(response.status, text, response.headers.get("Location", ""), cookies, seconds)


def change_sandbox(server: Server, **state: Any) -> dict[str, Any]:
    """Change how the sandbox behaves, and return all of its state."""
    answer = call(server, "PATCH", "/_descope/sandbox/state", _manager(server), body=state)
    assert answer.status == 200, answer.body
    shown: dict[str, Any] = json.loads(answer.body)
    return shown


def sign_in(server: Server, email: str) -> dict[str, str]:
    """Return the cookie header of a browser in which this person has signed in, once nobody is to be told of it any more."""
    path = "/_descope/v1/mgmt/user/signin/embeddedlink"
    link = json.loads(call(server, "POST", path, _manager(server), body={"loginId": email}).body)
    project = {"Authorization": f"Bearer {server.sandbox_settings['DESCOPE_PROJECT_ID']}"}
    path = "/_descope/v1/auth/magiclink/verify"
    tokens = json.loads(call(server, "POST", path, project, body={"token": link["token"]}).body)
    page = call(server, "GET", "/sign-in")
    csrf = f"{settings.CSRF_COOKIE_NAME}={page.cookies[settings.CSRF_COOKIE_NAME]}"
    header = {"X-CSRFToken": re.findall(r'data-csrf-token="(\w+)"', page.body)[0], "Cookie": csrf}
    deadline = time.monotonic() + PATIENCE_SECONDS
    # On a busy machine Descope's stand-in may answer too late, which a site takes for an outage.
    while (answer := call(server, "POST", "/auth/session", header, body=tokens)).status == 503:
        assert time.monotonic() < deadline, answer.body
        time.sleep(1)
    assert answer.status == 200, answer.body
    waiting = "SELECT count(*) FROM sandbox_event WHERE delivery = 'waiting'"
    wait_until(lambda: not server.value("sandbox", waiting), "the sign-in was not told")
    key = answer.cookies[settings.SESSION_COOKIE_NAME]
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}; {csrf}"}


def let_tokens_expire(server: Server) -> None:
    server.change("galley", "UPDATE accounts_session SET token_expires_at = '2026-01-01 00:00:00'")


def refreshes(server: Server) -> int:
    """Return how many refresh tokens were ever given."""
    return int(server.value("sandbox", "SELECT count(*) FROM sandbox_refreshtoken"))


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Wait for what another process is about to bring about."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def _manager(server: Server) -> dict[str, str]:
    given = server.sandbox_settings
    return {"Authorization": f"Bearer {given['DESCOPE_PROJECT_ID']}:{given['DESCOPE_MANAGEMENT_KEY']}"}
