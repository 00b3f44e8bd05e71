import threading

from django.apps import AppConfig
from django.conf import settings

from observability import counters


class SiteConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from . import checks, logs, metrics  # noqa: F401 — it registers them.

        threading.excepthook = logs.thread_died
        if settings.METRICS_TOKEN:
            counters.switch_on(metrics.FOLDER)
