"""The picture beside a link to a post that has none of its own: drawn when it is first asked for, and kept for a while.

A card is named for all that stands on it. What is at its address never changes; a new title is a new card.
"""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import astuple, dataclass

from django.conf import settings
from django.core.cache import caches

from blog.models import Revision

from . import drawing
from .drawing import HEIGHT, PENCIL, WIDTH

__all__ = ["HEIGHT", "WIDTH", "Busy", "Card"]

DRAWN_AT_ONCE = 2
PATIENCE_SECONDS = 5

_hands = threading.BoundedSemaphore(DRAWN_AT_ONCE)


class Busy(Exception):
    """Too many cards are being drawn."""


@dataclass(frozen=True)
class Card:
    """What stands on a card."""

    title: str
    site: str
    byline: str
    accent: str = PENCIL

    @classmethod
    def of(cls, revision: Revision) -> Card:
        return cls(revision.title, settings.SITE_NAME, revision.byline, _accent())

    @classmethod
    def of_site(cls) -> Card:
        """Return the card of all pages that are no post."""
        return cls("", settings.SITE_NAME, settings.SITE_TAGLINE, _accent())

    @property
    def digest(self) -> str:
        """Name what is on it, and the look of the day."""
        told = json.dumps([drawing.VERSION, *astuple(self)])
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    @property
    def alt(self) -> str:
        return f"{self.title}, {self.byline}" if self.title else ", ".join(filter(None, [self.site, self.byline]))

    def png(self) -> bytes:
        """Return the picture. Who asks for one that is kept waits for nobody. Raises Busy."""
        kept: bytes | None = caches["cards"].get(self.digest)
        if kept is not None:
            return kept
        if not _hands.acquire(timeout=PATIENCE_SECONDS):
            raise Busy
        try:
            # Somebody else may have drawn it meanwhile.
            return caches["cards"].get_or_set(self.digest, lambda: drawing.drawn(**vars(self)))  # type: ignore[return-value]  # bytes, as above
        finally:
            _hands.release()


def _accent() -> str:
    """The site's own colour, as it is on light paper."""
    return settings.SITE_COLOUR[0] if settings.SITE_COLOUR else PENCIL
