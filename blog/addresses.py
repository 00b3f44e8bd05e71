"""Addresses of pages, and how other sites and programs need them: with the site's own in front."""

from django.conf import settings
from django.urls import NoReverseMatch, reverse


def address_of(page: str, *named: object) -> str:
    """Return the path of a page by its name; nothing where the site has no such page."""
    try:
        return reverse(page, args=named)
    except NoReverseMatch:
        return ""


def absolute(path: str) -> str:
    """Return the public address of a path on this site, quoted as `reverse` does. An absolute one stays as it is."""
    return f"{settings.SITE_URL}{path}" if path.startswith("/") else path
