import re
from pathlib import Path

import pytest
from django.conf import settings

from config.colours import contrast

STATIC = Path(settings.BASE_DIR) / "blog" / "static" / "blog"
PAIR = re.compile(r"(--[\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")


def colours(theme: str) -> dict[str, str]:
    """Return the colour variables of the site and of code, in the light or in the dark."""
    css = "".join((STATIC / name).read_text(encoding="utf-8") for name in ("base.css", "code.css"))
    return {name: dark if theme == "dark" else light for name, light, dark in PAIR.findall(css)}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_of_code_can_be_read(theme: str) -> None:
    palette = colours(theme)
    inks = {name: colour for name, colour in palette.items() if name.startswith("--code-") and name != "--code-point"}

    assert len(inks) >= 7
    for ground in ("--tint", "--code-point"):
        for name, ink in {**inks, "--ink": palette["--ink"]}.items():
            assert contrast(ink, palette[ground]) >= 4.5, f"{name} on {ground}: {contrast(ink, palette[ground]):.2f}"


def test_the_dark_theme_has_every_colour_of_its_own() -> None:
    light, dark = colours("light"), colours("dark")

    assert all(dark[name] != light[name] for name in light if name.startswith("--code-"))
