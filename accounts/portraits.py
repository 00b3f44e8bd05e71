"""The pictures of people: fetched from where Descope says they are, kept here, and never linked to over there.

A picture is known by a digest of itself and of whose it is, so its address never shows another, and two people
with the same one do not share a file.
"""

import hashlib
import logging
import threading
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from . import background, descope, fetching, limits, picture_files, pictures
from .exceptions import ProviderUnavailable, SignedOut, TooMany
from .fetching import Terms, Unreachable
from .models import Session, User
from .pictures import NotAPicture
from .vault import unlocked

logger = logging.getLogger(__name__)

SIDE = 256
MAX_BYTES = 2 * 1024 * 1024
SECONDS = 3.0
FOLDER = "people"

# So many are fetched at once in the background. Others have to wait for their next sign-in.
_places = threading.BoundedSemaphore(4)


def follow(user: User, address: str) -> None:
    """Have the picture fetched that Descope now names, beside what is going on; or drop ours where it names none.

    What was dealt with before is not fetched again: not what they have removed here, nor what was no picture.
    """
    if address == user.picture_source or user.left_at is not None:
        return
    if address:
        transaction.on_commit(lambda: _fetch_beside(user, address))
    else:
        _replace(user, "", source="")


def fetch_again(session: Session) -> bool:
    """Ask Descope for the picture of whose session it is, and fetch it now. Returns whether there is one.

    Raises ProviderUnavailable, Unreachable and NotAPicture.
    """
    try:
        address = descope.profile_of(unlocked(session.locked_refresh_token)).picture
    except SignedOut as refusal:
        raise ProviderUnavailable("Descope has just been told of another refresh token") from refusal
    if address:
        fetch(session.user, address)
    else:
        _replace(session.user, "", source="")
    return bool(address)


def fetch(user: User, address: str) -> None:
    """Fetch the picture and keep it in place of the one before. Raises Unreachable and NotAPicture."""
    try:
        found = fetching.fetched(address, _terms(address))
        picture = pictures.squared(found.content, side=SIDE)
    except NotAPicture:
        User.objects.filter(pk=user.pk, left_at=None).update(picture_source=address)
        raise
    digest = hashlib.sha256(f"{user.subject}\n".encode() + picture.bytes).hexdigest()
    picture_files.keep(FOLDER, digest, picture.bytes)
    _replace(user, digest, source=address)


def remove(user: User) -> None:
    """Show no picture of them any more, until Descope has another or they ask for it again."""
    _replace(user, "", source=user.picture_source)


def drop(digest: str) -> None:
    """Delete the file."""
    picture_files.drop(FOLDER, digest)


def opened(digest: str) -> BinaryIO | None:
    """Return the file of this digest, as WebP, or None where there is none."""
    return picture_files.opened(FOLDER, digest)


def _fetch_beside(user: User, address: str) -> None:
    if not _places.acquire(blocking=False):
        logger.info("The picture of person %s waits for another time: too many are being fetched", user.pk)
        return

    def work() -> None:
        try:
            limits.check("PICTURE_LIMIT", str(user.pk))
            fetch(user, address)
        except (TooMany, Unreachable, NotAPicture) as trouble:
            logger.info("The picture of person %s was not fetched: %s", user.pk, trouble)
        except Exception:
            logger.exception("The picture of person %s was not fetched", user.pk)
        finally:
            _places.release()

    background.start(work)


def _terms(address: str) -> Terms:
    """Anybody can have Descope name any address, so it must be a public one; the sandbox's own is on this machine."""
    inside = settings.PICTURES_FROM_INSIDE
    is_inside = bool(inside) and address.startswith(inside)
    return Terms(
        max_bytes=MAX_BYTES,
        seconds=SECONDS,
        schemes=("http", "https") if is_inside else ("https",),
        allow_private=is_inside,
    )


def _replace(user: User, digest: str, *, source: str) -> None:
    """Let this be their picture, unless they have left meanwhile, and delete the one that is nobody's then."""
    with transaction.atomic():
        row = User.objects.select_for_update(no_key=True).filter(pk=user.pk, left_at=None)
        former = row.values_list("picture", flat=True).first()
        is_kept = row.update(picture=digest, picture_source=source) == 1
    if is_kept:
        user.picture, user.picture_source = digest, source
    if not is_kept:
        drop(digest)
    elif former and former != digest:
        transaction.on_commit(lambda: drop(former))
