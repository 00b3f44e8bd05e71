"""Django's own command, which puts the database's guards back in place also where a migration fails."""

from typing import Any

from django.core.management.commands import migrate

from accounts import guards
from blog.guards import ALL_GUARDS


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            super().handle(*args, **options)
        finally:
            guards.install(ALL_GUARDS, options["database"])
