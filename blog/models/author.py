"""The page of somebody who has written what readers may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import IntegrityError, models, transaction
from django.db.models import OuterRef, Q
from django.urls import reverse

from accounts.models import User
from blog import permissions
from blog.exceptions import NotPermitted, NotReady
from blog.long_lists import count_of_each, newest_of_each
from blog.slugs import slug_of

from .history import HistoryEntry
from .hub_ping import HubPing
from .label import MAX_LABEL_SLUG_LENGTH, free_slug

if TYPE_CHECKING:
    from .post import PostQuerySet

MAX_BIO_LENGTH = 500
MAX_HANDLE_LENGTH = 60
# Addresses that would seem to speak for the site, or to be a page of it.
RESERVED = frozenset(
    {
        *("admin", "administrator", "root", "owner", "staff", "team", "editor", "editors", "moderator", "support"),
        *("help", "security", "system", "official", "anonymous", "nobody", "everybody", "all", "new", "edit", "me"),
        *("page", "feed", "feeds", "rss", "atom", "about", "author", "authors", "former"),
    }
)


class AuthorQuerySet(models.QuerySet["Author"]):
    def of(self, user: User) -> Author:
        """Return the author that this person is, and make them one with an address of their name where they are none."""
        known = self.filter(user=user).first()
        if known is not None:
            return known
        try:
            with transaction.atomic():
                taken = [Author.objects.all(), FormerHandle.objects.all()]
                name = f"{user.name} author" if slug_of(user.name) in RESERVED else user.name
                author = self.create(user=user, slug=free_slug(name, "author", taken))
                author.check_is_their_own()
                return author
        except IntegrityError:  # Somebody of the same name becomes one at this moment.
            return self.of(user)

    def let_go_of(self, user: User) -> None:
        """Delete what they said of themselves. Their addresses lead nowhere from then on, and nobody gets them."""
        with transaction.atomic():
            for author in self.filter(user=user).select_for_update():
                FormerHandle.objects.create(slug=author.slug)
                author.delete()

    def with_a_page(self) -> Self:
        """Those who are still here."""
        return self.filter(user__left_at=None).select_related("user")

    def counted(self, posts: PostQuerySet) -> Self:
        """Those with a page under whose name readers see one of these, with how many, `post_count`, as `count_of_each`
        tells it; by name.
        """
        theirs = posts.by_author(OuterRef("user"))
        shown = self.with_a_page().alias(newest_at=newest_of_each(theirs)).exclude(newest_at=None)
        return shown.annotate(post_count=count_of_each(theirs)).order_by("user__name", "pk")

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

    if TYPE_CHECKING:
        post_count: int  # Where it was counted.

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return reverse("author", args=[self.slug])

    @property
    def website_shown(self) -> str:
        """Their website as people say it."""
        return self.website.partition("://")[2].removeprefix("www.").rstrip("/")

    def describe(self, *, by: User, handle: str, bio: str, website: str) -> None:
        """Say of oneself what the page shows, and where it is. Its old address leads there, and is nobody else's.

        Raises NotPermitted, and NotReady for what will not do.
        """
        if not permissions.may_describe(by, self):
            raise NotPermitted("Authors say themselves what their page shows, as long as they write here.")
        slug, bio = checked_handle(handle), " ".join(bio.split())
        if len(bio) > MAX_BIO_LENGTH:
            raise NotReady(f"What you say of yourself may be {MAX_BIO_LENGTH} characters long.")
        if website and not website.startswith(("https://", "http://")):
            raise NotReady("Give the whole address of your website: https://…")
        try:
            with transaction.atomic():
                self.refresh_from_db(from_queryset=Author.objects.select_for_update())
                former, self.slug, self.bio, self.website = self.slug, slug, bio, website
                self.former_handles.filter(slug=slug).delete()
                if slug != former:
                    FormerHandle.objects.create(slug=former, author=self)
                self.save()
                self.check_is_their_own()
                if slug != former:
                    HubPing.objects.ask_of(HistoryEntry.objects.seen_by(self.user))
        except IntegrityError as error:
            raise NotReady("Somebody else has this address, or had it. Choose another.") from error

    def check_is_their_own(self) -> None:
        """Raise IntegrityError where somebody else had this address."""
        if FormerHandle.objects.filter(slug=self.slug).exclude(author=self).exists():
            raise IntegrityError("somebody else had this address")


def author_with_a_page(user: User | None) -> Author | None:
    """Return where a byline with this name leads: nowhere once they have left."""
    return getattr(user, "as_author", None) if user is not None and user.left_at is None else None


def checked_handle(handle: str) -> str:
    """Return what somebody typed as an address has it. Raises NotReady."""
    slug = slug_of(handle.strip().removeprefix("/authors/"))
    if not slug:
        raise NotReady("The address of your page needs a letter or a digit.")
    if slug in RESERVED:
        raise NotReady(f"“{slug}” could be taken for more than a person. Choose another address.")
    if len(slug) > MAX_HANDLE_LENGTH:
        raise NotReady(f"The address of your page may be {MAX_HANDLE_LENGTH} characters long.")
    return slug


class FormerHandle(models.Model):
    """An address that an author had before: readers are led on, unless it was of somebody who has left."""

    slug = models.SlugField(max_length=MAX_LABEL_SLUG_LENGTH, unique=True, allow_unicode=True)
    author = models.ForeignKey(Author, on_delete=models.SET_NULL, null=True, related_name="former_handles")

    def __str__(self) -> str:
        return self.slug
