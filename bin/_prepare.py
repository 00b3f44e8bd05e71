"""Bring a development copy's data up to date and say how to sign in. bin/dev runs it before each start.

One process for all of it: starting Python and Django is most of what a second start waits for.
"""

import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command


def main() -> None:
    """Migrate each database and, where it is in use, fill the sandbox."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    django.setup()
    for database in settings.DATABASES:
        call_command("migrate", database=database, verbosity=0)
    if settings.USE_SANDBOX:
        settings.DESCOPE_WEBHOOK_SECRET = ""  # It would tell the site of its people, and the site is not up yet.
        call_command("prepare_sandbox")
    sys.stdout.write(sandbox_welcome() if settings.USE_SANDBOX else welcome())


def sandbox_welcome() -> str:
    return f"""
Open {settings.SITE_URL} and sign in by typing one of these addresses:
  ada@example.com   Ada Admin, who publishes
  ed@example.com    Ed Editor, who writes
  rita@example.com  Rita Reader, who reads
The mail with the link arrives at {settings.SITE_URL}/_descope/inbox: click it there.

"""


def welcome() -> str:
    return f"\nOpen {settings.SITE_URL} and sign in through the Descope project {settings.DESCOPE_PROJECT_ID}.\n\n"


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        main()
    except ImproperlyConfigured as error:
        sys.exit(str(error))
