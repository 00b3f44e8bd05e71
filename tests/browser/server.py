"""A running Galley as somebody gets it from bin/dev, with data of its own."""

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests import tables

ROOT = Path(settings.BASE_DIR)
START_SECONDS = 120
UNHURRIED = ("-m", "tests.browser.unhurried")
JWT = re.compile(r"eyJ[A-Za-z0-9_-]{10,}\.")


@dataclass(frozen=True)
class Server:
    url: str
    data_dir: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = ("manage.py",)

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the tests' own settings, and nothing of a .env file that this leaves open."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "DEBUG": "true",
            "SECRET_KEY": "browser-tests-only-not-a-secret-0123456789abcdefghijklmnop",
            "DATA_DIR": str(self.data_dir),
            "DATABASE_URL": f"sqlite:///{self.data_dir / 'galley.sqlite3'}",
            "PORT": self.url.rpartition(":")[2],
            "SITE_URL": self.url,
            "DESCOPE_PROJECT_ID": "",
            "VISIBILITY": "members",
            "CACHE_URL": "locmemcache://",
            **self.settings,
        }

    @property
    def sandbox_settings(self) -> dict[str, str]:
        """What `sandbox.env` tells programs outside."""
        lines = (self.data_dir / "sandbox.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    @property
    def log_path(self) -> Path:
        return self.data_dir / "server.log"

    def log(self) -> str:
        return self.log_path.read_text()

    def prepare(self) -> None:
        """Do what bin/dev does before it serves, on databases that have their tables."""
        for database in tables.of_sqlite().glob("*.sqlite3"):
            shutil.copy(database, self.data_dir)
        command = [sys.executable, "bin/_prepare.py"]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)  # noqa: S603 — our own script.
        assert done.returncode == 0, done.stdout + done.stderr

    def change(self, database: str, statement: str, **values: Any) -> None:
        """Change a database of the running server, as time passing would."""
        with closing(sqlite3.connect(self.data_dir / f"{database}.sqlite3", timeout=10)) as connection, connection:
            assert connection.execute(statement, values).rowcount, f"no row for: {statement}"

    def value(self, database: str, query: str) -> Any:
        with closing(sqlite3.connect(self.data_dir / f"{database}.sqlite3", timeout=10)) as connection:
            return connection.execute(query).fetchone()[0]

    def serve(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, *self.program, "runserver", "--noreload", self.url.removeprefix("http://")]
        with self.log_path.open("wb") as log:
            return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)  # noqa: S603 — as above.

    def wait_for(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            assert process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        """Whether all that pages need is there, Descope's keys too: on a busy machine the first sign-in would wait in vain."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=60) as answer:  # noqa: S310 — our own address.
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def running(data_dir: Path, **changed: str) -> Iterator[Server]:
    """Serve meanwhile, with these settings changed; at the end, look for what the log may not hold."""
    if not (ROOT / "build/static/vendor/descope-web-component.js").exists():
        pytest.skip("SKIPPED: the front-end assets are not built. Run bin/test, or: npm ci && npm run build")
    server = Server(f"http://localhost:{free_port()}", data_dir, changed, UNHURRIED)
    server.prepare()
    process = server.serve()
    try:
        server.wait_for(process)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=60)
    log = server.log()
    assert "Traceback" not in log, log[log.index("Traceback") :][:5000]
    assert not JWT.search(log), "a token in the server's log"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
