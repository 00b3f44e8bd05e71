"""Redis as the cache, and gone in the middle of it: slower perhaps, never wrong."""

import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
import redis

from tests.browser.server import Server, free_port

from .browser import Browser, another, signed_in
from .posts import published
from .site import Site, served
from .writers import wait_until

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="SKIPPED: no redis-server is installed"),
]

ALLOWED = 30
PROCESSES = 4


@contextmanager
def redis_at(port: int, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a Redis of our own meanwhile, which may be killed."""
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 — our own server.
    try:
        wait_until(lambda: answers(port))
        yield process
    finally:
        process.kill()
        process.wait(timeout=60)


def answers(port: int) -> bool:
    with closing(redis.Redis(port=port)) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


def is_whole(site: Site) -> bool:
    with closing(HTTPConnection(site.host, timeout=10)) as connection:
        connection.request("GET", "/readyz")
        with connection.getresponse() as response:
            return b'"cache": true' in response.read()


@pytest.mark.parametrize(
    ("ending", "requests"),
    [
        (signal.SIGKILL, 80),
        pytest.param(signal.SIGKILL, 1000, marks=pytest.mark.long),
        pytest.param(signal.SIGSTOP, 200, marks=pytest.mark.long),  # It takes calls, and never answers.
    ],
)
def test_redis_that_is_gone_signs_nobody_out_and_opens_no_gate(
    ending: signal.Signals, requests: int, tmp_path: Path, descope: Server, tell: Callable[[str], None]
) -> None:
    port = free_port()
    limit = {"SEARCH_LIMIT": f"{ALLOWED}/day", "CACHE_URL": f"redis://127.0.0.1:{port}/0"}
    with redis_at(port, tmp_path) as process, served(tmp_path / "site", descope, workers=PROCESSES, **limit) as site:
        author, admin = signed_in(site, "ed@example.com"), signed_in(site, "ada@example.com")
        published(author, admin, "Read without Redis")
        together = searches(Browser(site), 2 * ALLOWED)
        process.send_signal(ending)
        began_at = time.monotonic()
        meanwhile = Counter(read(author, number) for number in range(requests))
        seconds = time.monotonic() - began_at
        each_alone = searches(Browser(site), ALLOWED * PROCESSES + 20)
        process.kill()
        process.wait(timeout=60)
        with redis_at(port, tmp_path):
            wait_until(lambda: all(is_whole(site) for _ in range(4 * PROCESSES)))
            afterwards = searches(Browser(site), 2 * ALLOWED)
        told = len(re.findall("Redis does not answer", site.log))
        tell(
            f"searches with Redis {dict(together)}, without {dict(each_alone)}, with it again {dict(afterwards)}; "
            f"{requests} pages meanwhile {dict(meanwhile)} in {seconds:.1f} s; said {told} times in the log"
        )

    assert together == {200: ALLOWED, 429: ALLOWED}
    assert set(meanwhile) == {200, 302}
    assert meanwhile[302] == len([number for number in range(requests) if number % 4 == 3])
    assert ALLOWED <= each_alone[200] <= ALLOWED * PROCESSES
    assert each_alone[429] >= 20
    assert set(afterwards) == {200, 429}
    assert told <= PROCESSES * (2 + seconds // 60)
    assert "Traceback" not in site.log


def searches(browser: Browser, count: int) -> Counter[int]:
    """Search so often, each time on a new connection, so that all processes get some of it."""
    return Counter(another(browser).get("/search?q=word").status for _ in range(count))


def read(browser: Browser, number: int) -> int:
    """Ask for a page that only somebody signed in sees, or save one."""
    form = {"title": f"Written {number}", "body": "Words.", "write_key": f"key-{number}"}
    pages = ["/posts/read-without-redis", "/account", "/desk"]
    if number % 4 == 3:
        return another(browser).post("/write", **form).status
    return another(browser).get(pages[number % 4]).status
