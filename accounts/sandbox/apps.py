from django.apps import AppConfig
from django.conf import settings
from django.core.checks import register
from django.core.exceptions import ImproperlyConfigured


class SandboxConfig(AppConfig):
    name = "accounts.sandbox"
    label = "sandbox"
    default = True
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Refuse to stand in for Descope on a site that is open to others."""
        from .checks import only_while_debug_is_on

        register(only_while_debug_is_on)
        if not settings.DEBUG:
            raise ImproperlyConfigured(
                "The sandbox lets anybody sign in as anybody, so it runs only while DEBUG is on. "
                "Set DESCOPE_PROJECT_ID to use a Descope project."
            )
