"""Places that are taken away from a running site: the disk, the right to write, the database.

Meanwhile readers read as far as can be, whoever writes gets their text back, and afterwards all goes on by itself.
"""

import os
import resource
import select
import shutil
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.server import Server
from tests.tables import POSTGRESQL

from .browser import Browser, Gone, another, signed_in
from .posts import published
from .site import Site, end_connections, prepared, served
from .writers import Saving, check_whole, lost, wait_until

pytestmark = pytest.mark.servers

LENGTHS = [2.0, pytest.param(10.0, marks=pytest.mark.long)]
TYPED = "An hour of work, typed while nothing could be kept."
# Root writes where it likes, unless it gives that up.
OBEYING = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@contextmanager
def no_room(site: Site) -> Iterator[None]:
    """No file grows any more, as on a full disk."""
    workers = site.worker_ids()
    for worker in workers:
        _let_files_grow_to(4096, worker)
    yield
    for worker in workers:
        _let_files_grow_to(resource.RLIM_INFINITY, worker)


def _let_files_grow_to(size: int, process: int) -> None:
    with suppress(ProcessLookupError):  # One that renders ends when it has nothing to do.
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@contextmanager
def filled(site: Site) -> Iterator[None]:
    """The disk that the database is on is full."""
    filler = site.data_dir / "disk" / "filler"
    with filler.open("wb") as file, suppress(OSError):
        while True:
            file.write(bytes(65536))
            file.flush()
    yield
    filler.unlink()


@contextmanager
def moved_away(site: Site) -> Iterator[None]:
    """The folder of the database is not there."""
    folder = site.data_dir / "disk"
    folder.rename(site.data_dir / "elsewhere")
    yield
    (site.data_dir / "elsewhere").rename(folder)


@contextmanager
def read_only_standby(site: Site) -> Iterator[None]:
    """The server gives, and takes nothing, as one that has not taken over yet."""
    (name,) = site.rows("SELECT current_database()")[0]
    for state in ("on", "off"):
        site.do(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {state}')
        end_connections(site)
        if state == "on":
            yield


def endure(site: Site, outage: Callable[[Site], "object"], seconds: float, tell: Callable[[str], None]) -> Counter[int]:
    """Let writers save and readers read through an outage, and look afterwards whether anything is lost.

    Returns what readers got.
    """
    author, admin = signed_in(site, "ed@example.com"), signed_in(site, "ada@example.com")
    published(author, admin, "Read through it all")
    saving, reading = Saving(author, 3), Counter[int]()
    with saving.going_on():
        saving.wait_for(6)
        with outage(site):  # type: ignore[attr-defined]  # each is a context manager
            began_at = time.monotonic()
            while time.monotonic() < began_at + seconds:
                with suppress(Gone):
                    reading[another(author).get("/posts/read-through-it-all").status] += 1
            page = written_meanwhile(another(author))
        ended_at, done = time.monotonic(), saving.done
        wait_until(lambda: page_is_kept(another(author)))
        again = time.monotonic() - ended_at
        saving.wait_for(done + 6)

    gone = lost(site, saving)
    tell(
        f"{saving.figures}, {len(gone)} lost; read meanwhile: {dict(reading)}, "
        f"written meanwhile: {page}; saved again {again:.1f} s after"
    )
    assert gone == []
    assert set(reading) <= {200, 503}
    check_whole(site)
    assert "Traceback" not in site.log
    assert site.log.count("Answered 503") <= 2 * (site.workers + 1)
    return reading


def written_meanwhile(browser: Browser) -> int:
    """Send a text. Where it is not kept, it has to come back."""
    answer = browser.post("/write", title="Meanwhile", body=TYPED, write_key="meanwhile")
    if answer.status == 503:
        assert TYPED in answer.text
        assert int(answer.headers["Retry-After"]) > 0
        told = browser.send("POST", "/api/posts/create", {"title": "Meanwhile", "content": TYPED})
        assert (told.status, told.headers["Content-Type"]) == (503, "application/problem+json; charset=utf-8")
    return answer.status


def page_is_kept(browser: Browser) -> bool:
    with suppress(Gone):
        return browser.post("/write", title="Afterwards", body="Words.", write_key="afterwards").is_kept
    return False


@pytest.mark.skipif(bool(POSTGRESQL), reason="its disk is that of another server")
@pytest.mark.parametrize("seconds", LENGTHS)
def test_a_disk_without_room(seconds: float, tmp_path: Path, descope: Server, tell: Callable[[str], None]) -> None:
    with served(tmp_path / "site", descope) as site:
        assert set(endure(site, no_room, seconds, tell)) == {200}


@pytest.mark.skipif(bool(POSTGRESQL), reason="its disk is that of another server")
def test_without_room_the_only_one_there_reads_on_after_what_they_wrote_was_refused(
    tmp_path: Path, descope: Server
) -> None:
    with served(tmp_path / "site", descope, workers=1, THREADS="1") as site:
        author, admin = signed_in(site, "ed@example.com"), signed_in(site, "ada@example.com")
        published(author, admin, "Read by one alone")

        with no_room(site):
            written = written_meanwhile(another(author))
            read = {another(author).get(path).status for path in ("/posts/read-by-one-alone", "/archive", "/desk")}

        assert (written, read) == (503, {200})


@pytest.mark.long
@pytest.mark.skipif(bool(POSTGRESQL), reason="its files are those of another server")
def test_a_database_in_a_folder_that_is_gone(tmp_path: Path, descope: Server, tell: Callable[[str], None]) -> None:
    with on_a_disk_of_its_own(tmp_path, descope) as site:
        endure(site, moved_away, 10, tell)


@pytest.mark.long
@pytest.mark.skipif(bool(POSTGRESQL), reason="its disk is that of another server")
def test_a_disk_that_is_full(tmp_path: Path, descope: Server, tell: Callable[[str], None]) -> None:
    disk = tmp_path / "site" / "disk"
    disk.mkdir(parents=True)
    if not run("mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(disk)):
        pytest.skip("SKIPPED: no disk can be mounted here")
    try:
        with on_a_disk_of_its_own(tmp_path, descope) as site:
            assert set(endure(site, filled, 10, tell)) == {200}
    finally:
        run("umount", "--lazy", str(disk))


def run(*command: str) -> bool:
    return subprocess.run(command, capture_output=True).returncode == 0  # noqa: S603 — ours.


@contextmanager
def on_a_disk_of_its_own(tmp_path: Path, descope: Server) -> Iterator[Site]:
    with prepared(tmp_path / "site", descope) as site:
        disk = site.data_dir / "disk"
        disk.mkdir(exist_ok=True)
        shutil.move(site.data_dir / "galley.sqlite3", disk)
        site.database_url = f"sqlite:///{disk / 'galley.sqlite3'}"
        site.start()
        try:
            yield site
        finally:
            site.stop()


@pytest.mark.long
@pytest.mark.skipif(bool(POSTGRESQL), reason="its files are those of another server")
def test_a_database_that_was_read_only_from_the_start_is_written_to_once_it_is_not(
    tmp_path: Path, descope: Server, tell: Callable[[str], None]
) -> None:
    with on_a_disk_of_its_own(tmp_path, descope) as site:
        author = signed_in(site, "ed@example.com")
        site.stop()
        disk = site.data_dir / "disk"
        with site.connect() as kept_open:  # So that the log of what is written stays beside it, as after a kill.
            kept_open.execute("SELECT count(*) FROM blog_post").fetchall()
            change_modes(disk, 0o444, 0o555)
            site.wrapper = OBEYING
            site.start()
            statuses = Counter(another(author).get("/archive").status for _ in range(10))
            written = written_meanwhile(another(author))
            change_modes(disk, 0o644, 0o755)
            ended_at = time.monotonic()
            wait_until(lambda: page_is_kept(another(author)))
            tell(f"read: {dict(statuses)}, written: {written}, saved {time.monotonic() - ended_at:.1f} s after")

        assert (set(statuses), written) == ({200}, 503)
        assert "Traceback" not in site.log


def change_modes(folder: Path, of_files: int, of_folder: int) -> None:
    for path in folder.iterdir():
        path.chmod(of_files)
    folder.chmod(of_folder)


@pytest.mark.skipif(not POSTGRESQL, reason="SQLite has no standby")
@pytest.mark.parametrize("seconds", LENGTHS)
def test_a_standby_that_has_not_taken_over(
    seconds: float, tmp_path: Path, descope: Server, tell: Callable[[str], None]
) -> None:
    with served(tmp_path / "site", descope) as site:
        reading = endure(site, read_only_standby, seconds, tell)
        assert reading[200] > reading[503]  # Whose connection is ended in the middle of a page gets no other.


@pytest.mark.skipif(not POSTGRESQL, reason="SQLite has no server")
@pytest.mark.parametrize("seconds", LENGTHS)
def test_a_database_server_that_is_out_of_reach(
    seconds: float, tmp_path: Path, descope: Server, tell: Callable[[str], None]
) -> None:
    with prepared(tmp_path / "site", descope) as site, Line(*address_of(site.database_url)) as line:
        direct, site.database_url = site.database_url, through(site.database_url, line.port)
        site.start()
        site.direct_url = direct

        @contextmanager
        def cut(site: Site) -> Iterator[None]:
            line.cut()
            yield
            line.mend()

        try:
            endure(site, cut, seconds, tell)
        finally:
            site.stop()


def address_of(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or 5432


def through(url: str, port: int) -> str:
    parts = urlsplit(url)
    identity, at, _ = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{identity}{at}127.0.0.1:{port}").geturl()


class Line:
    """A line to a server that can be cut: whoever calls meanwhile is refused."""

    def __init__(self, host: str, port: int) -> None:
        self._far_end = (host, port)
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port: int = self._listener.getsockname()[1]
        self._is_cut = self._is_over = False

    def __enter__(self) -> "Line":
        threading.Thread(target=self._carry, daemon=True).start()
        return self

    def __exit__(self, *told: object) -> None:
        self._is_over = True
        self.cut()
        self._listener.close()

    def cut(self) -> None:
        self._is_cut = True
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def mend(self) -> None:
        self._is_cut = False

    def _carry(self) -> None:
        while not self._is_over:
            try:
                if not select.select([self._listener], [], [], 0.2)[0]:
                    continue
                near, _ = self._listener.accept()
            except (OSError, ValueError):
                return
            if self._is_cut:
                near.close()
                continue
            far = socket.create_connection(self._far_end)
            self._ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=[one, other], daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while read := one.recv(65536):
                other.sendall(read)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
