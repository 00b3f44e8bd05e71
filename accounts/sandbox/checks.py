from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error


def only_while_debug_is_on(**_: Any) -> list[CheckMessage]:
    if settings.DEBUG or not apps.is_installed("accounts.sandbox"):
        return []
    return [
        Error(
            "The sandbox is installed while DEBUG is off: anybody could sign in as anybody.",
            hint="Set DESCOPE_PROJECT_ID and leave accounts.sandbox out of INSTALLED_APPS.",
            id="sandbox.E001",
        )
    ]
