"""The site's own accent colour, in light and in dark, and whether it can be read on both papers."""

import hashlib
import re

# As in blog/static/blog/base.css; browsers paint their own edges in them, too.
PAPERS = {"light": "#f9f7f1", "dark": "#161513"}
READABLE = 4.5  # The least contrast of text. Source: WCAG 2.2, 1.4.3.
STEP = 0.05


def accents(written: str) -> tuple[str, str] | None:
    """Return the colours for light and for dark that SITE_COLOUR names, or None where it is empty.

    Of a colour that stands alone, the one for dark is made: the same, lightened until it can be read there.
    Raises ValueError for what is not one or two colours such as #1c49a6.
    """
    colours = [colour.strip().lower() for colour in written.split(",")]
    if colours == [""]:
        return None
    if len(colours) > 2 or not all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in colours):
        raise ValueError(written)
    return colours[0], colours[1] if len(colours) == 2 else _lightened(colours[0], PAPERS["dark"])


def stylesheet(accent: tuple[str, str]) -> str:
    """Return the rule that puts the accent in the place of the blue pencil, on screens: print is black on white."""
    return f"@media not print {{ :root {{ --pencil: light-dark({accent[0]}, {accent[1]}); }} }}\n"


def fingerprint(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([_luminance(one), _luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour such as #1c49a6. Source: WCAG 2.2."""
    parts = [part / 255 for part in _parts(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _lightened(colour: str, paper: str) -> str:
    white = 0.0
    lighter = colour
    while contrast(lighter, paper) < READABLE:
        white += STEP
        lighter = "#" + "".join(f"{round(part + (255 - part) * white):02x}" for part in _parts(colour))
    return lighter


def _parts(colour: str) -> list[int]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
