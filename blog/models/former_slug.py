"""Addresses that posts had before, or elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from accounts.append_only import AppendOnlyModel, AppendOnlyQuerySet

from .revision import MAX_SLUG_LENGTH

if TYPE_CHECKING:
    from .post import Post


class FormerSlug(AppendOnlyModel):
    """An address that a post had before: readers are led on. It stays when the post goes back to it."""

    slug = models.SlugField(max_length=MAX_SLUG_LENGTH, unique=True, allow_unicode=True)
    post: models.ForeignKey[Post, Post] = models.ForeignKey(
        "blog.Post", on_delete=models.PROTECT, related_name="former_slugs"
    )

    objects = AppendOnlyQuerySet.as_manager()

    def __str__(self) -> str:
        return self.slug
