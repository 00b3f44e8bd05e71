"""The sandbox keeps its data in a database of its own, as Descope does."""

from typing import Any

from django.db.models import Model

APP = DATABASE = "sandbox"


class SandboxRouter:
    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return DATABASE if model._meta.app_label == APP else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        return DATABASE if model._meta.app_label == APP else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        if app_label == APP or db == DATABASE:
            return app_label == APP and db == DATABASE
        return None
