"""A Galley as in production, on data of its own: its processes can be killed, and its places taken away.

Descope's stand-in runs beside it in a process of its own, so that tokens are real and Galley's are the only ones killed.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psycopg

from tests import tables
from tests.accounts.processes import change_sandbox, one_process
from tests.browser.server import ROOT, Server, free_port
from tests.tables import POSTGRESQL

START_SECONDS = 120
LIMITS = (
    *("SIGN_IN_LIMIT", "SIGN_IN_LIMIT_OF_ALL", "REGISTER_LIMIT", "SEARCH_LIMIT", "FEED_LIMIT", "UPLOAD_LIMIT"),
    "SAVE_LIMIT",
)


@dataclass
class Site:
    url: str
    data_dir: Path
    descope: Server
    database_url: str
    workers: int = 2
    changed: Mapping[str, str] = field(default_factory=dict)
    wrapper: list[str] = field(default_factory=list)  # What the server is started by.
    direct_url: str = ""  # Where tests ask the database, if the site has another way to it.
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def environment(self) -> dict[str, str]:
        given = self.descope.sandbox_settings
        return {
            "PATH": os.environ["PATH"],
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "DEBUG": "false",
            "SECRET_KEY": "fault-tests-only-not-a-secret-0123456789abcdefghijklmnopqrs",
            "DATA_DIR": str(self.data_dir),
            "DATABASE_URL": self.database_url,
            "HOST": "127.0.0.1",
            "PORT": self.url.rpartition(":")[2],
            "WORKERS": str(self.workers),
            "THREADS": "4",
            "SITE_URL": self.url,
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "VISIBILITY": "public",
            "DESCOPE_PROJECT_ID": given["DESCOPE_PROJECT_ID"],
            "DESCOPE_BASE_URI": given["DESCOPE_BASE_URI"],
            "DESCOPE_MANAGEMENT_KEY": given["DESCOPE_MANAGEMENT_KEY"],
            "CACHE_URL": "locmemcache://",
            "EMAIL_URL": "",
            "WORKER_IN_SERVER": "false",
            **dict.fromkeys(LIMITS, "1000000/minute"),
            **self.changed,
        }

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    @property
    def log(self) -> str:
        return (self.data_dir / "server.log").read_text(errors="replace")

    def manage(self, *command: str) -> str:
        """Run a command of manage.py on this site, and return what it says."""
        done = subprocess.run(  # noqa: S603 — our own commands.
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def start(self) -> None:
        with (self.data_dir / "server.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 — as above.
                [*self.wrapper, str(ROOT / "bin/_server.sh"), "config.wsgi:application"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_served()

    def warm(self) -> None:
        """Ask until each process has been asked, and has fetched Descope's keys."""
        for _ in range(8 * self.workers):
            with closing(HTTPConnection(self.host, timeout=30)) as connection:
                connection.request("GET", "/readyz")
                with connection.getresponse() as response:
                    response.read()

    def wait_until_served(self, seconds: float = START_SECONDS) -> float:
        """Wait for a page that needs the database. Returns how long it took."""
        started = time.monotonic()
        while not self.serves():
            assert time.monotonic() - started < seconds, self.log[-5000:]
            time.sleep(0.05)
        return time.monotonic() - started

    def serves(self) -> bool:
        with suppress(OSError, HTTPException), closing(HTTPConnection(self.host, timeout=5)) as connection:
            connection.request("GET", "/archive")
            with connection.getresponse() as response:
                return response.status == 200
        return False

    def worker_ids(self) -> list[int]:
        """Return the processes below the one that was started: those that answer, and what they may have started."""
        assert self.process is not None
        found: list[int] = []
        above = [self.process.pid]
        while above:
            listed = subprocess.run(["pgrep", "-P", ",".join(map(str, above))], capture_output=True, text=True)  # noqa: S603, S607
            above = [int(line) for line in listed.stdout.split()]
            found += above
        return found

    def kill_a_worker(self, which: int = 0) -> None:
        os.kill(self.worker_ids()[which], signal.SIGKILL)

    def kill(self) -> None:
        """Kill all of it in one moment, as a machine that loses its power."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=60)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.kill()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database itself."""
        with closing(self.connect()) as connection:
            return list(connection.execute(query).fetchall())

    def do(self, statement: str) -> None:
        with closing(self.connect()) as connection:
            connection.execute(statement)

    def connect(self) -> Any:
        if self.database_url.startswith("sqlite"):
            return sqlite3.connect(self.database_url.removeprefix("sqlite:///"), timeout=20)
        writing = "-c default_transaction_read_only=off"  # Whatever the database itself says.
        return psycopg.connect(self.direct_url or self.database_url, autocommit=True, options=writing)


def end_connections(site: Site) -> None:
    """End them as an administrator of PostgreSQL does."""
    site.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


@contextmanager
def stand_in(data_dir: Path) -> Iterator[Server]:
    """Answer for Descope meanwhile, with tokens that last."""
    with one_process(data_dir) as descope:
        change_sandbox(descope, sessionSeconds=3600)
        yield descope


@contextmanager
def served(data_dir: Path, descope: Server, *, workers: int = 2, **changed: str) -> Iterator[Site]:
    """Serve a site as bin/serve does, by so many processes, on SQLite or on the PostgreSQL of the tests."""
    with prepared(data_dir, descope, workers=workers, **changed) as site:
        site.start()
        try:
            site.warm()
            yield site
        finally:
            site.stop()


@contextmanager
def prepared(data_dir: Path, descope: Server, *, workers: int = 2, **changed: str) -> Iterator[Site]:
    """Have a site that is not served yet."""
    name = f"faults_{os.getpid()}_{free_port()}"
    url = f"sqlite:///{data_dir / 'galley.sqlite3'}"
    if POSTGRESQL:
        url = tables.url_of(name)
    site = Site(f"http://localhost:{free_port()}", data_dir, descope, url, workers, changed)
    data_dir.mkdir(exist_ok=True)
    (data_dir / "static").symlink_to(static_files(descope))
    if not POSTGRESQL:
        shutil.copy(tables.of_sqlite() / "galley.sqlite3", data_dir)
        yield site
        return
    with psycopg.connect(POSTGRESQL, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{tables.of_postgresql()}"')
    try:
        yield site
    finally:
        site.stop()
        drop(name)


def static_files(descope: Server) -> Path:
    """Return the folder that all sites of a run serve them from."""

    def collect(folder: Path) -> None:
        site = Site("http://localhost:8000", folder, descope, f"sqlite:///{folder / 'none.sqlite3'}")
        site.manage("collectstatic", "--settings", "tests.faults.uncompressed", "--no-input", "--verbosity", "0")

    return tables.once("collected", collect) / "static"


def drop(name: str) -> None:
    with psycopg.connect(POSTGRESQL, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
