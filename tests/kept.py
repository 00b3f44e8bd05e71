"""Django's test client behind the pages that are kept, as in production."""

import re
from collections.abc import Iterable
from http.cookies import SimpleCookie
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpResponse, HttpResponseBase
from django.test import Client, override_settings
from django.test.client import ClientHandler

from blog.site_version import NOTES
from config.page_cache import PageCache

KEPT_MB = 8
ONCE = re.compile(r" WHERE \w+\.xmin <> pg_current_xact_id\(\)::xid")


def note_at_once() -> None:
    """Have PostgreSQL note every change as it is made. Else it notes them once, when a transaction ends; a test is one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for note in NOTES:
                cursor.execute(ONCE.sub("", note._for_postgresql()[0]))


class KeepingHandler(ClientHandler):
    """Asks Django only for what the cache does not answer."""

    def __init__(self) -> None:
        super().__init__(enforce_csrf_checks=False)
        self._answered: list[HttpResponseBase] = []
        with override_settings(PAGE_CACHE_MB=KEPT_MB):
            self.cache = PageCache(self._django)
        note_at_once()

    def _django(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        response = super().__call__(environ)
        self._answered.append(response)
        cookies = [("Set-Cookie", cookie.OutputString()) for cookie in response.cookies.values()]
        start_response(f"{response.status_code} {response.reason_phrase}", [*response.items(), *cookies])
        return [] if response.streaming else [response.content]  # type: ignore[attr-defined]  # Of one that is not.

    def __call__(self, environ: dict[str, Any]) -> Any:
        told: list[tuple[str, list[tuple[str, str]]]] = []
        self._answered.clear()
        body = self.cache(environ, lambda status, headers: told.append((status, headers)))
        if self._answered and not self._answered[-1].wsgi_request.META.get("galley.audience"):  # type: ignore[attr-defined]
            return self._answered[-1]  # Django's own, for this very person.
        status, headers = told[-1]
        response = HttpResponse(b"".join(body), status=int(status[:3]))
        response.headers.pop("Content-Type")
        for name, value in headers:
            if name == "Set-Cookie":
                response.cookies.update(SimpleCookie(value))
            else:
                response.headers[name] = value
        response.wsgi_request = WSGIRequest(environ)  # type: ignore[attr-defined]  # As Django's own handler does.
        return response


def behind(handler: KeepingHandler, client: Client) -> Client:
    """Let this browser ask the server of this handler, whose pages others have asked for, too."""
    client.handler = handler
    return client
