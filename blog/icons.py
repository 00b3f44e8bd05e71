"""The site's mark in the sizes and shapes that browsers and phones ask for, drawn as favicon.svg is.

A theme with a mark of its own brings it as blog/favicon.svg and blog/icon.png among its static files.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.urls import reverse

from accounts.on_demand import OnDemand

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageOps
else:
    Image, ImageDraw, ImageOps = OnDemand("PIL.Image"), OnDemand("PIL.ImageDraw"), OnDemand("PIL.ImageOps")

OWN = "blog/icon.png"
INK, PAPER, PENCIL = "#1c1a17", "#fbfaf6", "#9ab8ff"
PAGE = "#f9f7f1"  # As in base.css.
UNITS = 32  # A side of favicon.svg.
SMOOTH = 4  # Drawn so many times as large and then made small, it has soft edges.
SAFE = 0.8  # Of a maskable icon phones leave a circle of 80 %; marks have a margin of their own.
FAVICON_SIDES = [16, 32, 48]


@dataclass(frozen=True)
class Icon:
    """So many pixels on a side. One that is full has colour up to its edges, for phones to cut out of."""

    side: int
    is_full: bool = False


ICONS = {
    "apple-touch-icon.png": Icon(180, is_full=True),
    "icon-192.png": Icon(192),
    "icon-512.png": Icon(512),
    "icon-maskable-192.png": Icon(192, is_full=True),
    "icon-maskable-512.png": Icon(512, is_full=True),
}


@cache
def png(name: str) -> bytes:
    """Return one of ICONS."""
    return _saved(_drawn(ICONS[name]), "PNG", optimize=True)


@cache
def favicon() -> bytes:
    """Return what browsers ask for that look no further, in the sizes of tabs and lists."""
    return _saved(_drawn(Icon(FAVICON_SIDES[-1])), "ICO", sizes=[(side, side) for side in FAVICON_SIDES])


def manifest() -> dict[str, Any]:
    """Return what phones and browsers show of the site among their applications."""
    drawing = {"src": static("blog/favicon.svg"), "sizes": "any", "type": "image/svg+xml"}
    return {
        "id": "/",
        "start_url": reverse("home"),
        "scope": "/",
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "description": settings.SITE_TAGLINE,
        "lang": settings.SITE_LANGUAGE,
        "display": "minimal-ui",
        "background_color": PAGE,
        "theme_color": PAGE,
        "icons": [drawing, *(_listed(name, icon) for name, icon in ICONS.items() if name.startswith("icon"))],
    }


def _listed(name: str, icon: Icon) -> dict[str, str]:
    return {
        "src": reverse(name),
        "sizes": f"{icon.side}x{icon.side}",
        "type": "image/png",
        "purpose": "maskable" if icon.is_full else "any",
    }


def _drawn(icon: Icon) -> Image.Image:
    own = finders.find(OWN)
    if not icon.is_full:
        return _read(own, icon.side) if own else _mark(icon.side)
    inner = round(icon.side * SAFE)
    mark = _read(own, inner) if own else _mark(inner)
    ground = Image.new("RGB", (icon.side, icon.side), PAPER if own else INK)
    ground.paste(mark, ((icon.side - inner) // 2,) * 2, mark)
    return ground


def _read(path: str, side: int) -> Image.Image:
    with Image.open(path) as image:
        return ImageOps.fit(image.convert("RGBA"), (side, side), Image.Resampling.LANCZOS)


def _mark(side: int) -> Image.Image:
    """Draw favicon.svg: lines of type, and a caret below them where something is to be put in."""
    unit = side * SMOOTH / UNITS
    image = Image.new("RGBA", (side * SMOOTH, side * SMOOTH))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, image.width, image.height), radius=5 * unit, fill=INK)
    for start, end, y in [(8, 24, 7), (8, 24, 12), (8, 17, 17)]:
        _stroke(pen, [(start, y), (end, y)], 2.4, PAPER, unit)
    _stroke(pen, [(13, 27), (19, 19), (25, 27)], 3, PENCIL, unit)
    return image.resize((side, side), Image.Resampling.LANCZOS)


def _stroke(
    pen: ImageDraw.ImageDraw, points: list[tuple[float, float]], width: float, colour: str, unit: float
) -> None:
    """Draw a line with round ends and corners."""
    scaled = [(x * unit, y * unit) for x, y in points]
    pen.line(scaled, fill=colour, width=round(width * unit))
    for point in scaled:
        pen.circle(point, width * unit / 2, fill=colour)


def _saved(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()
