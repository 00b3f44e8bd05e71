import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from blog.moments import in_words
from blog.templatetags.moments import for_input, moment

FORMAT = re.compile(r"(?:\|(?:date|time):|\{% now )([\"'])(.*?)\1")


def templates() -> list[Path]:
    folders = [Path(settings.BASE_DIR) / name for name in ("templates", "accounts", "blog")]
    return [path for folder in folders for path in folder.rglob("*.html")]


def test_no_template_shows_a_time_without_its_zone() -> None:
    formats = [(path.name, found[2]) for path in templates() for found in FORMAT.finditer(path.read_text())]

    assert len(formats) > 20
    assert [found for found in formats if re.search("[HhGgPf]", found[1]) and not re.search("[TeOZ]", found[1])] == []


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "25 Oct 2026, 02:30 CEST"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "25 Oct 2026, 02:30 CET"),
    ],
)
def test_the_hour_that_comes_twice_is_told_apart(settings: Any, at: datetime, said: str) -> None:
    settings.TIME_ZONE = "Europe/Berlin"

    assert in_words(at) == said
    assert f">{said}</time>" in moment(at)
    assert for_input(at) == "2026-10-25T02:30"
    assert datetime.fromisoformat(re.findall('datetime="([^"]+)"', moment(at))[0]) == at


def test_no_time_is_shown_as_nothing() -> None:
    assert (moment(None), for_input(None)) == ("", "")
