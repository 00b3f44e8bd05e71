"""How a post whose address is sealed gets another one, and is found at the old ones for good."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from accounts.models import User
from blog.exceptions import NotReady
from blog.slugs import slug_of
from blog.status import GoneAs

from .former_slug import FormerSlug
from .publishing import Publishing
from .revision import MAX_SLUG_LENGTH

POSTS = "/posts/"


class Addressing(Publishing):
    class Meta:
        abstract = True

    def readdress(self, *, by: User, to: str) -> None:
        """Give the post this address, and have the one it had lead there. What was sealed keeps the address of its day.

        Raises NotPermitted, WrongStatus, StepUpNeeded, and NotReady for an address that will not do.
        """
        try:
            with transaction.atomic():
                was = self._begin("readdress", by=by)
                slug = checked(to)
                if slug == self.slug:
                    raise NotReady("That is its address already.")
                former, self.slug = self.slug, slug
                FormerSlug.objects.get_or_create(slug=former, defaults={"post": self._as_post})
                if self.gone_as == GoneAs.MOVED and self._is_at(self.gone_to):
                    raise NotReady(f"Readers who come to this post are led to {POSTS}{slug}. Choose another.")
                self._finish("readdress", by=by, was=was, note=f"From {POSTS}{former} to {POSTS}{slug}")
                self._check_is_its_own()
        except IntegrityError as error:
            if not self.is_taken(self.slug):
                raise
            raise NotReady("Another post has this address, or had it. Choose another.") from error


def checked(address: str) -> str:
    """Return what somebody typed as an address has it. Raises NotReady."""
    slug = slug_of(address.strip().removeprefix(POSTS))
    if not slug or slug.isdigit():
        raise NotReady("An address needs a letter: numbers alone are those of posts.")
    if len(slug) > MAX_SLUG_LENGTH:
        raise NotReady(f"An address may be {MAX_SLUG_LENGTH} characters long; this one has {len(slug)}.")
    return slug


def told_in(note: str) -> str:
    """Return the address to which a post went, as its history tells it."""
    return note.rpartition(POSTS)[2]
