"""How a page offers a picture that is kept here: in its size, and in smaller copies for smaller screens."""

# Sealed pages name them, so there may be more of them one day, but never fewer.
COPY_WIDTHS = (480, 800, 1200, 1600)
COLUMN_PIXELS = 672  # As wide as a column of text is drawn, more or less; a theme may draw it otherwise.
MARGIN_PIXELS = 64


def copy_widths(width: int) -> tuple[int, ...]:
    """Return the widths of the copies that a picture of this width has: those that are smaller than it is."""
    return tuple(narrower for narrower in COPY_WIDTHS if narrower < width)


def smallest(address: str, width: int) -> str:
    """Return the address of the smallest copy of a picture, or of itself where it has none."""
    return next((_copy_at(address, narrower) for narrower in copy_widths(width)), address)


def srcset(address: str, width: int) -> str:
    """Return the copies of a picture and the picture itself, for a browser to choose from; nothing without copies."""
    copies = [f"{_copy_at(address, narrower)} {narrower}w" for narrower in copy_widths(width)]
    return ", ".join([*copies, f"{address} {width}w"]) if copies else ""


def sizes(width: int) -> str:
    """Return how wide a picture is shown that would be this wide, and on smaller screens takes all the width."""
    return f"(min-width: {width + MARGIN_PIXELS}px) {width}px, 100vw"


def _copy_at(address: str, width: int) -> str:
    return f"{address.removesuffix('.webp')}-{width}.webp"
