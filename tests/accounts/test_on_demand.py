import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from accounts.on_demand import OnDemand

LARGE = {"descope", "httpx", "PIL", "psycopg", "redis"}
LOADED = "import config.warm, sys; config.warm.warm_up(); import config.wsgi; print(*sys.modules)"
PRODUCTION = {
    "SECRET_KEY": "of-a-test-in-production-mode-Zu8aeR5ohngoo6Quoo3ahth0iePh4ei",
    "SITE_URL": "https://galley.example",
    "DESCOPE_PROJECT_ID": "P2production",
    "DATABASE_URL": "sqlite://:memory:",
    "CACHE_URL": "locmemcache://",
    "DEBUG": "false",
}


def test_a_module_on_demand_is_imported_when_something_of_it_is_asked_for() -> None:
    sys.modules.pop("colorsys", None)
    colorsys = OnDemand("colorsys")
    assert "colorsys" not in sys.modules

    assert colorsys.rgb_to_hsv(0, 0, 0) == (0, 0, 0)
    assert "colorsys" in sys.modules


def test_what_a_module_on_demand_has_not_is_missing_as_from_any_other() -> None:
    with pytest.raises(AttributeError):
        _ = OnDemand("colorsys").no_such_thing


def test_a_site_starts_without_what_reading_does_not_need() -> None:
    loaded = subprocess.run(  # noqa: S603 — our own Python, with arguments written in this file.
        [sys.executable, "-c", LOADED], cwd=Path(settings.BASE_DIR), env=PRODUCTION, capture_output=True, text=True
    )

    assert loaded.returncode == 0, loaded.stderr
    assert LARGE.isdisjoint(loaded.stdout.split())
