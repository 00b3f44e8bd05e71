"""The site with its pages kept, asked over WSGI as a server asks it."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import override_settings

from accounts.models import User
from config.page_cache import PageCache
from tests.conftest import signed_in
from tests.kept import note_at_once

CSRF_SECRET = "Galley" * 5 + "xy"
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]*')


class Site:
    """A process with its pages kept. `made` is what Django was asked for."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.django = get_wsgi_application()
        self.cache = PageCache(self._counted)

    def _counted(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.made.append(environ["PATH_INFO"])
        return self.django(environ, start_response)

    def browser_of(self, user: User | None, *, past_cache: bool = False) -> httpx.Client:
        """Return a browser that has been here before: it has a session and the secret of its forms."""
        application = self.django if past_cache else self.cache
        browser = httpx.Client(transport=httpx.WSGITransport(app=application), base_url=settings.SITE_URL)
        browser.headers["Accept"] = "text/html"
        if user is not None:
            key = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
            browser.headers["Cookie"] = (
                f"{settings.SESSION_COOKIE_NAME}={key}; {settings.CSRF_COOKIE_NAME}={CSRF_SECRET}"
            )
            browser.get("/account")  # So that the process knows the session.
            self.made.clear()
        return browser


def without_tokens(page: str) -> str:
    """Each page has another mask on its token."""
    return TOKEN.sub(r"\1", page)


@pytest.fixture
def site() -> Iterator[Site]:
    with override_settings(PAGE_CACHE_MB=8, DEBUG=False, ALLOWED_HOSTS=["localhost", "testserver"]):
        note_at_once()
        yield Site()


@pytest.fixture
def public() -> Iterator[None]:
    with override_settings(VISIBILITY="public"):
        yield
