"""Addresses as other sites and programs need them: with the site's own in front."""

from django.conf import settings


def absolute(path: str) -> str:
    """Return the public address of a path on this site, quoted as `reverse` does. An absolute one stays as it is."""
    return f"{settings.SITE_URL}{path}" if path.startswith("/") else path
