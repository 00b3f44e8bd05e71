"""The real SDK, whose calls reach the sandbox through the whole site: `network` in tests/conftest.py."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import httpx
import pytest
from descope import DescopeClient
from django.conf import settings
from pytest_django import Settings

from accounts.sandbox.models import Person, Role
from accounts.sandbox.people import create

from .component import Tab


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys are slow to make, so all tests here share theirs."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(autouse=True)
def _own_data_folder(settings: Settings, keys_folder: Path) -> None:
    settings.DATA_DIR = keys_folder


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(base_url=settings.SITE_URL, verify=False) as client:  # noqa: S501 — it never opens a socket
        yield client


@pytest.fixture
def sdk() -> DescopeClient:
    return _sdk()


@cache
def _sdk() -> DescopeClient:
    """Made once: each new one reads the machine's certificates, which takes longer than a test."""
    return DescopeClient(
        settings.DESCOPE_PROJECT_ID,
        management_key=settings.DESCOPE_MANAGEMENT_KEY,
        base_url=settings.DESCOPE_BASE_URI,
    )


@pytest.fixture
def roles() -> list[Role]:
    return [Role.objects.create(name=name) for name in ("admin", "editor")]


@pytest.fixture
def ed(roles: list[Role]) -> Person:
    return create(["ed@example.com"], {"name": "Ed Editor", "verifiedEmail": True, "roleNames": ["editor"]})


@pytest.fixture
def tab(http: httpx.Client) -> Tab:
    return Tab(http)


@pytest.fixture
def elsewhere(http: httpx.Client) -> Tab:
    """A tab in another browser."""
    return Tab(http, name="tab-2")
