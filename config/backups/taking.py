"""Taking a backup while the site serves.

First the database, at one moment, and then the pictures: their files are written before any row names them and never
change, so all that the copy names is there. What was deleted in between, no sealed text shows.
"""

import hashlib
import io
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.storage import Storage, default_storage
from django.utils import timezone

from blog.models import Image

from . import Refused
from .archive import FOLDERS_OF_DATA, PART, Manifest, Writer, sync_folder, written
from .databases import database

NAME = "galley-{:%Y%m%d-%H%M%S}.tar"
NAMED_BY_TIME = re.compile(r"galley-\d{8}-\d{6}\.tar")
NAMED_BY_DIGEST = re.compile(r"(?:.*/)?([0-9a-f]{64})\.webp")
NOTE = "last-backup.json"


def take(target: Path, *, keep: int = 0) -> tuple[Path, Manifest]:
    """Write a backup to this file or into this folder. Returns where it is, and what is in it. Raises Refused.

    Of those in the folder, the newest `keep` stay; 0 lets all of them stay.
    """
    began_at = timezone.now()
    path = target if target.suffix == ".tar" else target / NAME.format(began_at)
    if path.exists():
        raise Refused(f"There is a file {path} already: name another one.")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".galley-", dir=path.parent) as scratch:
        manifest = _taken(path, Path(scratch), began_at.isoformat(timespec="seconds"))
    _note(path, manifest)
    if keep:
        _forget_all_but(keep, path)
    return path, manifest


def _taken(path: Path, scratch: Path, began_at: str) -> Manifest:
    ours = database()
    copy = scratch / ours.member
    state = ours.copy(copy)
    if not state.migrations:
        raise Refused("There is nothing in the database yet: run manage.py migrate.")
    vendor = "sqlite" if ours.member.endswith("sqlite3") else "postgresql"
    manifest = Manifest(version(), began_at, settings.SITE_URL, vendor, state.migrations, state.counts)
    with written(path, manifest) as writer:
        writer.add_file(ours.member, copy)
        if settings.USE_SANDBOX:  # Else nobody who is in the copy could sign in there.
            database("sandbox").copy(scratch / "sandbox.sqlite3")
            writer.add_file("sandbox.sqlite3", scratch / "sandbox.sqlite3")
        for folder in FOLDERS_OF_DATA:
            for file in sorted((settings.DATA_DIR / folder).rglob("*")):
                if file.is_file() and not file.is_symlink():
                    writer.add_file(f"data/{file.relative_to(settings.DATA_DIR)}", file)
        for name in files_in(default_storage):
            add_picture(writer, name)
    return manifest


def lost(manifest: Manifest) -> list[str]:
    """Return the pictures that the site has, but no file of: they were gone before the backup."""
    names = (f"posts/{digest}.webp" for digest in Image.objects.values_list("digest", flat=True).iterator())
    absent = [name for name in names if f"media/{name}" not in manifest.members]
    return [name for name in absent if name in manifest.left_out or not default_storage.exists(name)]


def files_in(storage: Storage, folder: str = "") -> Iterator[str]:
    """Yield the name of each file that is kept, in order."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(files):
        yield f"{folder}/{name}" if folder else name
    for name in sorted(folders):
        yield from files_in(storage, f"{folder}/{name}" if folder else name)


def add_picture(writer: Writer, name: str) -> None:
    """Add the file, unless it has gone, is not all there yet, or is damaged: then the manifest names it."""
    try:
        with default_storage.open(name) as file:
            content = file.read()
    except FileNotFoundError:
        return
    digest = NAMED_BY_DIGEST.fullmatch(name)
    is_whole = digest is None or hashlib.sha256(content).hexdigest() == digest[1]
    if is_whole and all(PART.fullmatch(part) for part in name.split("/")):
        writer.add(f"media/{name}", io.BytesIO(content), len(content))
    else:
        writer.manifest.left_out.append(name)


def version() -> str:
    """Return which Galley this is, as pyproject.toml says."""
    found = re.search(r'^version = "([^"]+)"', (settings.BASE_DIR / "pyproject.toml").read_text(), re.MULTILINE)
    return found[1] if found else "unknown"


def _note(path: Path, manifest: Manifest) -> None:
    """Write down for `manage.py doctor` when the last backup was taken."""
    note = settings.DATA_DIR / NOTE
    unfinished = note.with_name(f".{NOTE}.unfinished")
    unfinished.write_text(json.dumps({"taken_at": manifest.taken_at, "file": str(path.resolve())}))
    unfinished.replace(note)
    sync_folder(note.parent)


def _forget_all_but(keep: int, newest: Path) -> None:
    """Remove what was taken before, but for so many with this one; never what somebody has named otherwise."""
    others = sorted(path for path in newest.parent.iterdir() if NAMED_BY_TIME.fullmatch(path.name) and path != newest)
    for old in others[: max(len(others) - (keep - 1), 0)]:
        old.unlink()
