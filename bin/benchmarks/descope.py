"""The stand-in for Descope that signs people in on the sites that are measured. Used by bin/bench speed.

It is a process beside them, as Descope is: they fetch its keys and ask it who signs in, and then never again.
"""

import logging
import os
import sys
from pathlib import Path

import django

from benchmarks.auth import free_port
from benchmarks.servers import ROOT, Server, start

PEOPLE = {"reader": "rita@example.com", "editor": "ed@example.com", "admin": "ada@example.com"}
TOKEN_SECONDS = 24 * 3600  # So that none has to be refreshed while others are measured.


def serve(folder: Path) -> Server:
    """Set Django up in this process with the stand-in's settings, prepare its people and start it."""
    folder.mkdir()
    port = free_port()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'galley.sqlite3'}",
        "DEBUG": "true",
        "DESCOPE_PROJECT_ID": "",
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "WORKER_IN_SERVER": "false",
    }
    django.setup()
    logging.disable(logging.CRITICAL)
    prepare()
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    server = start("descope", command, folder, port=port, cwd=ROOT)
    server.wait_for("/healthz")
    return server


def prepare() -> None:
    from django.conf import settings
    from django.core.management import call_command

    settings.DESCOPE_WEBHOOK_SECRET = ""  # It would tell a site of its people, and there is none at this address.
    for database in settings.DATABASES:
        call_command("migrate", database=database, verbosity=0)
    call_command("prepare_sandbox")
    from accounts.sandbox import state

    state.change({"sessionSeconds": TOKEN_SECONDS})


def tokens() -> dict[str, tuple[str, str]]:
    """Sign each of the people in, anew. Returns a session token and a refresh token for each."""
    from accounts.sandbox import people, sessions

    signed_in = {name: sessions.sign_in(people.find(email), first_seen=False) for name, email in PEOPLE.items()}
    return {name: (pair["sessionJwt"], pair["refreshJwt"]) for name, pair in signed_in.items()}


def tokens_of_editors(number: int) -> list[tuple[str, str]]:
    """Make so many editors and sign them in. Returns a session token and a refresh token for each."""
    from django.conf import settings

    from accounts.sandbox import people, sessions

    pairs = []
    for one in range(number):
        profile = {"verifiedEmail": True, "name": f"Writer {one}", "roleNames": [settings.ROLE_EDITOR]}
        address = f"writer{one}@example.com"
        pair = sessions.sign_in(people.create([address], profile | {"email": address}), first_seen=False)
        pairs.append((pair["sessionJwt"], pair["refreshJwt"]))
    return pairs


def settings_for_sites(server: Server) -> dict[str, str]:
    from django.conf import settings

    return {"DESCOPE_PROJECT_ID": settings.DESCOPE_PROJECT_ID, "DESCOPE_BASE_URI": f"{server.url}/_descope"}
