from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import keys
from config import health
from tests.accounts.conftest import Wire, ring, wire

__all__ = ["ring", "wire"]

ALL_WELL = {"database": True, "migrations": True, "guards": True, "cache": True, "keys": True}


def state_of(response: Any) -> dict[str, bool]:
    """Return what the answer says beside its sentences."""
    return {name: value for name, value in response.json().items() if name != "told"}


def test_the_process_is_up_whatever_else_is_down(
    client: Client, wire: Wire, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    wire.is_down()

    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert response.status_code == 200
    assert response.content == b"ok"
    assert "no-store" in response["Cache-Control"]


def test_the_site_is_ready_where_everything_answers(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert state_of(response) == {"ready": True, **ALL_WELL}
    assert response.json()["told"] == []
    assert "no-store" in response["Cache-Control"]


def test_the_site_is_not_ready_without_signing_keys(client: Client, wire: Wire) -> None:
    wire.is_down()

    response = client.get("/readyz")

    assert response.status_code == 503
    assert state_of(response) == {"ready": False, **ALL_WELL, "keys": False}
    assert response.json()["told"] == ["The signing keys of Descope could not be fetched, so nobody can sign in."]


def test_the_site_stays_ready_on_the_keys_it_has(client: Client, wire: Wire) -> None:
    keys.ring.check()
    wire.is_down()

    assert client.get("/readyz").status_code == 200


def test_the_site_is_not_ready_without_its_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OperationalError("the database is gone: password=secret")

    monkeypatch.setattr(connection, "cursor", broken)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert state_of(response) == {"ready": False, **ALL_WELL, "database": False, "guards": False}
    assert "secret" not in response.content.decode()


@pytest.mark.parametrize(
    "cache",
    [
        {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"},
    ],
    ids=["forgets", "nobody there"],
)
def test_the_site_is_not_ready_without_its_cache(cache: dict[str, str], client: Client, settings: Settings) -> None:
    settings.CACHES = {"default": cache}

    response = client.get("/readyz")

    assert response.status_code == 503
    assert state_of(response) == {"ready": False, **ALL_WELL, "cache": False}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_who_watches_needs_no_account(path: str) -> None:
    assert Client().get(path, headers={"Authorization": "Basic YTpi"}).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_by_the_machines_number_is_answered_as_any_other(path: str, client: Client) -> None:
    assert client.get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200


def test_the_site_is_not_ready_before_its_migrations_and_remembers_when_it_is(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(health, "migrations", health.Migrations())
    monkeypatch.setattr(health.Migrations, "asked_again_after_seconds", 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_migrations SET app = 'no more' "
            "WHERE name = (SELECT MAX(name) FROM django_migrations WHERE app = 'accounts') AND app = 'accounts'"
        )

    refused = client.get("/readyz")
    assert refused.status_code == 503
    assert refused.json()["told"] == ["Migrations are not applied. Run manage.py migrate."]

    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET app = 'accounts' WHERE app = 'no more'")
    assert client.get("/readyz").status_code == 200
    with django_assert_num_queries(2):  # One for the database, and one for its guards.
        assert client.get("/readyz").status_code == 200
