"""Copies of the database at one moment, taken while others write, and how they come back."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from . import Refused


@dataclass(frozen=True)
class State:
    """What is in a copy: which migrations it has been through, and how many rows each table has."""

    migrations: list[str]
    counts: dict[str, int]


class Database(Protocol):
    member: str  # What its copy is called in a backup.

    @property
    def folder(self) -> Path:
        """Where a copy that comes back is unpacked."""

    def copy(self, to: Path) -> State: ...

    def state(self) -> State: ...

    def check_free(self) -> None:
        """Raise Refused while anybody else is connected."""

    @contextmanager
    def replaced(self, copy: Path, stamp: str) -> Iterator[str]:
        """Put the copy in its place. Gives where the former one stands, empty where there was none.

        Where what is done inside fails, the former one is back in its place.
        """


def database(alias: str = DEFAULT_DB_ALIAS) -> Database:
    connection = connections[alias]
    return Sqlite(Path(connection.settings_dict["NAME"])) if connection.vendor == "sqlite" else Postgresql(connection)


COUNT = "SELECT COUNT(*) FROM "
MIGRATIONS = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"


@dataclass
class Sqlite:
    path: Path
    member: str = "database.sqlite3"

    @property
    def folder(self) -> Path:
        """On the same disk, so that it comes to its place in one step."""
        return self.path.parent

    def copy(self, to: Path) -> State:
        """Copy it in one read transaction: in WAL mode nobody waits for it, and it sees nothing that comes after."""
        if not self.path.is_file():
            raise Refused(f"There is no database at {self.path}.")
        try:
            with closing(sqlite3.connect(self.path, timeout=20)) as source, closing(_opened(to)) as target:
                source.backup(target, pages=-1)
                target.execute("PRAGMA journal_mode=DELETE")  # So that it is one file.
                return _checked(target)
        except sqlite3.Error as error:
            raise Refused(f"The database could not be copied to {to.parent.parent}: {error}.") from error

    def state(self) -> State:
        if not self.path.is_file():
            return State([], {})
        with closing(sqlite3.connect(self.path, timeout=20)) as connection:
            return _checked(connection)

    def check_free(self) -> None:
        """Leaving WAL mode takes the database for oneself alone, and puts all that was written into its one file."""
        if not self.path.is_file():
            return
        with closing(sqlite3.connect(self.path, timeout=1)) as connection:
            try:
                (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
            except sqlite3.OperationalError as error:
                raise Refused(STILL_USED) from error
            if mode != "delete":
                raise Refused(STILL_USED)

    @contextmanager
    def replaced(self, copy: Path, stamp: str) -> Iterator[str]:
        former = self.path.with_name(f"{self.path.name}.before-{stamp}")
        was_there = self.path.exists()
        if was_there:
            self.check_free()
            os.link(self.path, former)
        try:
            copy.replace(self.path)
            yield str(former) if was_there else ""
        except BaseException:
            for end in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + end).unlink(missing_ok=True)
            if was_there:
                former.replace(self.path)
            raise


def _opened(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    return sqlite3.connect(path)


def _checked(connection: sqlite3.Connection) -> State:
    """Return its state. Raises Refused where it is damaged."""
    try:
        found = [text for (text,) in connection.execute("PRAGMA integrity_check(5)")]
        if found != ["ok"]:
            raise Refused(f"The database is damaged: {'; '.join(found)}.")
        tables = [name for (name,) in connection.execute(SQLITE_TABLES)]
        if "django_migrations" not in tables:
            return State([], {})
        migrations = [name for (name,) in connection.execute(MIGRATIONS)]
        return State(migrations, {name: connection.execute(f'{COUNT}"{name}"').fetchone()[0] for name in tables})
    except sqlite3.DatabaseError as error:
        raise Refused(f"The database cannot be read: {error}.") from error


SQLITE_TABLES = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
STILL_USED = "The database is in use: stop the server and the worker first."


class Postgresql:
    member = "database.pgdump"

    @property
    def folder(self) -> Path:
        return settings.DATA_DIR

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._own: Any = connection.copy()  # With transactions of its own.

    def copy(self, to: Path) -> State:
        """Let pg_dump read the very moment that the counts are of."""
        program = self._program("pg_dump")
        self._own.set_autocommit(False)
        try:
            self._ask("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            ((snapshot,),) = self._ask("SELECT pg_export_snapshot()")
            os.close(os.open(to, os.O_CREAT | os.O_EXCL, 0o600))
            what = ["--format=custom", "--no-owner", "--no-privileges", "--schema=public"]
            self._run([program, *what, f"--snapshot={snapshot}", f"--file={to}"])
            return self._state()
        finally:
            self._own.rollback()
            self._own.close()

    def state(self) -> State:
        try:
            return self._state()
        finally:
            self._own.close()  # It would be one of those that `check_free` finds.

    def _state(self) -> State:
        tables = [name for (name,) in self._ask(POSTGRESQL_TABLES)]
        if "django_migrations" not in tables:
            return State([], {})
        migrations = sorted(name for (name,) in self._ask(MIGRATIONS))
        return State(migrations, {name: self._ask(f'{COUNT}"{name}"')[0][0] for name in tables})

    def check_free(self) -> None:
        connections.close_all()
        ((others,),) = self._ask(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        if others:
            raise Refused(STILL_USED)

    @contextmanager
    def replaced(self, copy: Path, stamp: str) -> Iterator[str]:
        """What was there goes on as a schema of another name."""
        program = self._program("pg_restore")
        self.check_free()
        former = f"before_{stamp.replace('-', '_')}" if self._ask(POSTGRESQL_TABLES) else ""
        if former:
            self._ask(f"ALTER SCHEMA public RENAME TO {former}")
            self._ask("CREATE SCHEMA public")
        try:
            what = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", "--schema=public"]
            self._run([program, *what, str(copy)])
            yield f"schema {former}" if former else ""
        except BaseException:
            self._ask("DROP SCHEMA public CASCADE")
            self._ask(f"ALTER SCHEMA {former} RENAME TO public" if former else "CREATE SCHEMA public")
            raise
        finally:
            self._own.close()

    def _ask(self, statement: str) -> list[Any]:
        with self._own.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _program(self, name: str) -> str:
        """Return where it is. Raises Refused where it is not, or is older than the server."""
        found = shutil.which(name)
        package = "the package postgresql-client of the server's version"
        if found is None:
            raise Refused(f"{name} is not on this machine: install {package}.")
        told = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603 — found on PATH.
        version = re.search(r"(\d+)", told)
        server = self._server_version()
        if version is None or int(version[1]) < server:
            raise Refused(f"{name} is {told.strip()}, and the server is PostgreSQL {server}: install {package}.")
        return found

    def _server_version(self) -> int:
        self._own.ensure_connection()
        return int(self._own.pg_version) // 10000

    def _run(self, command: list[str]) -> None:
        """Run it on this database, its password in no list of processes. Raises Refused with what it said."""
        info = self._own.connection.info
        told = {f"PG{NAMES[name]}": str(value) for name, value in info.get_parameters().items() if name in NAMES}
        environment = os.environ | told | ({"PGPASSWORD": info.password} if info.password else {})
        if command[0].endswith("pg_restore"):
            command = [*command[:-1], f"--dbname={info.dbname}", command[-1]]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 — of our own making.
        if done.returncode != 0:
            said = done.stderr.strip().splitlines() or ["it said nothing"]
            raise Refused(f"{Path(command[0]).name} failed: {said[0]}")


POSTGRESQL_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
NAMES = {
    "host": "HOST",
    "hostaddr": "HOSTADDR",
    "port": "PORT",
    "dbname": "DATABASE",
    "user": "USER",
    "sslmode": "SSLMODE",
    "sslrootcert": "SSLROOTCERT",
    "sslcert": "SSLCERT",
    "sslkey": "SSLKEY",
    "service": "SERVICE",
}
