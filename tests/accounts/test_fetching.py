"""Fetching from a real server on this machine, which answers as badly as it can."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from accounts.fetching import NotPublic, Terms, Unreachable, fetched

Answer = Callable[[socket.socket], None]
TERMS = Terms(max_bytes=1024**2, seconds=5, schemes=("http",), allow_private=True)
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(autouse=True)
def network() -> None:
    """This machine's own, in place of the one that ends at this process."""


def pause(seconds: float) -> None:
    """Not by `time.sleep`, which other tests watch."""
    threading.Event().wait(seconds)


class Served:
    """A server of one answer, and what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/it"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):  # The other side has gone, as it should.
                self.asked.append(connection.recv(65536))
                self._answer(connection)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def served() -> Iterator[Callable[[Answer | bytes], Served]]:
    """Return a function that starts a server of one answer."""
    servers: list[Served] = []

    def served(answer: Answer | bytes) -> Served:
        def say(connection: socket.socket) -> None:
            if isinstance(answer, bytes):
                connection.sendall(answer)
            else:
                answer(connection)

        servers.append(Served(say))
        return servers[-1]

    yield served
    for server in servers:
        server.close()


Serve = Callable[[Answer | bytes], Served]


def dripping(before: bytes, drop: bytes) -> Answer:
    def drip(connection: socket.socket) -> None:
        connection.sendall(before)
        for _ in range(400):  # Longer than anybody waits, and not for ever: some drops are nothing, and meet no end.
            connection.sendall(drop)
            pause(0.05)

    return drip


def test_what_is_there_is_returned_and_nothing_is_told_of_who_asks(served: Serve) -> None:
    server = served(OK + b"Content-Type: text/plain; charset=latin-1\r\nContent-Length: 5\r\n\r\nhello")

    found = fetched(server.address, TERMS)

    assert (found.content, found.address, found.charset) == (b"hello", server.address, "latin-1")
    assert b"Cookie" not in server.asked[0]
    assert b"Accept-Encoding: identity" in server.asked[0]


@pytest.mark.parametrize(
    "answer",
    [
        dripping(OK + b"X-Slow: ", b"a"),
        dripping(OK + b"\r\n", b"a"),
        dripping(b"", b""),
        lambda connection: pause(20),
    ],
    ids=["headers without end", "body without end", "nothing", "silence"],
)
def test_nothing_that_a_server_does_takes_longer_than_the_time_in_all(answer: Answer, served: Serve) -> None:
    server = served(answer)
    started = time.monotonic()

    with pytest.raises(Unreachable):
        fetched(server.address, Terms(max_bytes=1024**2, seconds=0.5, schemes=("http",), allow_private=True))

    assert time.monotonic() - started < 15


def test_a_resolver_that_hangs_takes_no_longer_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **more: pause(20))
    started = time.monotonic()

    with pytest.raises(Unreachable, match="Nobody says in time"):
        fetched("https://slow.example/", Terms(max_bytes=10, seconds=2))  # Some of it goes for certificates.

    assert time.monotonic() - started < 15


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (OK + b"\r\n" + b"x" * (1024**2 + 1), "larger than 1 MB"),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", "compressed"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", "redirects"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answered 404 Not Found"),
        (b"nonsense\r\n\r\n", "cannot be fetched"),
        (b"", "cannot be fetched"),
    ],
)
def test_what_is_no_plain_answer_of_a_fair_size_is_refused(answer: bytes, reason: str, served: Serve) -> None:
    with pytest.raises(Unreachable, match=reason):
        fetched(served(answer).address, TERMS)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "10.0.0.7",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 — nothing listens.
        "224.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[fd00::1]",
        "[fe80::1]",
        "[64:ff9b::a00:7]",
        "[2002:a00:7::1]",
    ],
)
def test_no_address_inside_anybodys_network_is_connected_to(host: str) -> None:
    with pytest.raises(NotPublic, match="a private address"):
        fetched(f"https://{host}/", Terms(max_bytes=10, seconds=2))


@pytest.mark.parametrize("address", ["http://93.184.215.14/", "ftp://93.184.215.14/", "file:///etc/passwd", "//a", ""])
def test_only_the_schemes_asked_for_are_fetched(address: str) -> None:
    with pytest.raises(Unreachable, match="begin with https are"):
        fetched(address, Terms(max_bytes=10, seconds=2))


def test_the_connection_goes_to_the_address_that_was_looked_up_and_no_second_look_is_taken(
    served: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = served(OK + b"Content-Length: 2\r\n\r\nhi")
    look_up = socket.getaddrinfo
    asked = []

    def answer(host: str, *arguments: object, **more: object) -> object:
        asked.append(host)
        return look_up("127.0.0.1" if host == "pinned.example" else host, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", answer)

    fetched(f"http://pinned.example:{server.port}/", TERMS)

    assert asked.count("pinned.example") == 1
    assert f"Host: pinned.example:{server.port}".encode() in server.asked[0]
