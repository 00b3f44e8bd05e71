"""The server of production before a small application: processes that die, hang, grow and end, under load."""

import os
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path

import pytest
from django.conf import settings

from tests.accounts.processes import wait_until
from tests.browser.server import free_port

pytestmark = pytest.mark.no_database

ROOT = Path(settings.BASE_DIR)
CALLERS = 8

Serve = Callable[..., "Running"]


class Running:
    """A server that listens, and all that it has said."""

    def __init__(self, log: Path, **given: str) -> None:
        self.port, self.log_path = free_port(), log
        set_to = {"HOST": "127.0.0.1", "PORT": str(self.port), "WORKERS": "2", "THREADS": "2", "HANG_SECONDS": "1"}
        self.host = given.get("HOST", "127.0.0.1")
        with log.open("wb") as file:
            self.process = subprocess.Popen(  # noqa: S603 — our own script.
                [ROOT / "bin/_server.sh", "a_site:application"],
                cwd=ROOT / "tests/programs",
                env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", **set_to, **given},
                stdout=file,
                stderr=file,
            )
        wait_until(self._listens, "the server does not listen")

    def _listens(self) -> bool:
        assert self.process.poll() is None, self.log()
        with suppress(OSError):
            return bool(self.ask("/"))
        return False

    def ask(self, path: str, timeout: float = 20) -> str:
        """Return the number of the process that answers."""
        with closing(HTTPConnection(self.host, self.port, timeout=timeout)) as connection:
            connection.request("GET", path)
            return connection.getresponse().read().decode()

    def workers(self) -> set[str]:
        """Return those that answer, as far as many requests at once find them."""
        with ThreadPoolExecutor(CALLERS) as callers:
            return set(callers.map(lambda _: self.ask("/sleep?0.05"), range(2 * CALLERS)))

    def has_none_of(self, former: set[str]) -> bool:
        with suppress(RemoteDisconnected):  # What one of them had taken up is lost with it.
            return self.workers().isdisjoint(former)
        return False

    def is_open(self) -> bool:
        with socket.socket() as caller:
            return caller.connect_ex((self.host, self.port)) == 0

    def spawned(self) -> int:
        return self.log().count("Spawning worker-")

    def log(self) -> str:
        return self.log_path.read_text()

    def outcomes(self, seconds: float, path: str) -> Counter[str]:
        """Ask again and again on connections that are kept and others that are not, and count what comes of it."""
        until = time.monotonic() + seconds
        with ThreadPoolExecutor(CALLERS) as callers:
            counts = callers.map(lambda caller: self._calls(path, until, keep=caller % 2 == 0), range(CALLERS))
            return sum(counts, Counter())

    def _calls(self, path: str, until: float, *, keep: bool) -> Counter[str]:
        count: Counter[str] = Counter()
        connection = HTTPConnection(self.host, self.port, timeout=20)
        while time.monotonic() < until:
            try:
                connection.connect() if connection.sock is None else None
            except ConnectionRefusedError:
                count["refused"] += 1  # Nobody listens any more, and so nothing was taken up.
                break
            try:
                connection.request("GET", path, headers={} if keep else {"Connection": "close"})
                answer = connection.getresponse()
                answer.read()
                count[str(answer.status)] += 1
            except OSError as lost:
                count[type(lost).__name__] += 1
                connection.close()
        connection.close()
        return count


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    running: list[Running] = []

    def start(**given: str) -> Running:
        running.append(Running(tmp_path / f"server-{len(running)}.log", **given))
        return running[-1]

    yield start
    for server in running:
        server.process.kill() if server.process.poll() is None else None
        server.process.wait()


def test_a_worker_that_is_killed_is_replaced(serve: Serve) -> None:
    server = serve()
    before = server.workers()

    with pytest.raises(RemoteDisconnected):
        server.ask("/die")

    wait_until(lambda: len(server.workers() - before) == 1, "nobody took its place")
    assert "has died, and another takes its place" in server.log()


def test_a_worker_that_was_stopped_is_replaced(serve: Serve) -> None:
    server = serve(WORKERS="1")
    (before,) = server.workers()

    with suppress(RemoteDisconnected):  # When it is ended; now and then the answer is quicker than the signal.
        server.ask("/stop")

    wait_until(lambda: server.has_none_of({before}), "nobody took its place")


def test_a_worker_whose_threads_are_all_stuck_says_where_and_is_replaced(serve: Serve) -> None:
    server = serve(WORKERS="1")
    (before,) = server.workers()

    with ThreadPoolExecutor(2) as callers:
        stuck = [callers.submit(server.ask, "/sleep?60") for _ in range(2)]
        assert all(isinstance(caller.exception(), RemoteDisconnected) for caller in stuck)

    assert before not in server.workers()
    assert "a_site.py" in server.log()


def test_a_worker_that_takes_long_for_one_request_answers_others_and_stays(serve: Serve) -> None:
    server = serve(WORKERS="1")

    with ThreadPoolExecutor(1) as callers:
        slow = callers.submit(server.ask, "/sleep?2.5")
        others = [server.ask("/sleep?0.1") for _ in range(20)]

    assert {slow.result()} == set(others)


def test_a_worker_that_grows_is_replaced_and_nobody_notices(serve: Serve) -> None:
    server = serve(WORKERS="1", WORKER_MEMORY_MB="150")
    (before,) = server.workers()

    with ThreadPoolExecutor(1) as callers:
        asking = callers.submit(server.outcomes, 6, "/sleep?0.02")
        server.ask("/grow?150")

    assert set(asking.result()) == {"200"}
    wait_until(lambda: server.has_none_of({before}), "nobody took its place")
    assert "has grown beyond 150 MB" in server.log()


def test_a_worker_that_is_replaced_answers_what_it_has_taken_up(serve: Serve) -> None:
    server = serve(WORKERS="1", WORKER_MEMORY_MB="150", HANG_SECONDS="30")
    (before,) = server.workers()

    with ThreadPoolExecutor(1) as callers:
        slow = callers.submit(server.ask, "/sleep?8")
        server.ask("/grow?150")

    assert slow.result() == before


def test_a_limit_of_memory_below_what_every_worker_has_is_said_once_and_let_go(serve: Serve) -> None:
    server = serve(WORKERS="1", WORKER_MEMORY_MB="10")

    wait_until(lambda: "WORKER_MEMORY_MB is 10" in server.log(), "nobody says that it is too little")
    replaced = server.log().count("has grown beyond 10 MB")
    time.sleep(3)

    assert server.log().count("has grown beyond 10 MB") == replaced


def test_workers_that_stood_still_with_the_whole_machine_go_on(serve: Serve) -> None:
    server = serve(HANG_SECONDS="3")
    before = server.workers()
    machine = [server.process.pid, *map(int, before)]

    for process in machine:
        os.kill(process, signal.SIGSTOP)
    time.sleep(4)
    for process in machine:
        os.kill(process, signal.SIGCONT)
        time.sleep(0.3)
    time.sleep(1)

    assert server.workers() <= before
    assert "has not served" not in server.log()


def test_callers_who_send_slowly_are_answered_however_many(serve: Serve) -> None:
    server = serve(WORKERS="1")
    callers = [socket.create_connection(("127.0.0.1", server.port), timeout=20) for _ in range(2)]

    for caller in callers:
        caller.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40\r\nConnection: close\r\n\r\n")
    for _ in range(40):
        time.sleep(0.1)
        for caller in callers:
            caller.sendall(b"x")
    answers = [caller.makefile("rb").readline().split()[1] for caller in callers]

    for caller in callers:
        caller.close()
    assert answers == [b"200", b"200"]


def test_a_worker_that_is_told_to_end_while_it_loads_does(serve: Serve) -> None:
    server = serve(WORKERS="1", SECONDS_TO_LOAD="3", HANG_SECONDS="30")

    with suppress(RemoteDisconnected):
        server.ask("/die")
    wait_until(lambda: server.spawned() == 2, "nobody took its place")
    server.process.send_signal(signal.SIGTERM)
    ended = server.process.wait(timeout=15)

    assert ended == 0
    assert "which does not end" not in server.log()


def test_a_worker_that_loads_while_the_server_is_killed_does_not_outlive_it(serve: Serve) -> None:
    server = serve(WORKERS="1", SECONDS_TO_LOAD="2", HANG_SECONDS="30")

    with suppress(RemoteDisconnected):
        server.ask("/die")
    wait_until(lambda: server.spawned() == 2, "nobody took its place")
    server.process.kill()
    server.process.wait()

    wait_until(lambda: not server.is_open(), "a worker still listens")


def test_the_server_ends_while_people_keep_coming(serve: Serve) -> None:
    server = serve(HANG_SECONDS="30")

    with ThreadPoolExecutor(1) as callers:
        asking = callers.submit(server.outcomes, 40, "/")
        wait_until(lambda: asking.running(), "nobody asks")
        server.process.send_signal(signal.SIGTERM)
        ended = server.process.wait(timeout=15)

    assert ended == 0
    assert asking.result()["refused"] == CALLERS


def test_an_address_of_ipv6_is_served(serve: Serve) -> None:
    server = serve(HOST="::1")

    assert server.ask("/").isdigit()


def test_what_was_taken_up_is_answered_after_sigterm_and_later_callers_are_told_to_come_back(serve: Serve) -> None:
    server = serve(HANG_SECONDS="30")

    with ThreadPoolExecutor(2) as callers:
        slow = callers.submit(server.ask, "/sleep?5")
        asking = callers.submit(server.outcomes, 4, "/sleep?0.01")
        time.sleep(0.7)
        server.process.send_signal(signal.SIGTERM)
        server.process.send_signal(signal.SIGTERM)
        ended = server.process.wait(timeout=60)

    assert ended == 0
    assert slow.result().isdigit()
    assert asking.result()["200"] > 0
    assert set(asking.result()) <= {"200", "503", "refused"}, asking.result()


@pytest.mark.long
def test_a_request_that_never_ends_keeps_the_server_no_longer_than_15_seconds(serve: Serve) -> None:
    server = serve(HANG_SECONDS="60")

    with ThreadPoolExecutor(1) as callers:
        endless = callers.submit(server.ask, "/sleep?60")
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        ended = server.process.wait(timeout=40)

    assert ended == 0
    assert isinstance(endless.exception(), RemoteDisconnected)


@pytest.mark.parametrize("connections", [300, pytest.param(2000, marks=pytest.mark.long)])
def test_many_connections_at_once_are_all_answered(serve: Serve, connections: int) -> None:
    server = serve(HANG_SECONDS="30")
    callers = [socket.create_connection(("127.0.0.1", server.port), timeout=60) for _ in range(connections)]

    for caller in callers:
        caller.sendall(b"GET /sleep?0.001 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    answers = Counter(caller.makefile("rb").readline().split()[1] for caller in callers)

    for caller in callers:
        caller.close()
    assert answers == {b"200": connections}


@pytest.mark.parametrize(
    ("name", "written"), [("WORKERS", "many"), ("THREADS", "0"), ("WORKER_MEMORY_MB", "1.5"), ("HANG_SECONDS", "-1")]
)
def test_a_number_that_is_none_is_refused_in_one_sentence(name: str, written: str) -> None:
    refused = subprocess.run(  # noqa: S603 — our own script.
        [ROOT / "bin/_server.sh", "a_site:application"],
        cwd=ROOT / "tests/programs",
        env={"PATH": "/usr/bin:/bin", "PORT": str(free_port()), name: written},
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert refused.returncode != 0
    assert refused.stderr.startswith(f"{name} is “{written}”; it must be a whole number")
    assert refused.stderr.count("\n") == 1


def test_an_answer_does_not_wait_for_word_that_its_beginning_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "bin"))
    from _server import Server

    port = free_port()
    server = Server(
        "a_site:application", hang_seconds=1, memory_megabytes=100, address="127.0.0.1", port=port, blocking_threads=1
    )
    server._init_shared_socket()

    with closing(server._sso), socket.create_connection(("127.0.0.1", port)) as caller:
        caller.sendall(b"GET")
        connection, _ = server._sso.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
