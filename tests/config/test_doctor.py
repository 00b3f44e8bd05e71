import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts import descope, guards
from accounts.models import User
from blog.guards import ALL_GUARDS
from blog.models import Post, Revision
from config import doctor
from config.deployment import Check, Severity
from tests.accounts.conftest import Wire, ring, wire

__all__ = ["ring", "wire"]


def found_by(check: Check) -> list[tuple[Severity, str]]:
    return list(check())


@pytest.fixture
def data_dir(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def fresh_client() -> Iterator[None]:
    descope.client.cache_clear()
    yield
    descope.client.cache_clear()


ALL = [*doctor.OF_PLACES, *doctor.OF_DATABASE, *doctor.OF_DESCOPE, *doctor.OF_SERVICE, doctor.newest_seals_hold]
# In tests each process is for itself, none is old, and the sandbox tells no time.
UNKNOWN_HERE = (doctor.cache_is_shared, doctor.backup_is_recent, doctor.clock_is_right)


@pytest.mark.usefixtures("data_dir")
@pytest.mark.parametrize(
    "check", [check for check in ALL if check not in UNKNOWN_HERE], ids=lambda check: check.__name__
)
def test_a_site_that_is_well_has_nothing_to_mend(check: Check, published: Post, editor: User) -> None:
    assert found_by(check) == []


def test_a_database_that_takes_nothing_is_told() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only=ON" if connection.vendor == "sqlite" else "SET TRANSACTION READ ONLY")
    try:
        ((severity, sentence),) = found_by(doctor.database_can_be_written)
    finally:
        if connection.vendor == "sqlite":
            connection.cursor().execute("PRAGMA query_only=OFF")

    assert severity is Severity.STOPS
    assert sentence.startswith("Nothing can be written to the database (")


@pytest.mark.parametrize("check", [doctor.newest_seals_hold, doctor.seals_hold])
def test_a_text_that_was_changed_after_it_was_sealed_is_told(check: Check, published: Post) -> None:
    guards.remove(ALL_GUARDS, "default")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE blog_revision SET body = 'Another text' WHERE id = %s", [published.live_revision_id])

    told = found_by(check)

    guards.install(ALL_GUARDS, "default")
    assert Revision.objects.count() == 1
    assert told[0][0] is Severity.STOPS
    assert "by hand" in told[0][1]


def test_without_signing_keys_nobody_signs_in_and_the_rest_is_not_asked_for(wire: Wire) -> None:
    wire.is_down()

    told = {check.__name__: found_by(check) for check in doctor.OF_DESCOPE}

    ((severity, sentence),) = told.pop("signing_keys_can_be_fetched")
    assert severity is Severity.STOPS
    assert "Nobody can sign in" in sentence
    assert {name: severity for name, ((severity, _),) in told.items()} == dict.fromkeys(told, Severity.UNSEEN)


@pytest.mark.parametrize(("seconds", "way"), [(60, "behind"), (-60, "ahead")])
def test_a_clock_that_is_off_is_told(seconds: int, way: str, wire: Wire) -> None:
    theirs = datetime.now(UTC) + timedelta(seconds=seconds)
    wire.answers("/v2/keys", httpx.Response(200, headers={"Date": format_datetime(theirs, usegmt=True)}))

    ((severity, sentence),) = found_by(doctor.clock_is_right)

    assert severity is Severity.WARNS
    assert f"seconds {way} of Descope’s" in sentence


@pytest.mark.usefixtures("fresh_client")
def test_a_management_key_that_is_none_is_told(settings: Any) -> None:
    ours, settings.DESCOPE_MANAGEMENT_KEY = settings.DESCOPE_MANAGEMENT_KEY, "not-the-key"
    descope.client()
    settings.DESCOPE_MANAGEMENT_KEY = ours  # Of the sandbox, which is in this process, too.

    ((severity, sentence),) = found_by(doctor.management_key_is_accepted)

    assert severity is Severity.STOPS
    assert "not-the-key" not in sentence


@pytest.mark.usefixtures("editor", "admin")
def test_a_role_that_descope_does_not_have_is_told(settings: Any) -> None:
    settings.ROLE_ADMIN = "publisher"

    ((severity, sentence),) = found_by(doctor.roles_are_there)

    assert severity is Severity.WARNS
    assert "“publisher”" in sentence
    assert "ROLE_ADMIN" in sentence


def test_a_mail_server_that_takes_nothing_is_told(settings: Any) -> None:
    settings.EMAIL_URL, settings.EMAIL_BACKEND = "smtp://127.0.0.1:1", "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    ((severity, _),) = found_by(doctor.mail_goes_out)

    assert severity is Severity.STOPS


@pytest.mark.parametrize(("minutes", "is_told"), [(1, False), (10, True)])
def test_a_task_that_nobody_takes_up_is_told(minutes: int, is_told: bool) -> None:
    task = DBTaskResult.objects.create(task_path="x", args_kwargs={"args": [], "kwargs": {}}, backend_name="default")
    DBTaskResult.objects.filter(pk=task.pk).update(enqueued_at=timezone.now() - timedelta(minutes=minutes))

    assert bool(found_by(doctor.worker_is_at_work)) == is_told


@pytest.mark.parametrize(
    ("hours", "is_there", "told"),
    [
        (None, False, "No backup was ever taken"),
        (1, True, ""),
        (60, True, "60 hours old"),
        (1, False, "not there any more"),
    ],
)
def test_a_backup_that_is_missing_old_or_gone_is_told(
    hours: int | None, is_there: bool, told: str, data_dir: Path
) -> None:
    file = data_dir / "one.tar"
    if is_there:
        file.touch()
    if hours is not None:
        taken_at = (timezone.now() - timedelta(hours=hours)).isoformat()
        (data_dir / "last-backup.json").write_text(json.dumps({"taken_at": taken_at, "file": str(file)}))

    found = found_by(doctor.backup_is_recent)

    assert [severity for severity, _ in found] == ([Severity.WARNS] if told else [])
    assert told in "".join(sentence for _, sentence in found)


@pytest.mark.parametrize(
    ("of_folder", "of_file", "is_told"), [(0o755, 0o644, True), (0o700, 0o644, False), (0o755, 0o600, False)]
)
def test_a_database_that_everybody_may_read_is_told(
    of_folder: int, of_file: int, is_told: bool, data_dir: Path
) -> None:
    file = data_dir / "galley.sqlite3"
    file.touch(mode=of_file)
    file.chmod(of_file)
    data_dir.chmod(of_folder)

    assert bool([text for _, text in found_by(doctor.files_are_private) if str(file) in text]) == is_told


def test_a_check_that_breaks_down_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks_down() -> Iterator[tuple[Severity, str]]:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(doctor, "OF_SERVICE", [breaks_down, doctor.backup_is_recent])

    looked = {one.check: one.findings for one in doctor.examine()}

    assert "could not be looked at" in looked["breaks_down"][0].sentence
    assert "backup_is_recent" in looked


def test_it_fails_where_something_is_broken_and_says_what_to_programs_too(wire: Wire) -> None:
    wire.is_down()
    said, told = StringIO(), StringIO()

    with pytest.raises(CommandError, match="to mend"):
        call_command("doctor", stdout=said)
    with pytest.raises(CommandError, match="to mend"):
        call_command("doctor", "--json", stdout=told)

    report = json.loads(told.getvalue())
    assert "signing_keys_can_be_fetched" in {one["check"] for one in report["broken"]}
    assert "roles_are_there" in {one["check"] for one in report["not_looked_at"]}
    assert "roles_are_there" not in report["ok"]
    assert "OK (" in said.getvalue()
    assert "Not looked at: " in said.getvalue()
    assert "Broken: Nobody can sign in" in said.getvalue()
