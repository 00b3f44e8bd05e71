"""Files that somebody might bring as a picture."""

import io
from typing import Any

from PIL import Image


def picture(colour: str = "red", kind: str = "PNG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    """Return a file of this kind, all in one colour."""
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, kind, **options)
    return written.getvalue()
