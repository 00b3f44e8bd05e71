"""Pictures: what they show, for those who cannot see them, and what they weigh, for those who wait for them."""

import re
from collections.abc import Iterator

from django.conf import settings

from .finding import Finding, check
from .outline import Image
from .proof import Proof

FILE_NAME = re.compile(r"\S+\.(?:avif|bmp|gif|heic|jpe?g|png|svg|tiff?|webp)", re.IGNORECASE)
# What editors put there by themselves.
FILLERS = {"alt", "alt text", "image", "image description", "img", "photo", "picture", "screenshot", "untitled"}


@check("image-alt", "What pictures show")
def without_words(proof: Proof) -> Iterator[Finding]:
    for image in _images(proof):
        alt = image.alt.strip()
        if not alt:
            yield Finding("Say what this picture shows, for those who cannot see it.", image.line, image.address)
        elif FILE_NAME.fullmatch(alt):
            message = f"Say what this picture shows: “{alt}” is only the name of a file."
            yield Finding(message, image.line, image.address)
        elif alt.casefold() in FILLERS:
            message = f"Say what this picture shows: “{alt}” could be anything."
            yield Finding(message, image.line, image.address)


@check("image-too-big", "Weight of pictures")
def too_big(proof: Proof) -> Iterator[Finding]:
    for image in _images(proof):
        size = proof.image_bytes(image.address)
        if size is not None and size > settings.MAX_IMAGE_KILOBYTES * 1024:
            most = f"{settings.MAX_IMAGE_KILOBYTES:,} KB"
            message = f"Make this picture smaller: it weighs {-(-size // 1024):,} KB, and {most} are enough."
            yield Finding(message, image.line, image.address)


def _images(proof: Proof) -> Iterator[Image]:
    """Yield those of the text, after the cover."""
    if proof.text.cover:
        yield Image(proof.text.cover, proof.text.cover_alt, None)
    yield from proof.outline.images
