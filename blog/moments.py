"""How a moment is told to people: always with its zone."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince


def in_words(at: datetime) -> str:
    """Return a moment as `5 May 2026, 10:00 CEST`, in the site's time zone."""
    local = timezone.localtime(at)
    # Not Django's own "T": it is empty in the hour that comes twice, where the zone is all that tells them apart.
    return f"{date_format(local, 'j M Y, H:i')} {local.tzname()}"


def how_long_since(at: datetime) -> str:
    """Return how long ago that was, in the largest unit: `3 hours`. Less than a minute is a moment."""
    length = timesince(at, depth=1).replace("\xa0", " ")
    return "a moment" if length == "0 minutes" else length
