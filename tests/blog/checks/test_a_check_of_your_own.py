"""The example in docs/checks.md does what the page says, as it is written there."""

import re
import sys
from pathlib import Path

import pytest
from django.conf import settings as site
from pytest_django import Settings

from tests.blog.checks.texts import Typed, found

PAGE = Path(site.BASE_DIR) / "docs" / "checks.md"


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Write the example where Python finds it, and return its lines."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "house_style.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "house_style", raising=False)
    return str(code)


def test_the_example_is_short_and_finds_what_it_says(example: str, settings: Settings) -> None:
    (setting,) = re.findall(r"`CHECKS_EXTRA=([\w.]+)`", PAGE.read_text())
    settings.CHECKS_EXTRA = [setting]

    (finding,) = found(Typed(title="ON PROOFS"))

    assert len(example.splitlines()) < 15
    assert (finding.check, finding.excerpt) == ("title-shouts", "ON PROOFS")
    assert found(Typed(title="On proofs")) == []
