"""The files of pictures, in folders of the media storage, each named by a digest and never changed.

A smaller copy of a picture is named by its digest and a width.
"""

import re
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


def keep(folder: str, digest: str, content: bytes, *, width: int | None = None) -> None:
    """Write the file, unless it is there already."""
    name = _file_of(folder, digest, width)
    if default_storage.exists(name):
        if default_storage.size(name) == len(content):
            return
        default_storage.delete(name)  # The process died while it was written.
    stored = default_storage.save(name, ContentFile(content))
    if stored != name:  # Somebody else was faster, with the same.
        default_storage.delete(stored)


def opened(folder: str, digest: str, *, width: int | None = None) -> BinaryIO | None:
    """Return the file of this digest, as WebP, or None where there is none."""
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        return None
    try:
        file: BinaryIO = default_storage.open(_file_of(folder, digest, width))  # type: ignore[assignment]  # It reads like one.
    except FileNotFoundError:
        return None
    return file


def drop(folder: str, digest: str, *, width: int | None = None) -> None:
    """Delete the file."""
    if digest:
        default_storage.delete(_file_of(folder, digest, width))


def _file_of(folder: str, digest: str, width: int | None = None) -> str:
    return f"{folder}/{digest}.webp" if width is None else f"{folder}/{digest}-{width}.webp"
