import hashlib
import io
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from config.backups import Refused, archive, restoring, taking
from config.backups.archive import Manifest
from config.backups.databases import database

CONTENT = {"sandbox.sqlite3": b"people" * 200, "media/posts/a.webp": b"pixels" * 400, "data/site/logo.svg": b"<svg/>"}


def crafted(path: Path, content: dict[str, bytes] = CONTENT, **changed: Any) -> Path:
    """Return a backup as it is written, of this content."""
    about = {
        "galley": "1",
        "taken_at": "2026-01-01T00:00:00+00:00",
        "site_url": "https://x.example",
        "vendor": "sqlite",
    }
    manifest = Manifest(**about | {"migrations": [], "counts": {}} | changed)
    with archive.written(path, manifest) as writer:
        for name, text in {database().member: b"rows" * 300, **content}.items():
            writer.add(name, io.BytesIO(text), len(text))
    return path


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return crafted(tmp_path / "backup.tar")


def test_what_was_written_is_read_and_nobody_else_may(backup: Path) -> None:
    manifest = archive.verified(backup)

    assert manifest.members["data/site/logo.svg"].bytes == 6
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in backup.parent.iterdir()] == ["backup.tar"]


def test_the_same_content_makes_the_same_file(backup: Path, tmp_path: Path) -> None:
    assert crafted(tmp_path / "again.tar").read_bytes() == backup.read_bytes()


def test_a_file_that_is_cut_off_anywhere_is_refused(backup: Path) -> None:
    whole = backup.read_bytes()
    end = whole.rstrip(b"\0")  # What follows is padding.

    for length in range(0, len(end), 97):
        backup.write_bytes(whole[:length])
        with pytest.raises(Refused):
            archive.verified(backup)


def test_a_bit_that_is_flipped_anywhere_is_refused_or_means_nothing(backup: Path) -> None:
    whole = backup.read_bytes()
    honest = archive.verified(backup)

    for at in range(0, len(whole.rstrip(b"\0")), 13):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << (at % 8)
        backup.write_bytes(flipped)
        try:
            found = archive.verified(backup)
        except Refused:
            continue
        assert found == honest, f"byte {at}"  # Of the padding, or one that no reader looks at.


def test_not_one_byte_of_a_member_can_change(backup: Path) -> None:
    whole = backup.read_bytes()
    at = whole.index(b"pixels")

    backup.write_bytes(whole[:at] + b"P" + whole[at + 1 :])

    with pytest.raises(Refused, match=r"media/posts/a\.webp in this file is not what was put there"):
        archive.verified(backup)


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "media/../../outside",
        "/etc/cron.d/galley",
        "media//x",
        "media/./x",
        "media/.hidden",
        "data/site/x\ny",
        "data/site/x\\y",
        "elsewhere/x",
        "data/x",
        "data/static/app.js",
        "data/galley.sqlite3",
        "database.sqlite3/x",
        "media",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    bad = crafted(tmp_path / "bad.tar", {name: b"x"})

    with pytest.raises(Refused, match="nothing of it is unpacked"):
        archive.verified(bad)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_what_is_no_plain_file_is_refused(kind: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.tar"
    header = tarfile.TarInfo("media/link")
    header.type, header.linkname = kind, "/etc/passwd"
    with tarfile.open(path, "w") as tar:
        tar.addfile(header)

    with pytest.raises(Refused, match="is no plain file"):
        archive.verified(path)


def test_a_member_that_the_manifest_does_not_know_is_refused(backup: Path, tmp_path: Path) -> None:
    path = tmp_path / "more.tar"
    with tarfile.open(backup) as honest, tarfile.open(path, "w") as tar:
        more = tarfile.TarInfo("media/posts/more.webp")
        tar.addfile(more, io.BytesIO())
        for header in honest:
            tar.addfile(header, honest.extractfile(header))

    with pytest.raises(Refused, match="its manifest knows nothing of it"):
        archive.verified(path)


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"format": 1}', b'{"format": 1, "members": []}', b"\xff"])
def test_what_is_no_manifest_is_refused(text: bytes) -> None:
    with pytest.raises(Refused):
        Manifest.read(text)


def test_a_format_to_come_is_refused_by_its_number(backup: Path) -> None:
    to_come = replace(archive.verified(backup), format=2)

    with pytest.raises(Refused, match="format 2"):
        Manifest.read(to_come.as_json())


def test_a_backup_of_a_newer_galley_is_refused_by_what_it_has_been_through(tmp_path: Path) -> None:
    newer = crafted(tmp_path / "newer.tar", migrations=["accounts.0001_people_and_sessions", "blog.9999_to_come"])

    with pytest.raises(Refused, match=r"blog\.9999_to_come"):
        restoring.checked(newer)


def test_of_an_older_one_is_said_which_migrations_wait(tmp_path: Path) -> None:
    older = crafted(tmp_path / "older.tar", migrations=["accounts.0001_people_and_sessions"])

    assert "blog.0001_posts_revisions_history" in restoring.checked(older).waiting


def test_a_backup_of_another_kind_of_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.tar"
    other = {"database.sqlite3", "database.pgdump"} - {database().member}
    with archive.written(path, Manifest("1", "2026-01-01T00:00:00+00:00", "", "another", [], {})) as writer:
        writer.add(other.pop(), io.BytesIO(b"x"), 1)

    with pytest.raises(Refused, match="names another kind of database"):
        restoring.checked(path)


def test_a_file_that_is_none_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "letter.tar").write_text("Dear all, " * 100)

    with pytest.raises(Refused, match="damaged or no backup"):
        archive.verified(tmp_path / "letter.tar")
    with pytest.raises(Refused, match="There is no file"):
        archive.verified(tmp_path / "nothing.tar")


@pytest.fixture
def elsewhere(settings: Any) -> None:
    """Pictures kept by another storage than the local folder, as S3 is."""
    other = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = settings.STORAGES | {"default": other}


def name_of(content: bytes) -> str:
    return f"posts/{hashlib.sha256(content).hexdigest()}.webp"


@pytest.mark.usefixtures("elsewhere")
def test_pictures_are_read_and_kept_through_whatever_storage_keeps_them(tmp_path: Path) -> None:
    whole, half, copy = name_of(b"pixels"), name_of(b"all the pixels"), name_of(b"pixels")[:-5] + "-480.webp"
    for name, content in {whole: b"pixels", half: b"half", copy: b"smaller"}.items():
        default_storage.save(name, ContentFile(content))
    manifest = Manifest("1", "2026-01-01T00:00:00+00:00", "", "sqlite", [], {})

    with archive.written(tmp_path / "x.tar", manifest) as writer:
        for name in taking.files_in(default_storage):
            taking.add_picture(writer, name)
    assert manifest.left_out == [half]
    default_storage.delete(whole)
    with default_storage.open(copy, "wb") as file:
        file.write(b"another")

    with restoring.pictures_kept(tmp_path / "x.tar"):
        assert default_storage.open(whole).read() == b"pixels"
    assert default_storage.open(copy).read() == b"smaller"


@pytest.mark.usefixtures("elsewhere")
def test_pictures_go_again_where_the_rest_cannot_come_back(tmp_path: Path) -> None:
    backup = crafted(tmp_path / "backup.tar")

    with pytest.raises(OSError, match="no room"), restoring.pictures_kept(backup):
        raise OSError("no room")

    assert list(taking.files_in(default_storage)) == []
