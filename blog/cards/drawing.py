"""A card as it looks: paper, a title, and whose it is."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from accounts.on_demand import OnDemand

from .lettering import REGULAR, SEMIBOLD, drawable, fitted, font_of

if TYPE_CHECKING:
    from PIL import Image, ImageDraw
else:
    Image, ImageDraw = OnDemand("PIL.Image"), OnDemand("PIL.ImageDraw")

VERSION = 1  # Of the look: cards of another are drawn anew.
WIDTH, HEIGHT = 1200, 630
MARGIN = 88
PAPER, INK, FADED, RULE, PENCIL = "#f9f7f1", "#1c1a17", "#5c564c", "#dcd6c9", "#1c49a6"
TITLE_TOP, TITLE_BOTTOM = 150, 490
TITLE_SIZES = range(96, 43, -4)
SMALL = 34
COLOURS = 48  # Enough for the soft edges of letters, and a third of the weight.


def drawn(*, title: str, site: str, byline: str, accent: str) -> bytes:
    """Return a PNG with these words. What the fonts have no letters for is left out: nobody sees boxes.

    Where that is the title, the name of the site stands in its place.
    """
    card = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(card)
    pen.rectangle((0, 0, 20, HEIGHT), fill=accent)
    pen.line((MARGIN, 122, WIDTH - MARGIN, 122), fill=RULE, width=2)
    own_title, name = drawable(title, SEMIBOLD), drawable(site, SEMIBOLD)
    if own_title:
        _write_line(pen, name, SEMIBOLD, accent, y=92)
    _write_title(pen, own_title or name)
    _write_line(pen, drawable(byline, REGULAR), REGULAR, FADED, y=HEIGHT - 72)
    file = io.BytesIO()
    card.quantize(COLOURS).save(file, "PNG", optimize=True)
    return file.getvalue()


def _write_title(pen: ImageDraw.ImageDraw, words: str) -> None:
    height = TITLE_BOTTOM - TITLE_TOP
    text = fitted(words, SEMIBOLD, width=WIDTH - 2 * MARGIN, height=height, sizes=TITLE_SIZES)
    font = font_of(SEMIBOLD, text.size)
    y = TITLE_TOP + (height - text.height + text.line_height) // 2
    for line in text.lines:
        pen.text((MARGIN, y), line, font=font, fill=INK, anchor="lm")
        y += text.line_height


def _write_line(pen: ImageDraw.ImageDraw, words: str, font: str, colour: str, *, y: int) -> None:
    text = fitted(words, font, width=WIDTH - 2 * MARGIN, height=2 * SMALL - 1, sizes=range(SMALL, SMALL + 1))
    pen.text((MARGIN, y), text.lines[0], font=font_of(font, SMALL), fill=colour, anchor="ls")
