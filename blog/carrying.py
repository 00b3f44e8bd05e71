"""Pictures inside a page itself, for somebody to whom their own addresses do not open."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

from django.utils.safestring import SafeString

from . import markup
from .models import Image, Post, Revision

MOST_BYTES = 6 * 1024 * 1024  # Of all pictures of a page together.
PICTURE = re.compile(r'(<img\b[^>]*?\bsrc=")(/media/[0-9a-f]{64}\.webp)(")')
COPIES = re.compile(r' (?:srcset|sizes)="[^"]*"')
ZOOM = re.compile(r'<a class="zoom"[^>]*>(<img\b[^>]*>)</a>')


def pictures_of(post: Post, revision: Revision | None) -> dict[str, str]:
    """Return the pictures that a sealed revision shows, or the working copy: by their addresses, as `data:` addresses.

    As many as fit on one page; the others are missing.
    """
    return _within_bounds(Image.objects.filter(uses__post=post, uses__revision=revision).order_by("size_bytes"))


def carrying(html: str, pictures: dict[str, str]) -> SafeString:
    """Return rendered HTML with these pictures in it."""
    alone = re.sub(r"<img\b[^>]*>", lambda match: COPIES.sub("", match[0]), ZOOM.sub(r"\1", html))
    found = PICTURE.sub(lambda match: f"{match[1]}{pictures.get(match[2], match[2])}{match[3]}", alone)
    return markup.stored(found)  # Safe as before: what is put in place of an address has nothing but base64.


def _within_bounds(images: Iterable[Image]) -> dict[str, str]:
    carried, left = {}, MOST_BYTES
    for image in images:
        file = image.opened() if image.size_bytes <= left else None
        if file is not None:
            with file:
                content = base64.b64encode(file.read()).decode()
            carried[image.get_absolute_url()] = f"data:image/webp;base64,{content}"
            left -= image.size_bytes
    return carried
