"""What stops the start, what only warns, and that each is one sentence that names what to change."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import InvalidStorageError
from django.db import connection
from redis import ConnectionError as RedisIsGone

from accounts.guards import remove
from blog.guards import ALL_GUARDS
from config import deployment
from config.deployment import Check, Severity

STOPS, WARNS = Severity.STOPS, Severity.WARNS


@pytest.fixture
def production(settings: Any, tmp_path: Path) -> Any:
    """Settings of a deployment with which nothing is wrong."""
    settings.DEBUG = False
    settings.SECRET_KEY = "Zu8aeR5ohngoo6Quoo3ahth0iePh4ei-of-a-test-and-long-enough"
    settings.SITE_URL = "https://blog.example.org"
    settings.IS_HTTPS = True
    settings.BEHIND_PROXY = True
    settings.ALLOWED_HOSTS = ["blog.example.org"]
    settings.DESCOPE_BASE_URI = "https://api.descope.com"
    settings.DESCOPE_MANAGEMENT_KEY = "K2"
    settings.DESCOPE_WEBHOOK_SECRET = "of a test"
    settings.DATA_DIR = tmp_path
    return settings


def test_nothing_is_said_of_a_deployment_that_is_as_it_should_be(production: Any) -> None:
    assert list(deployment.findings()) == []


@pytest.mark.parametrize(
    ("changed", "check", "severity", "named"),
    [
        ({"DEBUG": True}, "debug_is_off", STOPS, "DEBUG=false"),
        ({"SECRET_KEY": "too-short"}, "secret_keys_are_strong", STOPS, "SECRET_KEY"),
        ({"SECRET_KEY": "aaaa" * 20}, "secret_keys_are_strong", STOPS, "SECRET_KEY"),
        ({"SECRET_KEY": "django-insecure-" + "Zu8aeR5ohngoo6" * 4}, "secret_keys_are_strong", STOPS, "SECRET_KEY"),
        ({"SECRET_KEY_FALLBACKS": ["old"]}, "secret_keys_are_strong", STOPS, "SECRET_KEY_FALLBACKS"),
        (
            {"SITE_URL": "http://blog.example.org", "IS_HTTPS": False},
            "site_is_reached_by_https",
            STOPS,
            "https://",
        ),
        (
            {"SITE_URL": "http://8.8.8.8", "IS_HTTPS": False, "ALLOWED_HOSTS": ["8.8.8.8"]},
            "site_is_reached_by_https",
            STOPS,
            "https://",
        ),
        (
            {"SITE_URL": "http://galley.lan", "IS_HTTPS": False, "ALLOWED_HOSTS": ["galley.lan"]},
            "site_is_reached_by_https",
            WARNS,
            "https://",
        ),
        ({"BEHIND_PROXY": False}, "proxy_is_declared", STOPS, "BEHIND_PROXY=true"),
        ({"ALLOWED_HOSTS": ["*"]}, "hosts_are_named", STOPS, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ["example.org"]}, "hosts_are_named", STOPS, "ALLOWED_HOSTS lacks blog.example.org"),
        ({"DESCOPE_BASE_URI": "http://api.descope.com"}, "descope_is_reached_by_https", STOPS, "DESCOPE_BASE_URI"),
        ({"DESCOPE_MANAGEMENT_KEY": ""}, "management_key_is_there", WARNS, "DESCOPE_MANAGEMENT_KEY"),
        ({"DESCOPE_WEBHOOK_SECRET": ""}, "webhook_secret_is_there", WARNS, "DESCOPE_WEBHOOK_SECRET"),
        ({"DATA_DIR": Path("/dev/null/data")}, "data_can_be_written", STOPS, "DATA_DIR is /dev/null/data"),
    ],
)
def test_a_setting_that_is_missing_or_unsafe_is_told_in_one_sentence(
    production: Any, changed: dict[str, Any], check: str, severity: Severity, named: str
) -> None:
    for name, value in changed.items():
        setattr(production, name, value)

    found = next(deployment.findings())

    assert (found.check, found.severity) == (check, severity)
    assert named in found.sentence
    assert "\n" not in found.sentence


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1:8000"])
def test_a_site_for_this_machine_alone_needs_no_https(production: Any, url: str) -> None:
    production.SITE_URL, production.IS_HTTPS = url, False

    assert told_by(deployment.site_is_reached_by_https) == []


def test_a_host_may_be_allowed_with_all_below_it(production: Any) -> None:
    production.ALLOWED_HOSTS = [".example.org"]

    assert told_by(deployment.hosts_are_named) == []


def test_a_disk_that_is_nearly_full_is_a_warning(production: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployment, "FREE_MEGABYTES", 10**12)

    ((severity, sentence),) = told_by(deployment.disk_has_room)

    assert severity is WARNS
    assert "MB are free" in sentence


def test_a_cache_that_is_gone_is_a_warning(production: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    production.CACHES = production.CACHES | {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://:secret@127.0.0.1:9/0",
        }
    }

    ((severity, sentence),) = told_by(deployment.cache_answers)

    assert severity is WARNS
    assert RedisIsGone.__name__ in sentence
    assert "secret" not in sentence


def test_a_password_that_breaks_the_address_of_the_cache_is_not_told(production: Any) -> None:
    backend = {"BACKEND": "config.steady_cache.SteadyCache", "LOCATION": "redis://galley:s3cr3t#rest@127.0.0.1/0"}
    production.CACHES = production.CACHES | {"default": backend}

    ((severity, sentence),) = told_by(deployment.cache_answers)

    assert severity is STOPS
    assert "s3cr3t" not in sentence


def test_pictures_without_a_place_stop_the_start(production: Any) -> None:
    production.STORAGES = production.STORAGES | {"default": {"BACKEND": "no.such.Storage"}}
    production.MEDIA_BACKEND = "no.such.Storage"

    ((severity, sentence),) = told_by(deployment.pictures_have_a_place)

    assert severity is STOPS
    assert InvalidStorageError.__name__ in sentence
    assert "MEDIA_BACKEND" in sentence


def test_a_guard_that_somebody_took_away_stops_the_start(production: Any) -> None:
    guard = ALL_GUARDS[0]
    remove([guard], connection.alias)

    ((severity, sentence),) = told_by(deployment.guards_are_in_place)

    assert severity is STOPS
    assert guard.name in sentence
    assert "manage.py migrate" in sentence


def told_by(check: Check) -> list[tuple[Severity, str]]:
    return list(check())
