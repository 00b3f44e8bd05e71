"""The cast, their tokens, and a network that ends at this process.

Descope's stand-in answers in process: whatever the SDK or the key ring sends to the site's own address
goes to the WSGI application, and a request to any other address fails the test.
"""

import functools
import gc
import shutil
import sqlite3
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.signals import setting_changed
from django.core.wsgi import get_wsgi_application
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.operations import BaseDatabaseOperations
from django.dispatch import receiver
from django.test import Client

from accounts import background, descope, guards, keys, patience, people, sessions
from accounts.descope import Profile
from accounts.models import User
from accounts.roles import roles_named
from accounts.sandbox import people as sandbox_people
from accounts.sandbox import sessions as sandbox_sessions
from accounts.sandbox.models import Person as SandboxPerson
from accounts.sandbox.models import Role as SandboxRole
from blog.guards import ALL_GUARDS
from blog.models import Post
from tests import slow_machines, tables

SignUp = Callable[..., User]
certificates = functools.cache(ssl.create_default_context)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every test use both databases, but those that do without and those of servers that have their own."""
    for item in items:
        does_without = item.get_closest_marker("no_database") or _has_own_servers(item)
        if not does_without and not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(databases=["default", "sandbox"]))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Let the garbage collector look no more at thousands of tests and all that is imported."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    if tables.POSTGRESQL and not hasattr(config, "workerinput"):  # The process that all others of the run end before.
        tables.forget()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """Have the databases begin with tables, so that Django finds nothing to migrate."""
    place = settings.DATABASES["default"]["TEST"]
    made = tables.of_sqlite()
    if tables.POSTGRESQL:
        place["TEMPLATE"] = tables.of_postgresql()
    else:
        shutil.copy(made / "galley.sqlite3", place["NAME"])
    with (
        closing(sqlite3.connect("file:memorydb_sandbox?mode=memory&cache=shared", uri=True)) as sandbox,
        closing(sqlite3.connect(made / "sandbox.sqlite3")) as file,
    ):
        file.backup(sandbox)
        yield


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Let Django take SQLite's as they are there. They end with the folder that they are in."""
    return not tables.POSTGRESQL


def _has_own_servers(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("browser") or item.get_closest_marker("servers"))


@pytest.fixture(autouse=True, scope="session")
def no_hurry() -> None:
    """Let a busy machine be no reason for a test to fail. Tests of these limits take the ones that there are."""
    slow_machines.allow_for_them()


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a request wait for Descope no longer than on a site."""
    monkeypatch.setattr(patience, "REQUEST_SECONDS", 2.5)


@pytest.fixture(autouse=True)
def network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer the site's own address from this process, and nothing else."""
    if _has_own_servers(request.node):
        return
    application = httpx.WSGITransport(app=get_wsgi_application(), raise_app_exceptions=False)

    def answer(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        if not str(request.url).startswith(settings.SITE_URL):
            raise httpx.ConnectError(f"no such host in tests: {request.url.host}", request=request)
        return application.handle_request(request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", answer)
    # Each call of the SDK reads all the machine's certificates anew, for a network that is not there.
    monkeypatch.setattr(ssl, "create_default_context", certificates)
    # The inner request would end by closing the connection that the test's own transaction is on.
    monkeypatch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", lambda connection: None)
    # Another thread would not see what the test has written: what works in the background works here.
    monkeypatch.setattr(background, "start", at_once)
    monkeypatch.setattr(background, "repeat", lambda work, first_in_seconds: None)


@pytest.fixture(scope="session", autouse=True)
def guards_step_aside_for_the_flush() -> Iterator[None]:
    """Let tests of several threads empty the tables after themselves, which the database's own guards refuse.

    Django tells of a flush afterwards as of a migration, and so the guards are put back.
    """
    flush = BaseDatabaseOperations.execute_sql_flush

    def unguarded(operations: BaseDatabaseOperations, sql_list: list[str]) -> None:
        using = operations.connection.alias
        guards.remove(ALL_GUARDS, using)
        flush(operations, sql_list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", unguarded)
        yield


def at_once(work: Callable[[], Any]) -> Future[Any]:
    """Do the work before going on, and return its result."""
    result: Future[Any] = Future()
    try:
        result.set_result(work())
    except Exception as error:  # noqa: BLE001 — whoever asks for the result gets it.
        result.set_exception(error)
    return result


@receiver(setting_changed)
def forget(**told: Any) -> None:
    """Let nothing be remembered from before a test, or from under other settings."""
    sessions.recall.clear()
    keys._seen.clear()


@pytest.fixture(autouse=True)
def nothing_left_over() -> Iterator[None]:
    yield
    cache.clear()
    forget()
    descope.breaker.answered()  # A test in which Descope is down leaves no mark on the next.


@pytest.fixture
def sign_up() -> SignUp:
    """Return a function that makes a person at Descope and here: `sign_up("Ed", "editor")`."""

    def sign_up(name: str, *roles: str) -> User:
        for role in roles:
            SandboxRole.objects.get_or_create(name=role)
        email = f"{name.lower().replace(' ', '.')}@example.com"
        known = sandbox_people.create([email], {"displayName": name, "verifiedEmail": True, "roleNames": list(roles)})
        user, _ = people.register(Profile(known.user_id, name, email, is_enabled=True))
        user.roles = roles_named(roles)
        return user

    return sign_up


@pytest.fixture
def reader(sign_up: SignUp) -> User:
    return sign_up("Rita Reader")


@pytest.fixture
def editor(sign_up: SignUp) -> User:
    return sign_up("Ed Editor", "editor")


@pytest.fixture
def other_editor(sign_up: SignUp) -> User:
    return sign_up("Olga Editor", "editor")


@pytest.fixture
def admin(sign_up: SignUp) -> User:
    return sign_up("Ada Admin", "admin")


@pytest.fixture
def editor_and_admin(sign_up: SignUp) -> User:
    return sign_up("Bea Both", "editor", "admin")


def tokens_of(user: User) -> tuple[str, str]:
    """Return a session token and a refresh token, as Descope gives them at the end of a flow."""
    person = SandboxPerson.objects.get(user_id=user.subject)
    grant = sandbox_sessions.sign_in(person, first_seen=False)
    return grant["sessionJwt"], grant["refreshJwt"]


def signed_in(user: User, **options: bool) -> Client:
    """Return a browser in which this person has signed in through the real exchange."""
    client = Client(**options)  # type: ignore[arg-type]  # django-stubs types only the defaults
    session_jwt, refresh_jwt = tokens_of(user)
    page = Client()
    answer = page.post(
        "/auth/session",
        {"sessionJwt": session_jwt, "refreshJwt": refresh_jwt},
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.content
    client.cookies[settings.SESSION_COOKIE_NAME] = page.cookies[settings.SESSION_COOKIE_NAME].value
    return client


def bearer(user: User) -> dict[str, str]:
    """Return the headers of a program that acts for this person."""
    return {"Authorization": f"Bearer {tokens_of(user)[0]}"}


@pytest.fixture
def draft(editor: User) -> Post:
    return Post.objects.write(by=editor, title="On proofs", body="Read it *twice*.", tags=["craft"])


@pytest.fixture
def submitted(draft: Post, editor: User) -> Post:
    draft.submit(by=editor)
    return draft


@pytest.fixture
def published(submitted: Post, admin: User) -> Post:
    submitted.publish(by=admin, revision=1)
    return submitted
