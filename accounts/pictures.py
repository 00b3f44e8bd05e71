"""Pictures that come from outside: read with care, made small, and written anew with nothing but their pixels."""

from __future__ import annotations

import builtins
import io
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from .on_demand import OnDemand

if TYPE_CHECKING:
    from PIL import Image, ImageCms, ImageOps, features
else:
    Image, ImageCms = OnDemand("PIL.Image"), OnDemand("PIL.ImageCms")
    ImageOps, features = OnDemand("PIL.ImageOps"), OnDemand("PIL.features")

MAX_PIXELS = 40_000_000
MAX_PROFILE_BYTES = 4 * 1024 * 1024  # Those of printing presses are large.
QUALITY = 82

# A picture of the largest size takes 160 MB while it is read.
_one_at_a_time = threading.Lock()


class NotAPicture(Exception):
    """This cannot be shown as a picture. The text says why, for whoever gave it."""


@dataclass(frozen=True)
class Picture:
    """A picture as WebP, its size in pixels, and whether it moved before: only its first frame is in it."""

    bytes: builtins.bytes
    width: int
    height: int
    has_moved: bool = False


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
        with _one_at_a_time, Image.open(io.BytesIO(data), formats=formats()) as image:
            if image.width * image.height > MAX_PIXELS:
                raise NotAPicture(TOO_LARGE)
            image.draft("RGB", (side, side))  # A JPEG need not be unpacked to its full size.
            has_moved = getattr(image, "is_animated", False)
            return _as_webp(_in_srgb(resized(_plain(image))), has_moved=has_moved)
    except NotAPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise NotAPicture(TOO_LARGE) from bomb
    except Exception as trouble:  # Each format's reader fails in ways of its own on bytes that are made to break it.
        raise NotAPicture(UNREADABLE) from trouble


@cache
def formats() -> tuple[str, ...]:
    """Return what is read: AVIF where the library was built with it."""
    return ("JPEG", "PNG", "WEBP", "GIF", *(["AVIF"] if features.check("avif") else []))


def _plain(image: Image.Image) -> Image.Image:
    """Return the first frame, turned as its camera was held, in colours that can be mixed."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16"):
        upright = upright.convert("I").point(lambda value: value * (1 / 256)).convert("L")  # Else all of it is white.
    if upright.mode == "CMYK" and upright.info.get("icc_profile"):
        return upright
    return upright.convert("RGBA" if upright.has_transparency_data else "RGB")


def _in_srgb(image: Image.Image) -> Image.Image:
    """Return the picture in the colours that a screen takes for granted, for its own profile is not kept.

    One whose profile cannot be read, or is not of its kind, keeps its numbers.
    """
    given = image.info.get("icc_profile") or b""
    if 0 < len(given) <= MAX_PROFILE_BYTES:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            profile = ImageCms.ImageCmsProfile(io.BytesIO(given))
            image = _converted(image, profile)
    return image.convert("RGB") if image.mode == "CMYK" else image


def _converted(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    is_grey = profile.profile.xcolor_space.strip() == "GRAY"
    opacity = image.getchannel("A") if image.mode == "RGBA" else None
    colours = image.convert("L") if is_grey else image.convert("RGB") if opacity else image
    converted = ImageCms.profileToProfile(
        colours,
        profile,
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert converted is not None  # noqa: S101 — it would be, had it been asked to change the picture in place.
    if opacity:
        converted.putalpha(opacity)
    return converted


def _as_webp(image: Image.Image, *, has_moved: bool) -> Picture:
    image.info.clear()  # Where and with what it was taken is nobody's business.
    file = io.BytesIO()
    image.save(file, "WEBP", quality=QUALITY)
    return Picture(file.getvalue(), image.width, image.height, has_moved)


TOO_LARGE = f"This picture has more than {MAX_PIXELS // 1_000_000} million pixels. Make it smaller first."
UNREADABLE = "This is no picture that we can read. Take a JPEG, PNG, WebP, GIF or AVIF file."
