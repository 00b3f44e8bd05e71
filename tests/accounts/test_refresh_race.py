"""Many requests of one session at the moment its token expires, over two processes on one database."""

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.browser.server import Server, free_port

REQUESTS = 20


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


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    data_dir = tmp_path_factory.mktemp("race")
    first = Server(f"http://localhost:{free_port()}", data_dir)
    first.manage("migrate", "--verbosity=0")
    first.manage("migrate", "--verbosity=0", "--database=sandbox")
    first.manage("prepare_sandbox")
    with ExitStack() as processes:
        servers = [first, Twin(f"http://localhost:{free_port()}", data_dir, site_url=first.url)]
        for server in servers:
            process = server.serve()
            processes.callback(process.wait, timeout=10)
            processes.callback(process.terminate)
            server.wait_for(process)
        yield servers


def call(server: Server, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str, str]:
    """Return status, body and the value of the last cookie set. Redirects are not followed."""
    headers = {"Content-Type": "application/json", **headers} if body else headers
    with closing(HTTPConnection(server.url.removeprefix("http://"), timeout=30)) as connection:
        connection.request(method, path, json.dumps(body) if body else None, headers)
        with connection.getresponse() as response:
            set_cookies = "\n".join(response.headers.get_all("Set-Cookie", []))
            cookies = re.findall(r"^\w+=([^;]*)", set_cookies, re.MULTILINE)
            return response.status, response.read().decode(), cookies[-1] if cookies else ""


def signed_in(server: Server) -> dict[str, str]:
    """Return the cookie of Rita, who has signed in, once her sign-in has been told to the site."""
    project = server.sandbox_settings["DESCOPE_PROJECT_ID"]
    bearer = {"Authorization": f"Bearer {project}:{server.sandbox_settings['DESCOPE_MANAGEMENT_KEY']}"}
    path = "/_descope/v1/mgmt/user/signin/embeddedlink"
    link = json.loads(call(server, "POST", path, {"loginId": "rita@example.com"}, **bearer)[1])
    path = "/_descope/v1/auth/magiclink/verify"
    tokens = json.loads(call(server, "POST", path, {"token": link["token"]}, Authorization=f"Bearer {project}")[1])
    _, page, csrf = call(server, "GET", "/sign-in")
    token = re.findall(r'data-csrf-token="(\w+)"', page)[0]
    status, answer, key = call(
        server,
        "POST",
        "/auth/session",
        tokens,
        **{"X-CSRFToken": token, "Cookie": f"{settings.CSRF_COOKIE_NAME}={csrf}"},
    )
    assert status == 200, answer
    deadline = time.monotonic() + 10
    while not server.value("galley", "SELECT count(*) FROM accounts_webhookdelivery"):
        assert time.monotonic() < deadline, "the sign-in was not told"
        time.sleep(0.05)
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"}


def refreshes(server: Server) -> int:
    return int(server.value("sandbox", "SELECT count(*) FROM sandbox_refreshtoken"))


def test_one_of_many_requests_refreshes_and_all_go_on(servers: list[Server]) -> None:
    first = servers[0]
    cookie = signed_in(first)
    assert call(first, "GET", "/account", **cookie)[0] == 200
    before = refreshes(first)
    first.change("galley", "UPDATE accounts_session SET token_expires_at = '2026-01-01 00:00:00'")

    with ThreadPoolExecutor(REQUESTS) as browser:
        calls = [browser.submit(call, servers[n % 2], "GET", "/account", **cookie) for n in range(REQUESTS)]
        statuses = [call.result()[0] for call in calls]

    assert statuses == [200] * REQUESTS
    assert refreshes(first) - before == 1
