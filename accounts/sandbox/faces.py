"""Pictures of people, as a provider of identity would have them: drawn from a word, the same each time."""

import hashlib
import io

from django.conf import settings
from django.urls import reverse
from PIL import Image, ImageDraw

from .models import Person

SIDE = 320
CELLS = 5


def address_of(seed: str) -> str:
    """Return the address of the picture that is drawn from this word."""
    return settings.SITE_URL + reverse("sandbox:face", args=[seed])


def face_of(person: Person) -> str:
    """Return the address of a picture of this person's own."""
    return address_of(person.user_id)


def drawn(seed: str) -> bytes:
    """Return a PNG of squares in two colours, alike on its left and on its right."""
    bits = int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=8).digest(), "big")
    image = Image.new("HSV", (CELLS, CELLS), (bits % 256, 50, 240))
    draw = ImageDraw.Draw(image)
    for place in range(CELLS * (CELLS + 1) // 2):
        x, y = divmod(place, CELLS)
        if bits >> (8 + place) & 1:
            draw.point([(x, y), (CELLS - 1 - x, y)], fill=(bits % 256, 190, 130))
    file = io.BytesIO()
    image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()
