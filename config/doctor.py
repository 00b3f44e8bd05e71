"""What is looked at in a deployment that runs: all that config/deployment.py asks before a start, and what only shows
in service. Nothing is changed.
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice
from pathlib import Path

import httpx
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.cache import cache
from django.core.mail import get_connection
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.models import Min
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts import descope, keys
from accounts.exceptions import ProviderDown, ProviderUnavailable
from accounts.roles import Role, name_of
from blog import seals
from blog.models import Revision
from blog.searching import tables

from . import deployment
from .backups.taking import NOTE
from .deployment import Check, Finding, Severity, Told

SEALS_IN_A_SAMPLE = 50
CLOCK_OFF_BY = timedelta(seconds=10)
TASKS_WAIT = timedelta(minutes=5)
BACKUP_AGE = timedelta(hours=48)
TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class Looked:
    """One check, and what it has found; nothing, where all is well."""

    check: str
    findings: list[Finding]

    @property
    def in_words(self) -> str:
        return self.check.replace("_", " ")


def examine(*, everything: bool = False, online: bool = False) -> Iterator[Looked]:
    """Look at everything that is looked at, one after the other; with `everything` also at each single seal."""
    yield from map(_looked, [*deployment.OF_SETTINGS, *deployment.OF_PLACES, *OF_PLACES, static_files_are_collected])
    database = _looked(deployment.database_answers)
    yield database
    if not database.findings:
        of_seals = seals_hold if everything else newest_seals_hold
        yield from map(_looked, [*deployment.OF_DATABASE, *OF_DATABASE, of_seals])
    yield from map(_looked, OF_DESCOPE)
    yield from map(_looked, OF_SERVICE)
    if online:
        yield _looked(site_answers_at_its_address)


def _looked(check: Check) -> Looked:
    """A check that breaks down has found something, too."""
    name = check.__name__
    try:
        return Looked(name, [Finding(name, severity, sentence) for severity, sentence in check()])
    except Exception as error:  # noqa: BLE001 — whatever it is, the other checks go on.
        sentence = f"This could not be looked at: {type(error).__name__}: {error}"
        return Looked(name, [Finding(name, Severity.STOPS, sentence)])


# Where it leads


def files_are_private() -> Told:
    """The database holds everybody's texts and sessions, and .env the keys to them."""
    names = [settings.BASE_DIR / ".env", *settings.DATA_DIR.glob("*.sqlite3*"), *settings.DATA_DIR.glob("sandbox-keys")]
    if open_to_all := " ".join(str(path) for path in names if path.exists() and _is_open_to_all(path)):
        yield (
            Severity.WARNS,
            f"Everybody on this machine may read what members wrote, or keys: chmod o-rwx {open_to_all}",
        )


def _is_open_to_all(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o006 and path.parent.stat().st_mode & 0o001)


def cache_is_shared() -> Told:
    """What one process puts there, another finds."""
    if settings.CACHES["default"]["BACKEND"].endswith("LocMemCache"):
        yield (
            Severity.WARNS,
            "CACHE_URL is not set, so each worker counts calls for itself, and lets through as many times more than the "
            "limits say as there are workers: set CACHE_URL=redis://host:6379/0, or leave it so on a small site.",
        )
        return
    word = secrets.token_hex(8)
    cache.set("doctor", word, timeout=30)
    ask = "import django; django.setup(); from django.core.cache import cache; print(cache.get('doctor'))"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings")}
    done = subprocess.run(  # noqa: S603 — our own program.
        [sys.executable, "-c", ask], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    if done.stdout.strip() != word:
        yield (
            Severity.STOPS,
            "What one process puts into the cache, another does not find there, so limits do not hold: look at CACHE_URL.",
        )


OF_PLACES: list[Check] = [files_are_private, cache_is_shared]


def static_files_are_collected() -> Told:
    if settings.DEBUG:
        return
    missing = [path for path, collected, source in _static_files() if not _is_same(collected, source)]
    if missing:
        more = f" and {len(missing) - 1} more" if missing[1:] else ""
        yield (
            Severity.STOPS,
            f"{missing[0]}{more} of the static files are not collected as they are now, so pages look broken: restart "
            "bin/serve, which collects them.",
        )
    elif not (settings.STATIC_ROOT / "staticfiles.json").is_file():
        yield Severity.STOPS, "The static files are not hashed: restart bin/serve, which does it."


def _static_files() -> Iterator[tuple[str, Path, Path]]:
    for finder in get_finders():
        for path, storage in finder.list([]):
            yield path, settings.STATIC_ROOT / path, Path(storage.path(path))


def _is_same(collected: Path, source: Path) -> bool:
    with suppress(FileNotFoundError):
        return collected.stat().st_size == source.stat().st_size and collected.read_bytes() == source.read_bytes()
    return False


# The database


def database_can_be_written() -> Told:
    """A row is written as it is, and the transaction taken back."""
    try:
        with transaction.atomic(), connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(
                "UPDATE django_migrations SET name = name WHERE id = (SELECT MIN(id) FROM django_migrations)"
            )
            transaction.set_rollback(True)
    except DatabaseError as error:
        yield (
            Severity.STOPS,
            f"Nothing can be written to the database ({str(error).partition(chr(10))[0]}): nobody can save or sign in. "
            "Look at its disk, its permissions, and whether it is a standby.",
        )


def sqlite_is_set_up() -> Told:
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "sqlite":
        return
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with connection.cursor() as cursor:
        for name, value in wanted.items():
            (found,) = cursor.execute(f"PRAGMA {name}").fetchone()
            if found != value:
                yield (
                    Severity.STOPS,
                    f"SQLite’s {name} is {found}, and {value} keeps what was saved: look at DATABASE_URL.",
                )
        damage = [text for (text,) in cursor.execute("PRAGMA quick_check(5)").fetchall()]
    if damage != ["ok"]:
        yield Severity.STOPS, f"The database is damaged ({'; '.join(damage)}): stop the server and restore a backup."


def newest_seals_hold() -> Told:
    for revision in Revision.objects.order_by("-pk")[:SEALS_IN_A_SAMPLE]:
        if not revision.is_intact:
            yield Severity.STOPS, f"Revision {revision.pk} is not what was sealed: {WHO_CHANGED_IT}"


def seals_hold() -> Told:
    for mismatch in islice(seals.mismatches(), 20):
        yield Severity.STOPS, f"{mismatch}. {WHO_CHANGED_IT}"


WHO_CHANGED_IT = "somebody has changed the database by hand. manage.py verify_seals names all; restore a backup."


def index_is_whole() -> Told:
    for mismatch in islice(tables.mismatches(DEFAULT_DB_ALIAS), 3):
        yield (
            Severity.WARNS,
            f"The search does not find what it should ({mismatch}): manage.py search_index makes it anew.",
        )


OF_DATABASE: list[Check] = [database_can_be_written, sqlite_is_set_up, index_is_whole]

# Descope


def signing_keys_can_be_fetched() -> Told:
    try:
        keys.ring.check()
    except ProviderUnavailable as trouble:
        yield (
            Severity.STOPS,
            f"Nobody can sign in, because {trouble}: look at DESCOPE_PROJECT_ID and DESCOPE_BASE_URI "
            f"({settings.DESCOPE_BASE_URI}), and whether this machine may open connections to the outside.",
        )


def clock_is_right() -> Told:
    """By the clock of Descope, whose tokens are good from one second to another."""
    address = f"{settings.DESCOPE_BASE_URI}/v2/keys/{settings.DESCOPE_PROJECT_ID}"
    try:
        answer = httpx.get(address, timeout=TIMEOUT_SECONDS)
        theirs = parsedate_to_datetime(answer.headers["Date"])
    except (httpx.HTTPError, KeyError, ValueError):
        yield Severity.UNSEEN, "the clock of this machine, without Descope’s to compare it with"
        return
    off = datetime.now(UTC) - theirs
    if abs(off) > CLOCK_OFF_BY:
        seconds = abs(off).total_seconds()
        way = "ahead" if off > timedelta(0) else "behind"
        yield (
            Severity.WARNS,
            f"The clock of this machine is {seconds:.0f} seconds {way} of Descope’s, so good tokens are refused: let "
            "systemd-timesyncd or chrony set it.",
        )


def management_key_is_accepted() -> Told:
    if not settings.DESCOPE_MANAGEMENT_KEY:
        return
    try:
        descope.people_page(0, 1)
    except ProviderDown:
        yield Severity.UNSEEN, "DESCOPE_MANAGEMENT_KEY, which Descope does not answer to"
    except ProviderUnavailable as trouble:
        yield (
            Severity.STOPS,
            f"Descope does not take DESCOPE_MANAGEMENT_KEY ({trouble}): make a new one under Company → Management Keys.",
        )


def roles_are_there() -> Told:
    if not settings.DESCOPE_MANAGEMENT_KEY:
        return
    try:
        known = descope.role_names()
    except ProviderUnavailable:
        yield Severity.UNSEEN, "the roles, which Descope does not tell"
        return
    for role in Role:
        if name_of(role) not in known:
            yield (
                Severity.WARNS,
                f"Descope has no role “{name_of(role)}”, so nobody can be given it: make it under Authorization → RBAC, "
                f"or name yours in ROLE_{role.name}.",
            )


OF_DESCOPE: list[Check] = [
    signing_keys_can_be_fetched,
    clock_is_right,
    management_key_is_accepted,
    roles_are_there,
]

# In service


def mail_goes_out() -> Told:
    if not settings.EMAIL_URL:
        if not settings.USE_SANDBOX:
            yield (
                Severity.WARNS,
                "EMAIL_URL is not set, so notifications are on the site alone, and none go out by mail.",
            )
        return
    try:
        connection = get_connection(fail_silently=False, timeout=TIMEOUT_SECONDS)
        connection.open()
        connection.close()
    except OSError as error:
        yield (
            Severity.STOPS,
            f"The mail server at EMAIL_URL does not take mail ({type(error).__name__}): look at its address, name and "
            "password. Letters wait meanwhile, and are given up after some days.",
        )


def worker_is_at_work() -> Told:
    oldest = DBTaskResult.objects.ready().aggregate(oldest=Min("enqueued_at"))["oldest"]
    if oldest is not None and timezone.now() - oldest > TASKS_WAIT:
        minutes = (timezone.now() - oldest).total_seconds() / 60
        yield (
            Severity.STOPS,
            f"A task has waited for {minutes:.0f} minutes, so mail does not go out: start manage.py worker, or set "
            "WORKER_IN_SERVER=true.",
        )
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).count()
    if failed:
        yield Severity.WARNS, f"{failed} tasks have failed and are tried again: the log of the worker says why."


def backup_is_recent() -> Told:
    try:
        note = json.loads((settings.DATA_DIR / NOTE).read_text())
        age = timezone.now() - datetime.fromisoformat(note["taken_at"])
    except (OSError, ValueError, KeyError, TypeError):
        yield (
            Severity.WARNS,
            "No backup was ever taken here: let a timer run manage.py backup, as docs/deployment.md has it.",
        )
        return
    if age > BACKUP_AGE:
        hours = age.total_seconds() / 3600
        yield Severity.WARNS, f"The last backup is {hours:.0f} hours old: look at the timer that runs manage.py backup."
    elif not Path(note["file"]).exists():
        yield (
            Severity.WARNS,
            f"The last backup, {note['file']}, is not there any more: if nobody took it elsewhere, take one.",
        )


OF_SERVICE: list[Check] = [mail_goes_out, worker_is_at_work, backup_is_recent]


def site_answers_at_its_address() -> Told:
    """As a reader reaches it: through the proxy, at SITE_URL."""
    try:
        health = httpx.get(f"{settings.SITE_URL}/healthz", timeout=TIMEOUT_SECONDS)
        page = httpx.get(f"{settings.SITE_URL}/robots.txt", timeout=TIMEOUT_SECONDS)
    except httpx.HTTPError as error:
        yield (
            Severity.STOPS,
            f"{settings.SITE_URL} cannot be reached ({type(error).__name__}): look at its name in the DNS, the proxy and "
            "its certificate.",
        )
        return
    if health.status_code != 200 or health.content != b"ok":
        yield (
            Severity.STOPS,
            f"{settings.SITE_URL}/healthz answers {health.status_code}, not as Galley would: look at the proxy.",
        )
    elif page.is_redirect and page.headers.get("Location", "").startswith(settings.SITE_URL):
        yield (
            Severity.STOPS,
            "Every page leads to itself, because the proxy does not say that it was asked over HTTPS: let it set "
            "X-Forwarded-Proto, and set BEHIND_PROXY=true.",
        )
    elif "X-Request-Id" not in page.headers:
        yield (
            Severity.WARNS,
            "The proxy takes X-Request-Id out of answers, so nobody can tell the number of what failed.",
        )
