"""Times on pages: one look for all of them, with the zone."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from blog.moments import how_long_since, in_words

register = template.Library()


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """Return a `<time>` that shows day, time and zone: `5 May 2026, 10:00 CEST`. Empty for no time."""
    if at is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', timezone.localtime(at).isoformat(), in_words(at))


@register.filter
def how_long(at: datetime | None) -> SafeString | str:
    """Return a `<time>` that shows how long ago it was, `3 hours`, and on demand when. Empty for no time."""
    if at is None:
        return ""
    instant = timezone.localtime(at).isoformat()
    return format_html('<time datetime="{}" title="{}">{}</time>', instant, in_words(at), how_long_since(at))


@register.filter
def for_input(at: datetime | None) -> str:
    """Return a moment as `<input type="datetime-local">` wants it, in the site's time zone."""
    return date_format(timezone.localtime(at), "Y-m-d\\TH:i") if at else ""
