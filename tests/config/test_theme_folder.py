"""A theme is a folder: its templates and static files go before Galley's own, as docs/themes.md shows."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.config.test_settings import PRODUCTION, python

SHOWN = """
import json, django
from django.conf import settings
# Hashed as in production; compressing everything is not what this is about, and takes its time.
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["vendor"])
page = Client(headers={"Host": "galley.example", "X-Forwarded-Proto": "https"}).get("/auth/error", secure=True)
print(json.dumps(page.content.decode()))
"""
DJANGO = {"DJANGO_SETTINGS_MODULE": "config.settings"}


def blocks(language: str) -> list[str]:
    """Return the examples of docs/themes.md in this language."""
    text = Path(settings.BASE_DIR, "docs/themes.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def theme(tmp_path: Path) -> Path:
    """The worked example, as somebody would make it."""
    folder = tmp_path / "my-theme"
    for part in ("templates", "static"):
        (folder / part).mkdir(parents=True)
    (folder / "static/theme.css").write_text(blocks("css")[0], encoding="utf-8")
    (folder / "static/logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 1"/>')
    (folder / "templates/base.html").write_text(blocks("django")[0], encoding="utf-8")
    return folder


def shown(data_dir: Path, **environment: str) -> tuple[str, Path]:
    """Return a page of a site in production mode with these settings, and where its static files lie."""
    done = python("-c", SHOWN, **PRODUCTION | DJANGO | {"DATA_DIR": str(data_dir)} | environment)
    assert done.returncode == 0, done.stderr
    page: str = json.loads(done.stdout)
    return page, data_dir / "static"


def test_the_example_of_the_documentation_changes_pages_and_colours(theme: Path, tmp_path: Path) -> None:
    page, static = shown(tmp_path / "data", THEME=str(theme), SITE_LOGO="logo.svg", SITE_COLOUR="#7a1f3d")

    sheets = re.findall(r'rel="stylesheet" href="/(.*?)"', page)
    assert re.fullmatch(r"static/theme\.[0-9a-f]{12}\.css", sheets[-1])
    assert re.fullmatch(r"colours/[0-9a-f]{16}\.css", sheets[-2])
    assert "--paper: light-dark(#ffffff, #10141a);" in (static.parent / sheets[-1]).read_text(encoding="utf-8")
    assert "Printed at home, in Leipzig." in page
    assert page.count('<footer class="colophon">') == 1
    assert re.search(r'<img class="masthead__logo" src="/static/logo\.[0-9a-f]{12}\.svg" alt="Galley">', page)


def test_a_file_of_the_theme_takes_the_place_of_galleys_own(tmp_path: Path) -> None:
    own = tmp_path / "theme/static/blog/favicon.svg"
    own.parent.mkdir(parents=True)
    own.write_text("<svg/>")

    page, static = shown(tmp_path / "data", THEME=str(tmp_path / "theme"))

    assert (static / "blog/favicon.svg").read_text() == "<svg/>"
    assert "theme.css" not in page


def test_a_logo_needs_no_theme(tmp_path: Path) -> None:
    own = tmp_path / "data/site/mark.svg"
    own.parent.mkdir(parents=True)
    own.write_text("<svg/>")

    page, _ = shown(tmp_path / "data", SITE_LOGO="mark.svg")

    assert re.search(r'src="/static/mark\.[0-9a-f]{12}\.svg" alt="Galley"', page)
