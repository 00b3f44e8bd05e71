"""Fill the sandbox with roles and people, and write how to reach it for programs outside."""

import os
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.sandbox import keys, people
from accounts.sandbox.models import Role
from accounts.sandbox.router import DATABASE

ROLES = {
    settings.ROLE_EDITOR: "Can write posts and submit them for approval",
    settings.ROLE_ADMIN: "Can toggle a post's published status",
}
PEOPLE: tuple[tuple[str, str, list[str]], ...] = (
    ("Ada Admin", "ada@example.com", [settings.ROLE_ADMIN]),
    ("Ed Editor", "ed@example.com", [settings.ROLE_EDITOR]),
    ("Rita Reader", "rita@example.com", []),
)


class Command(BaseCommand):
    help = "Prepare the sandbox that stands in for Descope. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic(using=DATABASE):
            for name, description in ROLES.items():
                Role.objects.get_or_create(name=name, defaults={"description": description})
            for name, email, roles in PEOPLE:
                if not people.exists(email):
                    people.create([email], {"name": name, "email": email, "verifiedEmail": True, "roleNames": roles})
        keys.prepare()
        _write(
            Path(settings.DATA_DIR) / "sandbox.env",
            {name: getattr(settings, name) for name in _SETTINGS},
        )


_SETTINGS = ("DESCOPE_BASE_URI", "DESCOPE_PROJECT_ID", "DESCOPE_MANAGEMENT_KEY")


def _write(path: Path, values: dict[str, str]) -> None:
    """Write the file whole or not at all, for nobody else to read: it holds the management key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".sandbox-")  # mode 0600
    with os.fdopen(handle, "w") as file:
        file.writelines(f"{key}={value}\n" for key, value in values.items())
    Path(name).replace(path)
