"""The files of pictures, in folders of the media storage, each named by a digest and never changed.

A smaller copy of a picture is named by its digest and a width.
"""

import os
import re
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage


def keep(folder: str, digest: str, content: bytes, *, width: int | None = None) -> None:
    """Write the file, unless it is there already. Nobody sees half of it, and many may bring the same at once."""
    name = _file_of(folder, digest, width)
    if _is_whole(name, len(content)):
        return
    if isinstance(default_storage, FileSystemStorage):
        part = default_storage.save(f"{name}.part", ContentFile(content))
        os.replace(default_storage.path(part), default_storage.path(name))
        return
    default_storage.delete(name)
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


def _is_whole(name: str, size: int) -> bool:
    try:
        return default_storage.exists(name) and default_storage.size(name) == size
    except FileNotFoundError:  # Somebody has let go of it meanwhile.
        return False


def _file_of(folder: str, digest: str, width: int | None = None) -> str:
    return f"{folder}/{digest}.webp" if width is None else f"{folder}/{digest}-{width}.webp"
