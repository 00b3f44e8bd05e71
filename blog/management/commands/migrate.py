"""Django's own command, which also puts the database's guards back in place, even where a migration fails, and makes
what reading pages need of texts that were approved before.
"""

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections

from accounts import guards
from blog import copied_dates, editions
from blog.guards import ALL_GUARDS
from blog.models import Edition, SearchEntry, SiteVersion


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            super().handle(*args, **options)
        finally:
            guards.install(ALL_GUARDS, options["database"])
        needed = {model._meta.db_table for model in (Edition, SearchEntry, SiteVersion)}
        has_tables = needed <= set(connections[options["database"]].introspection.table_names())
        if options["database"] == DEFAULT_DB_ALIAS and has_tables:
            SiteVersion.objects.renew()  # While the triggers were away, nothing was noted.
            copied_dates.fill(options["database"])
            editions.make_missing()
            SearchEntry.objects.make_missing()
