"""What has to be right before Galley serves, each told in one sentence that says what to do.

`bin/serve` asks before it starts, and `manage.py doctor` of a running deployment.
"""

import ipaddress
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import DEFAULT_CACHE_ALIAS, cache, caches
from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from accounts.guards import missing
from accounts.on_demand import OnDemand
from blog.guards import ALL_GUARDS

if TYPE_CHECKING:
    import redis
else:
    redis = OnDemand("redis")

KEY_CHARACTERS = 50  # As Django's own check before deployment has it.
KEY_DIFFERENT_CHARACTERS = 5
FREE_MEGABYTES = 500
OF_PRIVATE_NETWORKS = ("local", "lan", "internal", "intranet", "test", "localhost", "home.arpa")


class Severity(StrEnum):
    STOPS = "stops"  # Serving so would be unsafe, or no use.
    WARNS = "warns"  # Something does not work, and the rest does.
    UNSEEN = "unseen"  # Whether it is well cannot be told, for want of something that another check tells of.


@dataclass(frozen=True)
class Finding:
    """What a check, named after its function, has found."""

    check: str
    severity: Severity
    sentence: str


Told = Iterator[tuple[Severity, str]]
Check = Callable[[], Told]


def findings() -> Iterator[Finding]:
    """Yield what is not as it should be: of the settings, and then of what they lead to."""
    yield from _found_by(OF_SETTINGS)
    yield from _found_by(OF_PLACES)
    unreachable = list(_found_by([database_answers]))
    yield from unreachable or _found_by(OF_DATABASE)


def _found_by(checks: list[Check]) -> Iterator[Finding]:
    for check in checks:
        for severity, sentence in check():
            yield Finding(check.__name__, severity, sentence)


# What is set


def debug_is_off() -> Told:
    if settings.DEBUG:
        yield (
            Severity.STOPS,
            "DEBUG is on, which shows strangers the insides of the site: set DEBUG=false, or use bin/dev.",
        )


def secret_keys_are_strong() -> Told:
    for name, keys in (("SECRET_KEY", [settings.SECRET_KEY]), ("SECRET_KEY_FALLBACKS", settings.SECRET_KEY_FALLBACKS)):
        if any(map(_can_be_guessed, keys)):
            yield (
                Severity.STOPS,
                f"{name} can be guessed, and whoever does signs in as anybody: take {KEY_CHARACTERS} random characters "
                'or more, as python3 -c "import secrets; print(secrets.token_urlsafe(48))" makes them.',
            )


def _can_be_guessed(key: str) -> bool:
    few = len(key) < KEY_CHARACTERS or len(set(key)) < KEY_DIFFERENT_CHARACTERS
    return few or key.startswith("django-insecure-")


def site_is_reached_by_https() -> Told:
    if settings.IS_HTTPS or _is_this_machine(host := urlsplit(settings.SITE_URL).hostname or ""):
        return
    if _is_public(host):
        yield (
            Severity.STOPS,
            f"SITE_URL is {settings.SITE_URL}, and over plain HTTP anybody on the way reads sessions along: put a proxy "
            "with a certificate before Galley, and write SITE_URL with https://.",
        )
    else:
        yield (
            Severity.WARNS,
            f"SITE_URL is {settings.SITE_URL}: anybody in that network can read sessions along, until it is https://.",
        )


def proxy_is_declared() -> Told:
    if settings.IS_HTTPS and not settings.BEHIND_PROXY:
        yield (
            Severity.STOPS,
            "SITE_URL is https://, and bin/serve speaks plain HTTP to a proxy that ends TLS: set BEHIND_PROXY=true once "
            "that proxy sets X-Forwarded-Proto, or every page leads to itself for ever.",
        )


def hosts_are_named() -> Told:
    if "*" in settings.ALLOWED_HOSTS:
        yield (
            Severity.STOPS,
            "ALLOWED_HOSTS has “*”, which believes whatever host a request names: name the hosts, or leave it out for "
            "that of SITE_URL.",
        )
        return
    host = urlsplit(settings.SITE_URL).hostname or ""
    if not any(host == name or (name.startswith(".") and f".{host}".endswith(name)) for name in settings.ALLOWED_HOSTS):
        yield (
            Severity.STOPS,
            f"ALLOWED_HOSTS lacks {host}, the host of SITE_URL, so every page would be refused: add it, or leave "
            "ALLOWED_HOSTS out.",
        )


def descope_is_reached_by_https() -> Told:
    parts = urlsplit(settings.DESCOPE_BASE_URI)
    if parts.scheme != "https" and not _is_this_machine(parts.hostname or ""):
        yield (
            Severity.STOPS,
            f"DESCOPE_BASE_URI is {settings.DESCOPE_BASE_URI}, and tokens would travel in the open: write it with https://.",
        )


def management_key_is_there() -> Told:
    if not settings.DESCOPE_MANAGEMENT_KEY:
        yield (
            Severity.WARNS,
            "DESCOPE_MANAGEMENT_KEY is not set: the team page, mail about posts, imports by address and the webhook do "
            "not work, and personal API tokens only while their person is signed in.",
        )


def webhook_secret_is_there() -> Told:
    if not settings.DESCOPE_WEBHOOK_SECRET:
        yield (
            Severity.WARNS,
            "DESCOPE_WEBHOOK_SECRET is not set: the webhook answers 503, and roles taken away at Descope last until the "
            "token of their session runs out.",
        )


OF_SETTINGS: list[Check] = [
    debug_is_off,
    secret_keys_are_strong,
    site_is_reached_by_https,
    proxy_is_declared,
    hosts_are_named,
    descope_is_reached_by_https,
    management_key_is_there,
    webhook_secret_is_there,
]


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and address.is_loopback


def _is_public(host: str) -> bool:
    address = _address(host)
    if address is not None:
        return address.is_global
    return "." in host and not host.endswith(tuple(f".{name}" for name in OF_PRIVATE_NETWORKS))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


# Where it leads


def data_can_be_written() -> Told:
    folder = settings.DATA_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"galley")
    except OSError as error:
        yield (
            Severity.STOPS,
            f"DATA_DIR is {folder}, where nothing can be written ({error.strerror}): let user {os.getuid()} write "
            "there, make room, or name another folder.",
        )


def disk_has_room() -> Told:
    try:
        free = shutil.disk_usage(settings.DATA_DIR).free // 1024**2
    except OSError:
        return  # Whether it is there is another check's.
    if free < FREE_MEGABYTES:
        yield (
            Severity.WARNS,
            f"Only {free} MB are free where DATA_DIR is ({settings.DATA_DIR}): make room, or saving will fail.",
        )


def pictures_have_a_place() -> Told:
    try:
        default_storage.exists("galley")
    except Exception as error:  # noqa: BLE001 — a storage of anybody's raises whatever it likes.
        yield (
            Severity.STOPS,
            f"The pictures cannot be reached ({type(error).__name__}: {error}): look at MEDIA_BACKEND and MEDIA_OPTIONS.",
        )


def cache_answers() -> Told:
    try:
        if reach := getattr(caches[DEFAULT_CACHE_ALIAS], "reach", None):
            reach()
        cache.set("deployment", "checked", timeout=10)
        if cache.get("deployment") == "checked":
            return
        trouble = "it does not keep what it is given"
    except ValueError:  # What it says may be part of a password.
        yield (
            Severity.STOPS,
            "CACHE_URL cannot be understood: write it like redis://host:6379/0, and in a password %23 for # and %40 for @.",
        )
        return
    except (redis.RedisError, OSError) as error:
        trouble = type(error).__name__
    yield (
        Severity.WARNS,
        f"The cache at CACHE_URL does not answer ({trouble}): Galley serves without it, more slowly, until it does.",
    )


OF_PLACES: list[Check] = [data_can_be_written, disk_has_room, pictures_have_a_place, cache_answers]

# The database


def database_answers() -> Told:
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, OSError) as error:
        why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        yield Severity.STOPS, f"The database at DATABASE_URL does not answer: {why}."


def migrations_are_applied() -> Told:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        first, _ = plan[0]
        more = f" and {len(plan) - 1} more" if plan[1:] else ""
        yield (
            Severity.STOPS,
            f"Migrations wait to be applied ({first.app_label}.{first.name}{more}): .venv/bin/python manage.py migrate",
        )


def guards_are_in_place() -> Told:
    if gone := missing(ALL_GUARDS, DEFAULT_DB_ALIAS):
        yield (
            Severity.STOPS,
            f"The database lacks guards ({', '.join(gone)}): .venv/bin/python manage.py migrate puts them back",
        )


OF_DATABASE: list[Check] = [migrations_are_applied, guards_are_in_place]
