"""Refuse to serve what is not ready, in one sentence, and collect the static files. bin/serve runs it."""

import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor


def main() -> None:
    """Check the settings and the database, then collect static files if any has changed."""
    django.setup()
    if settings.DEBUG:
        sys.exit("DEBUG is on, which shows strangers the insides of the site: set DEBUG=false, or use bin/dev.")
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    call_command("check", deploy=True, fail_level="ERROR")
    if waiting := migrations_waiting():
        sys.exit(f"Migrations wait to be applied ({waiting}): .venv/bin/python manage.py migrate")
    if gone := guards_missing():
        sys.exit(f"The database lacks guards ({gone}): .venv/bin/python manage.py migrate puts them back")
    collect_static_files()


def migrations_waiting() -> str:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in plan)


def guards_missing() -> str:
    from accounts.guards import missing
    from blog.guards import ALL_GUARDS

    return ", ".join(missing(ALL_GUARDS, DEFAULT_DB_ALIAS))


def collect_static_files() -> None:
    """Hash and compress the static files, unless these very ones have been before."""
    stamp = Path(settings.STATIC_ROOT).with_suffix(".stamp")
    state = static_state()
    if stamp.is_file() and stamp.read_text() == state:
        return
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
    try:
        main()
    except (ImproperlyConfigured, CommandError) as error:
        sys.exit(str(error))
    except DatabaseError as error:
        sys.exit(f"The database does not answer: {error}")
