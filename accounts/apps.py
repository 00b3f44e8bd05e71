from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from . import guards


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        pre_migrate.connect(_lay_guards_aside, sender=self)
        post_migrate.connect(_put_guards_back, sender=self)


def _lay_guards_aside(using: str, plan: list[Any], **told: Any) -> None:
    if plan:
        guards.remove(guards.team_log(), using)


def _put_guards_back(using: str, **told: Any) -> None:
    guards.install(guards.team_log(), using)
