from typing import Any

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from accounts import guards


class BlogConfig(AppConfig):
    name = "blog"

    def ready(self) -> None:
        from . import turns
        from .checks.registry import ensure_settings

        ensure_settings()
        connection_created.connect(turns.keep_in_line)
        pre_migrate.connect(_lay_guards_aside, sender=self)
        post_migrate.connect(_put_guards_back, sender=self)


def _lay_guards_aside(using: str, plan: list[Any], **told: Any) -> None:
    from .guards import TRIGGERS
    from .site_version import NAMED

    guards.remove_former(TRIGGERS, NAMED, using)
    if plan:
        with transaction.atomic(using):
            guards.remove(TRIGGERS, using)
            _let_nothing_be_kept(using)


def _let_nothing_be_kept(using: str) -> None:
    """Nobody notes now what changes: without a version, no page is shown that was made before."""
    from .models import SiteVersion

    if SiteVersion._meta.db_table in connections[using].introspection.table_names():
        SiteVersion.objects.using(using).all().delete()


def _put_guards_back(using: str, **told: Any) -> None:
    from .guards import TRIGGERS
    from .searching import tables

    guards.install(TRIGGERS, using)
    tables.install(using)
