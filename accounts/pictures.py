"""Pictures that come from outside: read with care, made small, and written anew with nothing but their pixels."""

import builtins
import io
import threading
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageOps, features

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", *(["AVIF"] if features.check("avif") else []))
MAX_PIXELS = 40_000_000
QUALITY = 82

# A picture of the largest size takes 160 MB while it is read.
_one_at_a_time = threading.Lock()


class NotAPicture(Exception):
    """This cannot be shown as a picture. The text says why, for whoever gave it."""


@dataclass(frozen=True)
class Picture:
    """A picture as WebP, and its size in pixels."""

    bytes: builtins.bytes
    width: int
    height: int


def reencoded(data: bytes, *, max_width: int, max_height: int) -> Picture:
    """Return the whole picture, upright and no larger than this; a smaller one keeps its size. Raises NotAPicture.

    Of a moving picture it is the first frame.
    """

    def shrunk(image: Image.Image) -> Image.Image:
        image.thumbnail((max_width, max_height))
        return image

    return _remade(data, shrunk, side=max(max_width, max_height))


def squared(data: bytes, *, side: int) -> Picture:
    """Return the middle of the picture as a square of exactly this size. Raises NotAPicture."""
    return _remade(data, lambda image: ImageOps.fit(image, (side, side)), side=side)


def _remade(data: bytes, resized: Callable[[Image.Image], Image.Image], side: int) -> Picture:
    try:
        with _one_at_a_time, Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise NotAPicture(TOO_LARGE)
            image.draft("RGB", (side, side))  # A JPEG need not be unpacked to its full size.
            return _as_webp(resized(_plain(image)))
    except NotAPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise NotAPicture(TOO_LARGE) from bomb
    except Exception as trouble:  # Each format's reader fails in ways of its own on bytes that are made to break it.
        raise NotAPicture(UNREADABLE) from trouble


def _plain(image: Image.Image) -> Image.Image:
    """Return the first frame, turned as its camera was held, in colours that every format knows."""
    upright = ImageOps.exif_transpose(image)
    return upright.convert("RGBA" if upright.has_transparency_data else "RGB")


def _as_webp(image: Image.Image) -> Picture:
    image.info.clear()  # Where and with what it was taken is nobody's business.
    file = io.BytesIO()
    image.save(file, "WEBP", quality=QUALITY)
    return Picture(file.getvalue(), image.width, image.height)


TOO_LARGE = f"This picture has more than {MAX_PIXELS // 1_000_000} million pixels. Make it smaller first."
UNREADABLE = "This is no picture that we can read. Take a JPEG, PNG, WebP, GIF or AVIF file."
