"""What the databases and servers of a run begin with: made by the first of its processes that needs it, then copied.

To migrate takes more than ten seconds, and each process of the tests needs tables, each server that they start, too.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.conf import settings

MADE = Path(os.environ["TEST_TABLES"])
POSTGRESQL = os.environ.get("TEST_DATABASE_URL", "")
TEMPLATE = f"test_galley_tables_{zlib.crc32(bytes(MADE)):x}"
MIGRATE = "call_command('migrate', database=name, verbosity=0)"
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "DEBUG": "true",
    "SECRET_KEY": "tables-only-not-a-secret-0123456789abcdefghijklmnopqrstuvw",
    "SITE_URL": "http://localhost:8000",
    "DESCOPE_PROJECT_ID": "",
    "CACHE_URL": "locmemcache://",
}


def of_sqlite() -> Path:
    """Return a folder with `galley.sqlite3` and `sandbox.sqlite3` as migrations leave them."""
    return once("sqlite", lambda made: _migrate(made, f"sqlite:///{made / 'galley.sqlite3'}", "default", "sandbox"))


def of_postgresql() -> str:
    """Return the name of a database as migrations leave it, to create others after."""

    def make(folder: Path) -> None:
        forget()
        with psycopg.connect(POSTGRESQL, autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{TEMPLATE}"')
        _migrate(folder, url_of(TEMPLATE), "default")

    once("postgresql", make)
    return TEMPLATE


def once(name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder of this name, filled by `make` unless another process of this run has done so."""
    folder = MADE / name
    with (MADE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = MADE / f"{name}.unfinished"
            unfinished.mkdir(exist_ok=True)
            make(unfinished)
            unfinished.rename(folder)
    return folder


def forget() -> None:
    """Drop what `of_postgresql` has made."""
    shutil.rmtree(MADE / "postgresql", ignore_errors=True)
    with psycopg.connect(POSTGRESQL, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')


def url_of(database: str) -> str:
    """Return the address of another database of the server that the tests run on."""
    return urlsplit(POSTGRESQL)._replace(path=f"/{database}").geturl()


def _migrate(data_dir: Path, url: str, *databases: str) -> None:
    script = f"from django.core.management import call_command\nfor name in {databases}: {MIGRATE}"
    done = subprocess.run(  # noqa: S603 — our own command.
        [sys.executable, "manage.py", "shell", "--no-imports", "--command", script],
        cwd=settings.BASE_DIR,
        env={**ENVIRONMENT, "DATA_DIR": str(data_dir), "DATABASE_URL": url},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
