"""That a row is read again as soon as anybody may have changed it, and not before."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from config.page_cache.unchanged import MOST_ROWS, Unchanged

ASKED = ("SELECT value FROM kept WHERE id = ?", ("1",))


def opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, isolation_level=None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with closing(opened(tmp_path / "kept.sqlite3")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, value TEXT)")
        database.execute("INSERT INTO kept VALUES (1, 'old')")
    return tmp_path / "kept.sqlite3"


@pytest.fixture
def database(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(opened(file)) as database:
        yield database


def change(database: sqlite3.Connection, value: str = "new") -> None:
    database.execute("UPDATE kept SET value = ?", [value])


def test_what_has_not_changed_is_not_read_again(database: sqlite3.Connection) -> None:
    unchanged = Unchanged()
    asked: list[str] = []
    unchanged.row(database, *ASKED)
    database.set_trace_callback(asked.append)

    row = unchanged.row(database, *ASKED)

    assert row == ("old",)
    assert asked == ["PRAGMA data_version"]


def test_what_another_connection_has_changed_is_read_again(database: sqlite3.Connection, file: Path) -> None:
    unchanged = Unchanged()
    unchanged.row(database, *ASKED)

    with closing(opened(file)) as other:
        change(other)

    assert unchanged.row(database, *ASKED) == ("new",)


def test_what_this_one_has_changed_is_read_again(database: sqlite3.Connection) -> None:
    unchanged = Unchanged()
    unchanged.row(database, *ASKED)

    change(database)

    assert unchanged.row(database, *ASKED) == ("new",)


def test_what_is_taken_back_is_forgotten(database: sqlite3.Connection) -> None:
    unchanged = Unchanged()
    unchanged.row(database, *ASKED)

    database.execute("BEGIN IMMEDIATE")
    change(database)
    inside = unchanged.row(database, *ASKED)
    database.execute("ROLLBACK")

    assert (inside, unchanged.row(database, *ASKED)) == (("new",), ("old",))


def test_what_there_was_not_is_found_once_it_is_there(database: sqlite3.Connection, file: Path) -> None:
    unchanged, asked = Unchanged(), (ASKED[0], ("2",))
    before = unchanged.row(database, *asked)

    with closing(opened(file)) as other:
        other.execute("INSERT INTO kept VALUES (2, 'another')")

    assert (before, unchanged.row(database, *asked)) == (None, ("another",))


def test_another_connection_knows_nothing_of_what_was_read_by_this_one(
    database: sqlite3.Connection, tmp_path: Path, file: Path
) -> None:
    unchanged = Unchanged()
    unchanged.row(database, *ASKED)
    (tmp_path / "other.sqlite3").write_bytes(file.read_bytes())

    with closing(opened(tmp_path / "other.sqlite3")) as other:
        change(other, "another")
        with closing(opened(tmp_path / "other.sqlite3")) as again:
            assert unchanged.row(again, *ASKED) == ("another",)


def test_no_more_is_kept_than_may_be(database: sqlite3.Connection) -> None:
    unchanged = Unchanged()

    for number in range(3 * MOST_ROWS):
        unchanged.row(database, ASKED[0], (str(number),))

    assert len(unchanged._rows) <= MOST_ROWS
