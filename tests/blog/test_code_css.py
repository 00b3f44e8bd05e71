import re
from pathlib import Path

import pytest
from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "blog" / "static" / "blog"
DARK = "@media (prefers-color-scheme: dark)"


def variables(css: str) -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-f]{6});", css))


def colours(theme: str) -> dict[str, str]:
    """Return the colour variables of the site and of code, in the light or in the dark."""
    found: dict[str, str] = {}
    for name in ("base.css", "code.css"):
        css = (STATIC / name).read_text(encoding="utf-8")
        light, _, rest = css.partition(DARK)
        found |= variables(light)
        if theme == "dark":
            found |= variables(rest.partition("\n}\n")[0])
    return found


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour such as #1c49a6. Source: WCAG 2.2."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


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
