"""Who waits to write on SQLite is not overtaken by those who came later, in whichever process."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps a queue of its own")

PROCESSES, WRITERS = 4, 10
TIMES = 500
# A fair line lets each of the others go first once or twice. With SQLite's own way, somebody waits until the end.
MOST_OVERTAKEN = 5 * PROCESSES * WRITERS
CROWD = """
import sys, threading, time
import django
django.setup()
from django.db import connection, transaction

most = 0
times, writers = map(int, sys.argv[1:])

def newest():
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM crowd")
        return cursor.fetchone()[0]

def write():
    global most
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = OFF")  # The disk is not what they wait for.
    while (came := newest()) < times:
        with transaction.atomic():
            most = max(most, newest() - came)
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO crowd DEFAULT VALUES")
            time.sleep(0.002)
    connection.close()

crowd = [threading.Thread(target=write) for _ in range(writers)]
for writer in crowd:
    writer.start()
for writer in crowd:
    writer.join()
print(most)
"""


def test_in_a_crowd_of_four_processes_nobody_is_overtaken_again_and_again(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "crowd.sqlite3")) as database:
        database.execute("CREATE TABLE crowd (id INTEGER PRIMARY KEY)")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/crowd.sqlite3",
    }
    command = [sys.executable, "-c", CROWD, str(TIMES), str(WRITERS)]
    processes = [
        subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 — ours.
        for _ in range(PROCESSES)
    ]
    overtaken = [int(process.communicate()[0]) for process in processes]

    assert max(overtaken) <= MOST_OVERTAKEN
