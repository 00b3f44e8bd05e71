"""Pictures in posts: each kept once, under the digest of its own bytes, and which texts show it.

What a text shows is written down when it is saved or sealed, and not looked for when somebody asks for a picture.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, Self

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts import picture_files, pictures
from accounts.models import Person, User
from accounts.pictures import NotAPicture
from blog import markup, permissions, status
from blog.exceptions import NotPermitted, NotReady

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from .post import Post
    from .revision import Revision
    from .row import PostRow

FOLDER = "posts"
MAX_UPLOAD_BYTES = 10 * 1024 * 1024
MAX_WIDTH, MAX_HEIGHT = 2400, 9600
MAX_ALT_LENGTH = 300
ADDRESS = re.compile(r"/media/([0-9a-f]{64})\.webp")
DRAWING = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:\?xml|!--|!doctype\s+svg|svg)", re.IGNORECASE)


class ImageQuerySet(models.QuerySet["Image"]):
    def visible_to(self, person: Person) -> Self:
        """What this person may see."""
        return self.filter(permissions.pictures_visible_to(person)).distinct()

    def named_in(self, *texts: str) -> Self:
        """Those whose addresses stand in a text, wherever in it."""
        return self.filter(digest__in=digests_in(*texts))

    def held(self) -> list[int]:
        """Return their ids, and see to it that none of them is deleted before this transaction ends."""
        ids = list(self.values_list("pk", flat=True))
        rows = Image.objects.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk")
        return list(rows.values_list("pk", flat=True))

    def upload(self, *, by: User, data: bytes, alt: str = "") -> Upload:
        """Keep a picture, with nothing in it but its pixels. Sent again, it is the same one with this description.

        Raises NotPermitted, and NotAPicture with a sentence for who sent it.
        """
        if not permissions.may_write(by):
            raise NotPermitted("Pictures are for editors. An admin of this site can make you one.")
        picture = _reencoded(data)
        digest = hashlib.sha256(picture.bytes).hexdigest()
        size = {"width": picture.width, "height": picture.height, "size_bytes": len(picture.bytes)}
        picture_files.keep(FOLDER, digest, picture.bytes)  # Before any row: the storage may be far away.
        with transaction.atomic():
            image, _ = self.select_for_update().get_or_create(digest=digest, defaults=size)
            told = {"alt": " ".join(alt.split()), "at": timezone.now()}
            upload, _ = Upload.objects.update_or_create(image=image, by=by, defaults=told)
        picture_files.keep(FOLDER, digest, picture.bytes)  # Again: somebody may have let go of it meanwhile.
        image.keep_copies()
        upload.has_moved = picture.has_moved
        return upload

    def set_covers(self, revisions: Iterable[Revision]) -> None:
        """Look up the covers of all these at once. Each then has its `cover_picture` at hand."""
        covered = list(revisions)
        found = {image.get_absolute_url(): image for image in self.named_in(*(one.cover for one in covered))}
        for revision in covered:
            revision.cover_picture = found.get(revision.cover)

    def let_go_of(self, person: User) -> int:
        """Let these be this person's no more, but for what a text of theirs shows. Returns how many it was.

        What then nobody has and no text shows is deleted.
        """
        with transaction.atomic():
            free = self.filter(uploads__by=person).exclude(uses__post__author=person)
            theirs = list(free.select_for_update(of=("self",)).order_by("pk"))
            Upload.objects.filter(by=person, image__in=theirs).delete()
            orphans = [image for image in theirs if not image.uploads.exists() and not image.uses.exists()]
            for image in orphans:
                image.delete()
            transaction.on_commit(lambda: _drop_files_of(orphans))
        return len(theirs)


class Image(models.Model):
    """A picture as readers get it. Its name is the SHA-256 of its bytes: what was sealed with it cannot change."""

    digest = models.CharField(max_length=64, unique=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size_bytes = models.PositiveIntegerField()

    objects = ImageQuerySet.as_manager()

    if TYPE_CHECKING:
        uploads: RelatedManager[Upload]
        uses: RelatedManager[ImageUse]
        copies: RelatedManager[ImageCopy]

    def __str__(self) -> str:
        return f"{self.digest[:12]}, {self.width} × {self.height}"

    def get_absolute_url(self) -> str:
        return reverse("picture", args=[self.digest])

    @property
    def is_live(self) -> bool:
        """Whether readers see it in a post now."""
        return self.uses.filter(status.shown()).exists()

    @property
    def copy_widths(self) -> tuple[int, ...]:
        """The widths it is also kept in, for smaller screens."""
        return markup.copy_widths(self.width)

    @property
    def thumbnail(self) -> str:
        """The address of the smallest there is of it."""
        return markup.smallest(self.get_absolute_url(), self.width)

    @property
    def srcset(self) -> str:
        return markup.srcset(self.get_absolute_url(), self.width)

    @property
    def is_intact(self) -> bool:
        """Whether its file is there, and is the one it is named for."""
        file = self.opened()
        return file is not None and _digest_of(file) == self.digest

    def opened(self) -> BinaryIO | None:
        return picture_files.opened(FOLDER, self.digest)

    def opened_copy(self, width: int) -> BinaryIO | None:
        """Return the copy of one of its widths, made now if it is not there; None where it has none such."""
        if width not in self.copy_widths:
            return None
        return picture_files.opened(FOLDER, self.digest, width=width) or self._make_copy(width)

    def keep_copies(self) -> None:
        """See to it that the copies are there before somebody asks for one."""
        for width in self.copy_widths:
            file = self.opened_copy(width)
            if file is not None:
                file.close()

    def _make_copy(self, width: int) -> BinaryIO | None:
        file = self.opened()
        if file is None:
            return None
        # It may be no picture any more, or have been deleted this moment.
        with file, suppress(NotAPicture, IntegrityError):
            made = pictures.reencoded(file.read(), max_width=width, max_height=MAX_HEIGHT).bytes
            picture_files.keep(FOLDER, self.digest, made, width=width)
            with transaction.atomic():
                told = {"digest": hashlib.sha256(made).hexdigest()}
                ImageCopy.objects.update_or_create(image=self, width=width, defaults=told)
            return io.BytesIO(made)
        return None


class ImageCopy(models.Model):
    """A smaller copy of a picture. It can be made again at any time; the seals are of the picture itself."""

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="copies")
    width = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(name="image_copy_once", fields=["image", "width"])]

    def __str__(self) -> str:
        return f"{self.image_id}, {self.width} wide"

    @property
    def is_intact(self) -> bool:
        """Whether its file is the one that was made. One that is missing will be made when it is asked for."""
        file = picture_files.opened(FOLDER, self.image.digest, width=self.width)
        return file is None or _digest_of(file) == self.digest


class UploadQuerySet(models.QuerySet["Upload"]):
    def of(self, person: Person) -> Self:
        """What this person brought, newest first."""
        return self.filter(by=person.pk).select_related("image").order_by("-at", "-pk")


class Upload(models.Model):
    """That somebody brought a picture, and what they say it shows. Two people may bring the same."""

    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="uploads")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="uploads")
    alt = models.CharField(max_length=MAX_ALT_LENGTH, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = UploadQuerySet.as_manager()

    has_moved = False  # Whether the file that was just brought did, of which only the first frame is kept.

    class Meta:
        constraints = [models.UniqueConstraint(name="upload_once", fields=["image", "by"])]
        indexes = [models.Index(fields=["by", "-at"], name="upload_newest")]

    def __str__(self) -> str:
        return f"{self.image_id} by {self.by_id}"

    @property
    def markdown(self) -> str:
        """What puts the picture into a text, with nothing in its description that Markdown would take for more."""
        alt = re.sub(r"&(?=#?\w+;)", "&amp;", self.alt).replace("<", "&lt;")
        alt = re.sub(r"([\\\[\]*_`])", r"\\\1", alt)
        return f"![{alt}]({self.image.get_absolute_url()})"


class ImageUseQuerySet(models.QuerySet["ImageUse"]):
    def note(self, post: PostRow, *, by: User) -> None:
        """Write down which pictures the working copy shows, of those that who saved it may see themselves.

        So nobody opens a picture to themselves by typing its address.
        """
        digests = digests_in(post.body, post.cover)
        shown = set(Image.objects.visible_to(by).filter(digest__in=digests).held()) if digests else set()
        noted = self.filter(post_id=post.pk, revision=None)
        noted.exclude(image__in=shown).delete()
        missing = shown - set(noted.values_list("image_id", flat=True))
        self.bulk_create(ImageUse(image_id=pk, post_id=post.pk) for pk in sorted(missing))

    def seal(self, revision: Revision) -> None:
        """Write down for good that the revision shows what the working copy does."""
        shown = self.filter(post_id=revision.post_id, revision=None).values_list("image_id", flat=True)
        self.bulk_create(
            ImageUse(image_id=pk, post_id=revision.post_id, revision=revision) for pk in shown.order_by("image_id")
        )


class ImageUse(models.Model):
    """That a text shows a picture: a revision, which is sealed, or the working copy of a post."""

    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="uses")
    post: models.ForeignKey[Post, Post] = models.ForeignKey(
        "blog.Post", on_delete=models.PROTECT, related_name="image_uses"
    )
    revision: models.ForeignKey[Revision | None, Revision | None] = models.ForeignKey(
        "blog.Revision",
        on_delete=models.PROTECT,
        null=True,
        related_name="image_uses",
        help_text="Empty for the working copy.",
    )

    objects = ImageUseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="image_once_in_revision", fields=["revision", "image"], condition=Q(revision__isnull=False)
            ),
            models.UniqueConstraint(
                name="image_once_in_working_copy", fields=["post", "image"], condition=Q(revision=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.image_id} in post {self.post_id}, revision {self.revision_id}"


def digests_in(*texts: str) -> set[str]:
    """Return the digests of the pictures whose addresses stand in a text."""
    return {digest for text in texts for digest in ADDRESS.findall(text)}


def picture_at(address: str) -> Image | None:
    """Return the picture at an address on this site, or None where the address is none of a picture kept here."""
    found = ADDRESS.fullmatch(address)
    return Image.objects.filter(digest=found[1]).first() if found else None


def check_cover(address: str, *, by: Person) -> None:
    """Raise NotReady unless this is the address of a picture kept here that this person may see, or empty."""
    found = ADDRESS.fullmatch(address)
    if address and not (found and Image.objects.visible_to(by).filter(digest=found[1]).exists()):
        raise NotReady("Choose one of the pictures that are kept here as the cover.")


def _reencoded(data: bytes) -> pictures.Picture:
    if not data:
        raise NotAPicture("There is nothing in this file.")
    if len(data) > MAX_UPLOAD_BYTES:
        raise NotAPicture(TOO_HEAVY)
    if DRAWING.match(data):
        raise NotAPicture("SVG drawings can hold programs, so they are not taken. Save it as PNG first.")
    return pictures.reencoded(data, max_width=MAX_WIDTH, max_height=MAX_HEIGHT)


def _drop_files_of(images: list[Image]) -> None:
    """Delete the files, but not of what somebody has brought again meanwhile."""
    for image in images:
        if not Image.objects.filter(digest=image.digest).exists():
            picture_files.drop(FOLDER, image.digest)
            for width in image.copy_widths:
                picture_files.drop(FOLDER, image.digest, width=width)


def _digest_of(file: BinaryIO) -> str:
    with file:
        return hashlib.sha256(file.read()).hexdigest()


TOO_HEAVY = f"A picture may weigh {MAX_UPLOAD_BYTES // 1024**2} MB. Make it smaller first."
