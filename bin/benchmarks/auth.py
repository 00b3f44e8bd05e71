"""What identity costs. Run by bin/bench auth, with a DATA_DIR of its own."""

import http.client
import logging
import os
import secrets
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]
REQUESTS_AT_ONCE = 200
FORGED_TOKENS = 10_000
ROUNDS = 400
SESSION_COOKIE = "session"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def main() -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "PORT": str(free_port()), "SITE_URL": ""}
    django.setup()
    logging.disable(logging.CRITICAL)
    prepare()
    servers = [serve(int(os.environ["PORT"])), serve(free_port())]
    try:
        for process, port in servers:
            wait_for(process, port)
        ports = [port for _, port in servers]
        key = sign_in("rita@example.com")
        print_cost_of_a_request(key)
        print_flood()
        print_refresh_race(key, ports)
    finally:
        for process, _ in servers:
            process.terminate()
            process.wait(timeout=10)


def prepare() -> None:
    from django.core.management import call_command

    for database in ("default", "sandbox"):
        call_command("migrate", database=database, verbosity=0)
    call_command("prepare_sandbox")


def serve(port: int) -> tuple["subprocess.Popen[bytes]", int]:
    """Start a process of the site; all share the data, and SITE_URL is the first one's."""
    from django.conf import settings

    environment = os.environ | {"SITE_URL": settings.SITE_URL}
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"localhost:{port}"]
    with (settings.DATA_DIR / f"{port}.log").open("wb") as log:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log), port  # noqa: S603 — ours.


def wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(300):
        try:
            if get(port, "/healthz", "") == 200:
                return
        except OSError:
            time.sleep(0.1)
        if process.poll() is not None:
            break
    raise SystemExit("The server did not start:\n" + (Path(os.environ["DATA_DIR"]) / f"{port}.log").read_text())


def get(port: int, path: str, key: str) -> int:
    connection = http.client.HTTPConnection("localhost", port, timeout=30)
    try:
        connection.request("GET", path, headers={"Cookie": f"{SESSION_COOKIE}={key}"})
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def sign_in(email: str) -> str:
    from accounts import sessions
    from accounts.sandbox import people as sandbox_people
    from accounts.sandbox import sessions as sandbox_sessions

    tokens = sandbox_sessions.sign_in(sandbox_people.find(email), first_seen=False)
    return sessions.start(tokens["sessionJwt"], tokens["refreshJwt"])[0]


def print_cost_of_a_request(key: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts import sessions

    with CaptureQueriesContext(connection) as queries:
        sessions.resume(key)
        count = len(queries)
    connection.force_debug_cursor = False
    connection.queries_log.clear()
    micros = [took(lambda: sessions.resume(key)) * 1e6 for _ in range(ROUNDS)]
    say("A request with a good token", f"{count} query, {statistics.median(micros):.0f} µs (median of {ROUNDS})")


def print_flood() -> None:
    """Time a good token alone, then between made-up ones: no fetch and no lock of theirs may hold it up."""
    import jwt

    from accounts import descope, keys
    from accounts.exceptions import BadToken, ProviderUnavailable
    from accounts.sandbox import people as sandbox_people
    from accounts.sandbox import tokens

    good = tokens.session_token(sandbox_people.find("rita@example.com"))
    descope.verify_session_token(good)
    fetches = 0
    fetch = keys._fetched_keys

    def counted() -> dict[str, jwt.PyJWK]:
        nonlocal fetches
        fetches += 1
        return fetch()

    keys._fetched_keys = counted
    key = secrets.token_bytes(32)
    forged = [
        jwt.encode({"sub": "U1"}, key, algorithm="HS256", headers={"kid": secrets.token_hex(8)})
        for _ in range(FORGED_TOKENS)
    ]
    normal = [took(lambda: descope.verify_session_token(good)) for _ in range(ROUNDS)]
    refused, during = 0, []
    started = time.monotonic()
    for number, token in enumerate(forged):
        try:
            descope.verify_session_token(token)
        except (BadToken, ProviderUnavailable):
            refused += 1
        if number % (FORGED_TOKENS // ROUNDS) == 0:
            during.append(took(lambda: descope.verify_session_token(good)))
    keys._fetched_keys = fetch
    seconds = time.monotonic() - started
    say(
        "Tokens with made-up key ids",
        f"{refused} of {FORGED_TOKENS} refused in {seconds:.1f} s, key fetches: {fetches}",
    )
    ratio = statistics.median(during) / statistics.median(normal)
    say("A good token in the flood", f"{ratio:.2f} times its normal time (wanted: under 2)")


def print_refresh_race(key: str, ports: list[int]) -> None:
    """Let a session's token expire, and ask for 200 pages of two processes at once."""
    from django.utils import timezone

    from accounts.models import Session
    from accounts.sandbox.models import RefreshToken

    before = RefreshToken.objects.count()
    Session.objects.update(token_expires_at=timezone.now())
    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as browser:
        calls = [browser.submit(get, ports[n % len(ports)], "/account", key) for n in range(REQUESTS_AT_ONCE)]
        statuses = [call.result() for call in calls]
    refreshes = RefreshToken.objects.count() - before
    say(
        "Requests at the moment of expiry",
        f"{statuses.count(200)} of {REQUESTS_AT_ONCE} answered 200 by {len(ports)} processes, refreshes: {refreshes}",
    )


def took(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def say(what: str, figures: str) -> None:
    sys.stdout.write(f"{what:34} {figures}\n")


if __name__ == "__main__":
    main()
