"""The file of a backup: a tar whose last member, the manifest, says what each of the others must be.

Who reads it believes nothing before all of it has been read: a flipped bit, a missing end, a member too many and a name
that leads elsewhere are all found first.
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from . import Refused

FORMAT = 1
MANIFEST = "manifest.json"
LARGEST_MANIFEST_BYTES = 256 * 1024**2  # Some two million pictures.
CHUNK_BYTES = 1 << 20
# The parts of a name: no way up, nothing hidden, nothing that a shell or another system would take for something else.
PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+ -]{0,200}")
# What of DATA_DIR comes along; the rest is made anew, or is nobody's business but this machine's.
FOLDERS_OF_DATA = ("site", "sandbox-keys")
FOLDERS = ("media/", *(f"data/{folder}/" for folder in FOLDERS_OF_DATA))
DATABASES = ("database.sqlite3", "database.pgdump", "sandbox.sqlite3")


@dataclass(frozen=True)
class Member:
    bytes: int
    sha256: str


@dataclass
class Manifest:
    """What a backup holds, and of what state of which site."""

    galley: str
    taken_at: str
    site_url: str
    vendor: str
    migrations: list[str]
    counts: dict[str, int]
    members: dict[str, Member] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    format: int = FORMAT

    def as_json(self) -> bytes:
        told = asdict(self)
        return _canonical(told | {"sha256": _digest(told)})

    @classmethod
    def read(cls, text: bytes) -> "Manifest":
        """Raises Refused for what is no manifest of ours, or one of a Galley to come."""
        try:
            given = json.loads(text)
            if given.pop("sha256") != _digest(given):
                raise Refused("The manifest of this file is damaged. Take another backup.")
            if given["format"] != FORMAT:
                raise Refused(
                    f"This backup is written in format {given['format']}, and this Galley reads {FORMAT} only."
                )
            given["members"] = {name: Member(**about) for name, about in given["members"].items()}
            manifest = cls(**given)
            datetime.fromisoformat(manifest.taken_at)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Refused("The manifest of this file cannot be read: it is no backup of Galley's.") from error
        return manifest


def _canonical(told: dict[str, Any]) -> bytes:
    return json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False).encode()


def _digest(told: dict[str, Any]) -> str:
    return hashlib.sha256(_canonical(told)).hexdigest()


class Writer:
    """Puts members into the file, and their digests into the manifest."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self._tar, self.manifest = tar, manifest
        self._at = int(datetime.fromisoformat(manifest.taken_at).timestamp())

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Copy so many bytes into the file. Raises EOFError where there are fewer."""
        copied = _Hashed(content)
        try:
            self._tar.addfile(self._header(name, size), copied)
        except OSError as error:
            if "end of data" in str(error):
                raise EOFError(name) from error
            raise
        self.manifest.members[name] = Member(size, copied.digest.hexdigest())

    def add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as content:
            self.add(name, content, path.stat().st_size)

    def close(self) -> None:
        text = self.manifest.as_json()
        self._tar.addfile(self._header(MANIFEST, len(text)), io.BytesIO(text))

    def _header(self, name: str, size: int) -> tarfile.TarInfo:
        """Nothing of this machine or its people: the same content makes the same file."""
        header = tarfile.TarInfo(name)
        header.size, header.mtime, header.mode = size, self._at, 0o600
        return header


class _Hashed:
    """Something read through, of which the digest is then known."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content, self.digest = content, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._content.read(size)
        self.digest.update(chunk)
        return chunk


@contextmanager
def written(path: Path, manifest: Manifest) -> Iterator[Writer]:
    """Write the file beside its place, and put it there once it is whole and on the disk. Nobody else may read it."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with (
            open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file,
            tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            writer = Writer(tar, manifest)
            yield writer
            writer.close()
            tar.close()
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """See to it that what was renamed or made in the folder is there after a power cut, too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # Not every file system knows it.
            os.fsync(number)
    finally:
        os.close(number)


def verified(path: Path) -> Manifest:
    """Read all of the file and return its manifest. Raises Refused unless every byte is what it says."""
    try:
        with tarfile.open(path, mode="r:") as tar:
            found, manifest = _read(tar)
    except FileNotFoundError as error:
        raise Refused(f"There is no file {path}.") from error
    except (tarfile.TarError, EOFError, UnicodeError) as error:
        raise Refused(f"{path} is damaged or no backup: {error}. Take another one.") from error
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror or error}.") from error
    _compare(found, manifest.members)
    return manifest


def _read(tar: tarfile.TarFile) -> tuple[dict[str, Member], Manifest]:
    found: dict[str, Member] = {}
    while (header := tar.next()) is not None:
        content = _content(tar, header)
        if header.name == MANIFEST:
            if header.size > LARGEST_MANIFEST_BYTES:
                raise Refused("The manifest of this file is larger than any of a backup.")
            manifest = Manifest.read(content.read())
            if tar.next() is not None:
                raise Refused("There is more in this file after its end: it is no backup as Galley wrote it.")
            return found, manifest
        check_name(header.name)
        if header.name in found:
            raise Refused(f"{header.name} is in this file twice: it is no backup as Galley wrote it.")
        found[header.name] = _member(content)
    raise Refused("The end of this file is missing: the backup was cut off, or is no backup. Take another one.")


def _content(tar: tarfile.TarFile, header: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(header) if header.isreg() else None
    if content is None:
        raise Refused(f"{header.name!r} in this file is no plain file: it is no backup as Galley wrote it.")
    return content


def _member(content: IO[bytes]) -> Member:
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
    return Member(size, digest.hexdigest())


def check_name(name: str) -> None:
    """Raise Refused for a name that Galley would not have given: first of all one that leads elsewhere."""
    parts = name.split("/")
    is_ours = name in DATABASES or name.startswith(FOLDERS)
    if not is_ours or not all(PART.fullmatch(part) for part in parts):
        raise Refused(f"{name!r} in this file is no name of a backup's: nothing of it is unpacked.")


def _compare(found: Mapping[str, Member], told: Mapping[str, Member]) -> None:
    for name in sorted(told.keys() - found.keys()):
        raise Refused(f"{name} is missing from this file. Take another backup.")
    for name in sorted(found.keys() - told.keys()):
        raise Refused(f"{name} is in this file, and its manifest knows nothing of it. Take another backup.")
    for name, member in found.items():
        if member != told[name]:
            raise Refused(f"{name} in this file is not what was put there: it is damaged. Take another backup.")


def unpacked(path: Path, name: str, to: Path) -> None:
    """Write one member of a file that was verified to this place, for nobody else to read."""
    with tarfile.open(path, mode="r:") as tar:
        write(_content(tar, tar.getmember(name)), to)


def members(path: Path, folder: str) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the name within this folder, and the content, of each member of a file that was verified."""
    with tarfile.open(path, mode="r:") as tar:
        for header in tar:
            if header.name.startswith(f"{folder}/"):
                yield header.name.removeprefix(f"{folder}/"), _content(tar, header)


def write(content: IO[bytes], to: Path) -> None:
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while chunk := content.read(CHUNK_BYTES):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
