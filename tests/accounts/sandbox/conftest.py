"""The real SDK and the sandbox, joined in one process: every call goes through httpx and the whole site."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from descope import DescopeClient
from django.core.wsgi import get_wsgi_application
from pytest_django import Settings

from accounts.sandbox.models import Person, Role
from accounts.sandbox.people import create

ADDRESS = "http://localhost:8000"


@pytest.fixture(autouse=True)
def _sandbox_database(db: None) -> None:
    """Every test here uses both databases: see `pytestmark` in each module."""


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys are slow to make, so all tests share theirs."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(autouse=True)
def _own_data_folder(settings: Settings, keys_folder: Path) -> None:
    settings.DATA_DIR = keys_folder


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """A client that reaches the site without a socket."""
    with httpx.Client(base_url=ADDRESS, transport=httpx.WSGITransport(get_wsgi_application())) as client:
        yield client


@pytest.fixture(autouse=True)
def _httpx_reaches_the_site(http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK makes a client for each call; whatever it sends to the site goes the same way."""
    site = http._transport

    def handle(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        if request.url.host != "localhost":
            raise httpx.ConnectError("Tests reach no other machine", request=request)
        return site.handle_request(request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle)


@pytest.fixture
def sdk(settings: Settings) -> DescopeClient:
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
