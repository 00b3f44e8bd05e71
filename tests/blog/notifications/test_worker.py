"""Real worker processes, at the same database and a mail server: killed, stopped, and several at once."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from blog.models import Letter, Notification, Post, Wish
from blog.models.letter import LEASE
from blog.notifications.kinds import Cadence, Kind
from tests.blog.notifications.mail_server import MailServer, mail_server

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])
ROOT = Path(django_settings.BASE_DIR)
PATIENCE_SECONDS = 60


@pytest.fixture(autouse=True)
def _without_webhooks(settings: Any) -> None:
    """Keep the sandbox from telling the site of each sign-up, in a thread that outlives the test."""
    settings.DESCOPE_WEBHOOK_SECRET = ""


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start_worker(server: MailServer, tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts a worker of its own process at the test's own database."""
    workers: list[subprocess.Popen[bytes]] = []
    log = (tmp_path / "worker.log").open("wb")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": _url_of_test_database(),
        "EMAIL_URL": server.url,
        "PYTHONUNBUFFERED": "1",
    }

    def start_worker() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "manage.py", "worker"]
        workers.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log))  # noqa: S603 — our own script.
        return workers[-1]

    yield start_worker
    for worker in workers:
        worker.kill()
        worker.wait()
    log.close()
    print((tmp_path / "worker.log").read_text())  # noqa: T201 — pytest shows it where a test fails.


def _url_of_test_database() -> str:
    used = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{used['NAME']}"
    return f"postgres://{used['USER']}:{used['PASSWORD']}@{used['HOST']}:{used['PORT']}/{used['NAME']}"


def until(holds: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < give_up_at, "it did not come about"
        time.sleep(0.05)


def no_letter_waits() -> bool:
    return not Letter.objects.filter(state=Letter.State.WAITING).exists()


def let_claims_run_out() -> None:
    """Change the database as time passing would."""
    past = timezone.now() - LEASE - timedelta(seconds=1)
    Letter.objects.exclude(claimed_until=None).update(claimed_until=past)
    DBTaskResult.objects.filter(status="RUNNING").update(started_at=past)


def ids(server: MailServer) -> Counter[str]:
    return Counter(str(mail["Message-ID"]) for mail in server.taken)


def submit(author: User, count: int) -> None:
    for number in range(count):
        Post.objects.write(by=author, title=f"Take {number}", body="Words.").submit(by=author)


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("EHLO", marks=pytest.mark.long),
        pytest.param("MAIL", marks=pytest.mark.long),
        pytest.param("RCPT", marks=pytest.mark.long),
        pytest.param("DATA", marks=pytest.mark.long),
        "ACCEPT",
    ],
)
def test_a_worker_killed_while_it_sends_leaves_a_letter_that_goes_out_once(
    moment: str, admin: User, editor: User, server: MailServer, start_worker: Start
) -> None:
    submit(editor, 3)
    server.hang_before = moment
    first = start_worker()
    until(server.is_hanging.is_set)
    first.send_signal(signal.SIGKILL)
    first.wait()
    server.get_well()
    let_claims_run_out()

    start_worker()
    until(no_letter_waits)

    assert sorted(ids(server).values()) == [1, 1, 1]
    assert set(Letter.objects.values_list("state", flat=True)) == {Letter.State.SENT}


def test_a_worker_killed_between_the_servers_word_and_the_mark_sends_again_under_the_same_id(
    admin: User, editor: User, server: MailServer, start_worker: Start
) -> None:
    submit(editor, 1)
    server.hang_after_accepting = True
    first = start_worker()
    until(server.is_hanging.is_set)
    first.send_signal(signal.SIGKILL)
    first.wait()
    server.get_well()
    let_claims_run_out()

    start_worker()
    until(no_letter_waits)

    assert list(ids(server).values()) == [2]


def test_before_the_claim_runs_out_no_other_worker_touches_the_letter(
    admin: User, editor: User, server: MailServer, start_worker: Start
) -> None:
    submit(editor, 1)
    server.hang_before = "DATA"
    start_worker()
    until(server.is_hanging.is_set)
    server.get_well()

    second = start_worker()
    submit(editor, 1)
    until(lambda: Letter.objects.filter(state=Letter.State.SENT).count() == 1)
    time.sleep(2)

    assert len(server.taken) == 1
    assert second.poll() is None


def test_three_workers_at_once_send_twenty_letters_once_each(
    admin: User, editor: User, server: MailServer, start_worker: Start
) -> None:
    submit(editor, 20)

    for _ in range(3):
        start_worker()
    until(no_letter_waits)

    assert len(ids(server)) == 20
    assert set(ids(server).values()) == {1}


def test_three_workers_at_once_write_one_daily_letter(
    admin: User, editor: User, server: MailServer, start_worker: Start
) -> None:
    Wish.objects.say(admin, Kind.SUBMITTED, mail=Cadence.DAILY)
    submit(editor, 5)
    Notification.objects.update(created_at=timezone.now() - timedelta(days=2))

    for _ in range(3):
        start_worker()
    until(lambda: len(server.taken) > 0)
    time.sleep(2)

    assert [str(mail["Message-ID"]) for mail in server.taken] == [f"<letter-{Letter.objects.get().pk}@localhost>"]


def test_a_worker_that_is_asked_to_stop_finishes_the_letter_in_hand(
    admin: User, editor: User, server: MailServer, start_worker: Start
) -> None:
    submit(editor, 2)
    server.hang_before = "ACCEPT"
    worker = start_worker()
    until(server.is_hanging.is_set)

    worker.terminate()
    time.sleep(1)
    is_still_at_it = worker.poll() is None
    server.let_go.set()

    assert is_still_at_it
    assert worker.wait(timeout=PATIENCE_SECONDS) == 0
    assert len(server.taken) == 1
    assert sorted(Letter.objects.values_list("state", flat=True)) == [Letter.State.SENT, Letter.State.WAITING]


def test_an_idle_worker_stops_at_once(server: MailServer, start_worker: Start) -> None:
    worker = start_worker()
    until(lambda: b"at work" in _log_of(worker))

    worker.terminate()

    assert worker.wait(timeout=60) == 0


def test_a_worker_writes_down_what_the_clock_has_moved_and_tells_its_author(
    admin: User, editor: User, server: MailServer, start_worker: Start
) -> None:
    submit(editor, 1)
    Letter.objects.all().delete()
    post = Post.objects.get()
    post.schedule(by=admin, revision=1, at=timezone.now() + timedelta(days=1))
    Letter.objects.all().delete()
    now = timezone.now()
    Post.objects.filter(pk=post.pk).update(scheduled_at=now, published_at=now)

    start_worker()
    until(lambda: len(server.taken) == 1)

    assert server.taken[0]["To"] == "ed.editor@example.com"
    assert "as scheduled" in server.taken[0].get_payload(decode=True).decode()  # type: ignore[union-attr]


def test_an_open_database_connection_that_breaks_does_not_end_the_worker(
    admin: User, editor: User, server: MailServer, start_worker: Start
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connections that break")
    worker = start_worker()
    until(lambda: b"at work" in _log_of(worker))
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    submit(editor, 1)
    until(no_letter_waits)

    assert len(server.taken) == 1


def _log_of(worker: "subprocess.Popen[bytes]") -> bytes:
    return Path(f"/proc/{worker.pid}/fd/2").read_bytes()
