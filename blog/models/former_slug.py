"""Addresses that posts had before, or elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import models

from accounts.append_only import AppendOnlyModel, AppendOnlyQuerySet
from blog.slugs import folded

from .revision import MAX_SLUG_LENGTH

if TYPE_CHECKING:
    from .post import Post


MAX_PATH_LENGTH = 500


def path_of(address: str) -> str:
    """Return the path of an address in the one form under which it is kept and looked for; empty for a front page."""
    try:
        return folded(unquote(urlsplit(address).path)).strip("/")
    except ValueError:  # A bracket that is never closed.
        return ""


class FormerSlug(AppendOnlyModel):
    """An address that a post had before: readers are led on. It stays when the post goes back to it."""

    slug = models.SlugField(max_length=MAX_SLUG_LENGTH, unique=True, allow_unicode=True)
    post: models.ForeignKey[Post, Post] = models.ForeignKey(
        "blog.Post", on_delete=models.PROTECT, related_name="former_slugs"
    )

    objects = AppendOnlyQuerySet.as_manager()

    def __str__(self) -> str:
        return self.slug


class FormerAddressQuerySet(models.QuerySet["FormerAddress"]):
    def note(self, post: Post, address: str) -> None:
        """Remember where a post was on a site that this one has taken over. Who was there first stays."""
        path, host = path_of(address), hostname_of(address)
        if path and len(path) <= MAX_PATH_LENGTH and host in settings.OLD_SITE_HOSTS:
            self.get_or_create(path=path, defaults={"post": post})


class FormerAddress(models.Model):
    """Where a post was on an earlier site, by its path: readers are led on."""

    path = models.CharField(max_length=MAX_PATH_LENGTH, unique=True)
    post: models.ForeignKey[Post, Post] = models.ForeignKey("blog.Post", on_delete=models.PROTECT, related_name="+")

    objects = FormerAddressQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "former addresses"

    def __str__(self) -> str:
        return self.path


def hostname_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # As above.
        return ""
