from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from accounts import guards


class BlogConfig(AppConfig):
    name = "blog"

    def ready(self) -> None:
        from .checks.registry import ensure_settings

        ensure_settings()
        pre_migrate.connect(_lay_guards_aside, sender=self)
        post_migrate.connect(_put_guards_back, sender=self)


def _lay_guards_aside(using: str, plan: list[Any], **told: Any) -> None:
    from .guards import GUARDS

    if plan:
        guards.remove(GUARDS, using)


def _put_guards_back(using: str, **told: Any) -> None:
    from .guards import GUARDS
    from .searching import tables

    guards.install(GUARDS, using)
    tables.install(using)
