"""Bringing a backup back, and proving that all of it is there and as it was sealed.

The database goes to its place in one step, and what was there stays beside. Pictures are named by their digests, so
those of the backup are added to whatever there is.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from accounts import guards, sessions
from accounts.models import ApiToken
from blog import seals
from blog.guards import ALL_GUARDS
from blog.models import PrivateFeed, Revision, ShareLink, SiteVersion
from blog.searching import tables

from . import Refused, archive
from .archive import Manifest
from .databases import State, database

OF_DEVELOPMENT = "sandbox"  # Its tables are in a file of their own; where it is not installed, nobody misses them.


@dataclass
class Restored:
    """What came of it: what was put where, what was seen to hold, and what does not."""

    manifest: Manifest
    waiting: list[str]  # Migrations that this Galley has and the backup had not been through.
    beside: list[str] = field(default_factory=list)  # Where that stands which was there before.
    holds: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def checked(path: Path) -> Restored:
    """Return what a restore of this file would be of. Raises Refused for what is damaged, or not for this Galley."""
    manifest = archive.verified(path)
    ours = database()
    if ours.member not in manifest.members:
        raise Refused(f"This backup is of {manifest.vendor}, and DATABASE_URL names another kind of database.")
    if settings.USE_SANDBOX and "sandbox.sqlite3" not in manifest.members:
        raise Refused(
            "This backup is of a deployment, and this is development with the sandbox, where nobody in it is known."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    passed = {name for name in manifest.migrations if not name.startswith(f"{OF_DEVELOPMENT}.")}
    if newer := sorted(passed - known):
        raise Refused(
            f"This backup is of a newer Galley: it has been through {newer[0]}, which this one does not know. "
            "Install that Galley, and restore with it."
        )
    waiting = {name for name in known - passed if not name.startswith(f"{OF_DEVELOPMENT}.")}
    return Restored(manifest, sorted(waiting))


def what_is_there() -> str:
    """Return in words what a restore would put aside; empty where there is nothing anybody would miss."""
    counts = database().state().counts
    people, posts = counts.get("accounts_user", 0), counts.get("blog_post", 0)
    return f"{people} people and {posts} posts" if people or posts else ""


def restore(path: Path, restored: Restored, *, keep_access: bool) -> None:
    """Bring back a file that was `checked`, and prove it. Raises Refused, and then all is as it was.

    Whatever opens the site to who holds it ends, unless told otherwise: the backup does not know what was signed out,
    revoked or ended since.
    """
    stamp = f"{timezone.now():%Y%m%d-%H%M%S}"
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as undone:
        undone.enter_context(pictures_kept(path))
        undone.enter_context(_files_of_data(path, stamp, restored))
        places = {"sandbox.sqlite3": "sandbox"} if settings.USE_SANDBOX else {}
        for member, alias in {database().member: DEFAULT_DB_ALIAS, **places}.items():
            place = database(alias)
            place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            scratch = undone.enter_context(tempfile.TemporaryDirectory(prefix=".restore-", dir=place.folder))
            copy = Path(scratch) / member
            archive.unpacked(path, member, copy)
            former = undone.enter_context(place.replaced(copy, stamp))
            restored.beside += [former] if former else []
            if alias == DEFAULT_DB_ALIAS:
                _compare(database().state(), restored)
        if not keep_access:
            _end_access()
            restored.holds.append("All sessions, API tokens, private feed addresses and shared links have ended.")
    try:
        restored.broken += _proved(path, restored)
    except OSError as error:
        restored.broken.append(f"Not all of it could be looked at: {error}.")


def _compare(state: State, restored: Restored) -> None:
    told = restored.manifest
    if state.migrations != told.migrations:
        raise Refused("The database that came back has been through other migrations than its backup says.")
    for table, count in told.counts.items():
        if state.counts.get(table) != count:
            raise Refused(f"{table} came back with {state.counts.get(table)} rows, and the backup says {count}.")
    restored.holds.append(f"{sum(told.counts.values())} rows in {len(told.counts)} tables, as many as were taken.")


@contextmanager
def pictures_kept(path: Path) -> Iterator[None]:
    """Add the pictures of the backup to those that are kept."""
    added: list[str] = []
    try:
        for name, content in archive.members(path, "media"):
            if _put(name, content.read()):
                added.append(name)
        yield
    except BaseException:
        for name in added:
            default_storage.delete(name)
        raise


def _put(name: str, content: bytes) -> bool:
    """Keep the picture, unless the very same is there. Returns whether there was none of this name."""
    was_there = default_storage.exists(name)
    if was_there:
        with default_storage.open(name) as file:
            if file.read() == content:
                return False
        default_storage.delete(name)
    if (stored := default_storage.save(name, ContentFile(content))) != name:
        default_storage.delete(stored)
        raise Refused(f"The picture {name} cannot be kept under its name.")
    return not was_there


@contextmanager
def _files_of_data(path: Path, stamp: str, restored: Restored) -> Iterator[None]:
    """Put the other files of DATA_DIR in their places, and let what was there stand beside."""
    added: list[tuple[Path, Path | None]] = []
    try:
        for name, content in archive.members(path, "data"):
            place = settings.DATA_DIR / name
            if former := _put_aside(place, content, stamp):
                restored.beside.append(str(former))
            if former or not place.exists():
                content.seek(0)
                added.append((place, former))
                archive.write(content, place)
        yield
    except BaseException:
        for place, former in reversed(added):
            place.unlink(missing_ok=True)
            if former:
                former.replace(place)
        raise


def _put_aside(place: Path, content: IO[bytes], stamp: str) -> Path | None:
    """Let the file make room if it is another. Returns where it is then."""
    if not place.exists() or place.read_bytes() == content.read():
        return None
    former = place.with_name(f"{place.name}.before-{stamp}")
    place.replace(former)
    return former


def _end_access() -> None:
    sessions.end_all()
    ApiToken.objects.revoke()
    PrivateFeed.objects.all().delete()
    ShareLink.objects.end()


def _proved(path: Path, restored: Restored) -> Iterator[str]:
    """Yield what is not as it should be, and note what is. Seals are looked at by this Galley's own schema alone."""
    pictures = {
        name.removeprefix("media/"): about
        for name, about in restored.manifest.members.items()
        if name.startswith("media/")
    }
    for name, about in pictures.items():
        with default_storage.open(name) as file:
            if hashlib.sha256(file.read()).hexdigest() != about.sha256:
                yield f"The picture {name} is not as it was taken."
    restored.holds.append(f"{len(pictures)} files of pictures, each read back.")
    if restored.waiting:
        return
    guards.install(ALL_GUARDS, DEFAULT_DB_ALIAS)
    tables.install(DEFAULT_DB_ALIAS)
    SiteVersion.objects.renew()  # The backup's name may be that of pages made since.
    found = [*map(str, seals.mismatches()), *tables.mismatches(DEFAULT_DB_ALIAS)]
    yield from found
    if not found:
        restored.holds.append(f"{Revision.objects.count()} seals, what readers see, and the index of the search.")
