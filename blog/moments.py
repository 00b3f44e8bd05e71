"""How a moment is told to people: always with its zone."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince


def in_words(at: datetime) -> str:
    """Return a moment as `5 May 2026, 10:00 CEST`, in the site's time zone."""
    return date_format(timezone.localtime(at), "j M Y, H:i T")


def how_long_since(at: datetime) -> str:
    """Return how long ago that was, in the largest unit: `3 hours`. Less than a minute is a moment."""
    length = timesince(at, depth=1).replace("\xa0", " ")
    return "a moment" if length == "0 minutes" else length
