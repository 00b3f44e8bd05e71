import io
import json
import logging
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import resolve

from accounts.models import User
from blog.models import Post
from config.confidential import said, told, without_secrets
from config.logs import JsonFormatter, message_of, thread_died
from observability import request_ids
from tests.accounts.conftest import Wire, ring, wire
from tests.conftest import bearer, signed_in, tokens_of

__all__ = ["ring", "wire"]

SENTENCE = "Zebras of the council meet at midnight"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that the site says meanwhile, from DEBUG on, as a deployment would write it."""
    written, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    levels = {logger: logger.level for logger in (root, logging.getLogger("django"))}
    root.addHandler(handler)
    for logger in levels:
        logger.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    for logger, level in levels.items():
        logger.setLevel(level)


def lines_of(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def break_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a save fail as careless code would: with all it was given in its message, and in that of the cause."""

    def write_once(*args: object, **given: object) -> None:
        try:
            raise KeyError(given["body"])
        except KeyError as error:
            raise ValueError(f"cannot write {given}") from error

    monkeypatch.setattr(type(Post.objects.all()), "write_once", write_once)


def test_no_line_holds_a_secret_or_the_words_of_a_draft(
    editor: User,
    reader: User,
    published: Post,
    admin: User,
    log: io.StringIO,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    desk = signed_in(editor, raise_request_exception=False)
    desk.post("/write", {"title": SENTENCE, "body": f"{SENTENCE}."})
    draft = Post.objects.get(title=SENTENCE)
    session_jwt, refresh_jwt = tokens_of(reader)
    key = desk.cookies[settings.SESSION_COOKIE_NAME].value
    link = "shared-" + "x" * 25
    made = desk.post("/account/tokens/create", {"name": "bot", "scopes": ["read"], "lifetime": "30"})
    api_token = re.search(r"glly_[\w-]+", made.content.decode())

    Client().get(f"/shared/{link}")
    Client().get(f"/feeds/private/{link}/rss.xml")
    Client().get(f"/notifications/unsubscribe/{link}")
    Client().get(f"/posts/{draft.slug}", headers=bearer(reader))
    Client().get("/api/posts/retrieve", headers={"Authorization": f"Bearer {session_jwt}x"})
    Client().get("/write", headers={"Authorization": f"Bearer {session_jwt}"})
    Client().post("/webhooks/descope", {"userId": SENTENCE}, content_type="application/json")
    Client().post("/auth/session", {"sessionJwt": session_jwt, "refreshJwt": "x"}, content_type="application/json")
    signed_in(editor, enforce_csrf_checks=True).post("/write", {"body": SENTENCE})
    Client().get("/", headers={"Host": "elsewhere.example"})
    signed_in(reader).get(f"/desk/posts/{draft.pk}")
    desk.post(f"/desk/posts/{draft.pk}/publish", {"revision": "1"})
    wire.is_down()
    cache.clear()
    Client().get("/readyz")
    Client().get("/api/posts/retrieve", headers={"Authorization": f"Bearer {session_jwt}"})
    break_the_desk(monkeypatch)
    broken = desk.post("/write", {"title": SENTENCE, "body": SENTENCE})

    lines, text = lines_of(log), log.getvalue()
    assert broken.status_code == 500
    assert {"django.request", "accounts.middleware", "accounts.webhooks", "django.security.csrf"} <= {
        line["logger"] for line in lines
    }
    assert any("ValueError" in line.get("exception", "") for line in lines)
    secrets = [link, session_jwt, refresh_jwt, key, settings.SECRET_KEY, settings.DESCOPE_MANAGEMENT_KEY]
    assert api_token is not None
    planted = [*secrets, api_token[0], "ebras", draft.slug, "eyJ", reader.subject + "@"]
    assert [secret for secret in planted if secret in text] == []


def test_each_line_is_one_object_that_tells_of_its_request(log: io.StringIO, reader: User) -> None:
    answer = signed_in(reader).get("/write")

    (line,) = [line for line in lines_of(log) if line["logger"] == "django.request"]
    assert line.pop("time").endswith("+00:00")
    assert line.pop("process") > 0
    assert line == {
        "level": "warning",
        "logger": "django.request",
        "message": "Forbidden: /write",
        "request_id": answer["X-Request-Id"],
        "method": "GET",
        "route": "desk:write",
        "status": 403,
    }


def test_requests_are_told_by_their_routes_where_that_is_asked_for(
    log: io.StringIO, client: Client, settings: Any
) -> None:
    settings.LOG_REQUESTS = True

    client.get("/shared/never-was-such-a-link")

    (line,) = [line for line in lines_of(log) if line["logger"] == "config.observing"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "shared", 404)
    assert line["duration_ms"] > 0
    assert "never-was" not in log.getvalue()


def test_an_address_in_a_message_is_the_one_that_routes_have(log: io.StringIO, editor: User) -> None:
    signed_in(editor).get("/posts/zebras-at-midnight")
    signed_in(editor).get("/no/such/zebras")

    told = [line["message"] for line in lines_of(log) if line["logger"] == "django.request"]
    assert told == ["Not Found: /posts/<address:slug>", "Not Found: an unknown address"]


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJVMSJ9.c2ln is bad", "token … is bad"),
        ("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer …"),
        ("made glly_abcDEF-123_456", "made …"),
        ("cookie __Host-session=abcdefghijklmnopqrst; x", "cookie __Host-session=…; x"),
        ("GET /shared/abc?x=1", "GET /shared/…?x=1"),
        ("GET /sign-in?t=abcdef&next=/desk", "GET /sign-in?t=…&next=/desk"),
        ("redis://user:hunter22@cache:6379/0", "redis://user:…@cache:6379/0"),
        (f"key {'a' * 43} here", "key … here"),
        ("Session 12 is over: Descope refused the token", "Session 12 is over: Descope refused the token"),
        ("Not Found: /posts/<address:slug>", "Not Found: /posts/<address:slug>"),
    ],
)
def test_what_opens_something_is_taken_out_of_a_line(line: str, left: str) -> None:
    assert without_secrets(line) == left


def test_the_secrets_among_the_settings_are_taken_out_wherever_they_stand() -> None:
    assert settings.SECRET_KEY not in without_secrets(f"it broke at {settings.SECRET_KEY}, in the middle")


@pytest.mark.parametrize(
    ("error", "is_told"),
    [
        (KeyError(SENTENCE), ""),
        (ValueError(f"invalid literal for int(): '{SENTENCE}'"), ""),
        (TypeError(f"Field 'id' expected a number but got {[SENTENCE]}"), "Field 'id' expected a number but"),
        (AttributeError("'NoneType' object has no attribute 'slug'"), "'NoneType' object has no attribute 'slug'"),
        (OSError(28, "No space left on device", SENTENCE), "[Errno 28] No space left on device"),
        (OSError(f"could not write {SENTENCE}"), ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_exception_says_what_quotes_nobody(error: Exception, is_told: str) -> None:
    assert said(error) == is_told


def test_what_the_database_says_of_a_row_is_left_out(published: Post) -> None:
    with pytest.raises(IntegrityError) as raised, connection.cursor() as cursor:
        cursor.execute("INSERT INTO blog_tag (name, slug) VALUES (%s, %s)", [SENTENCE, "craft"])

    text = told(raised.value)
    assert "IntegrityError" in text
    assert "blog_tag" in text
    assert "craft)" not in text
    assert SENTENCE not in text


def test_a_thread_that_dies_tells_what_quotes_nobody(log: io.StringIO) -> None:
    try:
        raise ValueError(SENTENCE)
    except ValueError as error:
        thread_died(
            threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.Thread(name="worker")))
        )

    (line,) = lines_of(log)
    assert line["message"] == "The thread worker has died"
    assert "ValueError" in line["exception"]
    assert SENTENCE not in log.getvalue()


def test_a_slip_in_a_call_makes_a_line_all_the_same() -> None:
    record = logging.LogRecord("blog", logging.INFO, "", 0, "%d posts", ("many",), None)

    assert message_of(record) == "%d posts"


def test_no_route_is_left_without_a_pattern() -> None:
    assert resolve("/shared/x").route == "shared/<str:token>"


def test_work_that_a_request_begins_has_its_number(log: io.StringIO) -> None:
    with request_ids.within("of-the-request"):
        logging.getLogger("blog").info("inside")
    logging.getLogger("blog").info("outside")

    assert [line.get("request_id") for line in lines_of(log)] == ["of-the-request", None]
