"""The page of somebody who has written what readers may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import IntegrityError, models, transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import reverse

from accounts.models import User

from .label import MAX_LABEL_SLUG_LENGTH, free_slug

if TYPE_CHECKING:
    from .edition import EditionQuerySet

MAX_BIO_LENGTH = 500


class AuthorQuerySet(models.QuerySet["Author"]):
    def of(self, user: User) -> Author:
        """Return the author that this person is, and make them one with an address of their name where they are none."""
        known = self.filter(user=user).first()
        if known is not None:
            return known
        try:
            with transaction.atomic():
                taken = [Author.objects.all(), FormerHandle.objects.all()]
                return self.create(user=user, slug=free_slug(user.name, "author", taken))
        except IntegrityError:  # Somebody of the same name becomes one at this moment.
            return self.of(user)

    def with_a_page(self) -> Self:
        """Those who are still here."""
        return self.filter(user__left_at=None).select_related("user")

    def counted(self, editions: EditionQuerySet) -> Self:
        """Those with a page under whose name one of these is, with how many: `post_count`."""
        theirs = editions.filter(author=OuterRef("user")).order_by().values("author")
        count = theirs.annotate(count=Count("pk")).values("count")
        return self.with_a_page().annotate(post_count=Subquery(count)).filter(post_count__gt=0)

    def at(self, handle: str) -> Author | None:
        """Return the author who has this address, or had it."""
        return self.filter(Q(slug=handle) | Q(former_handles__slug=handle)).first()


class Author(models.Model):
    """Somebody who has written what was approved: from then on they have an address, and what they say of themselves."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="as_author")
    slug = models.SlugField(
        max_length=MAX_LABEL_SLUG_LENGTH, unique=True, allow_unicode=True, help_text="Their handle."
    )
    bio = models.CharField(max_length=MAX_BIO_LENGTH, blank=True, default="")
    website = models.URLField(max_length=300, blank=True, default="")

    objects = AuthorQuerySet.as_manager()

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return reverse("author", args=[self.slug])


class FormerHandle(models.Model):
    """An address that an author had before: readers are led on."""

    slug = models.SlugField(max_length=MAX_LABEL_SLUG_LENGTH, unique=True, allow_unicode=True)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="former_handles")

    def __str__(self) -> str:
        return self.slug
