"""What names all that readers see: whoever keeps a copy of a page asks whether it still has this name."""

from __future__ import annotations

from enum import IntEnum

from django.db import models
from django.utils.crypto import get_random_string

MAX_VERSION_LENGTH = 32


class SiteVersionQuerySet(models.QuerySet["SiteVersion"]):
    def renew(self) -> None:
        """Let nothing be shown any more that was made before."""
        for row in SiteVersion.Row:
            self.update_or_create(pk=row, defaults={"value": get_random_string(MAX_VERSION_LENGTH)})


class SiteVersion(models.Model):
    """The database itself gives a row another value as anything changes that it names: blog/site_version.py.

    It is a random name and no count, so that none comes back.
    """

    class Row(IntEnum):
        FOR_READERS = 1  # All that readers see.
        FOR_DESK = 2  # All posts whoever sees them, and what a desk tells of them.

    value = models.CharField(max_length=MAX_VERSION_LENGTH)

    objects = SiteVersionQuerySet.as_manager()

    def __str__(self) -> str:
        return self.value
