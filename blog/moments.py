"""How a moment is told to people: always with its zone."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


def in_words(at: datetime) -> str:
    """Return a moment as `5 May 2026, 10:00 CEST`, in the site's time zone."""
    return date_format(timezone.localtime(at), "j M Y, H:i T")
