"""Refuse to serve what is not ready, in one sentence, and collect the static files. bin/serve runs it."""

import fcntl
import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError


def main() -> None:
    """Refuse in one sentence."""
    try:
        check_and_collect()
    except (ImproperlyConfigured, CommandError) as error:
        sys.exit(str(error))
    except DatabaseError as error:
        sys.exit(f"The database does not answer: {error}")


def check_and_collect() -> None:
    """Check the settings and where they lead to, then collect static files if any has changed."""
    django.setup()
    from config.deployment import Severity, findings
    from observability import counters

    for found in findings():
        if found.severity is Severity.STOPS:
            sys.exit(found.sentence)
        sys.stderr.write(f"Warning: {found.sentence}\n")
    call_command("check", deploy=True, fail_level="ERROR")
    collect_static_files()
    counters.forget_former(settings.DATA_DIR / "metrics")


def collect_static_files() -> None:
    """Hash and compress the static files, unless these very ones have been before."""
    stamp = Path(settings.STATIC_ROOT).with_suffix(".stamp")
    state = static_state()
    if stamp.is_file() and stamp.read_text() == state:
        return
    with stamp.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Several may start at once, on the same data.
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(state)


def static_state() -> str:
    state = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            with storage.open(path) as file:
                state.update(f"\0{path}\0".encode() + file.read())
    return state.hexdigest()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
