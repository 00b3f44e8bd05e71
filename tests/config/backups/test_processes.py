"""Backups of a site that runs, and what comes back of them, in processes of their own."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.backups.sites import KEEP_WRITING, Site, empty_site, site_with_posts
from tests.settings import ON_POSTGRESQL

pytestmark = pytest.mark.servers

HELD = "[kind.objects.count() for kind in (Post, Revision, Image, HistoryEntry, User, Session)]"
OPEN = "[Session.objects.live().count(), ApiToken.objects.live().count(), PrivateFeed.objects.count()]"
VERSION = "SiteVersion.objects.get(pk=SiteVersion.Row.FOR_READERS).value"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_with_posts(tmp_path_factory.mktemp("one") / "site") as site:
        yield site


@pytest.fixture(scope="module")
def backup(site: Site) -> Path:
    taken = site.manage("backup", site.data_dir / "one.tar")
    assert taken.returncode == 0, taken.stderr
    assert "SECRET_KEY and .env are not in it" in taken.stdout
    return site.data_dir / "one.tar"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Site]:
    with empty_site(tmp_path / "place") as place:
        yield place


def test_what_was_taken_comes_back_proved_and_signed_out(site: Site, backup: Path, place: Site) -> None:
    restored = place.manage("restore", backup)

    assert restored.returncode == 0, restored.stderr
    assert "3 seals" in restored.stdout
    assert site.told(f"{HELD}, {OPEN}") == "[3, 3, 1, 9, 2, 1] [1, 1, 1]"
    assert place.told(f"{HELD}, {OPEN}") == "[3, 3, 1, 9, 2, 1] [0, 0, 0]"
    assert place.told(VERSION) != site.told(VERSION)
    assert pictures_of(place) == pictures_of(site) != {}
    assert backup.stat().st_mode & 0o777 == 0o600


@pytest.mark.long
def test_a_site_is_not_replaced_unless_that_is_asked_for_and_then_stays_beside(backup: Path, place: Site) -> None:
    assert place.manage("restore", "--keep-access", backup).returncode == 0
    assert place.told(OPEN) == "[1, 1, 1]"
    place.run("from blog.models import Post; Post.objects.update(title='Written since')")

    refused = place.manage("restore", backup)
    assert refused.returncode == 1
    assert "There is a site here already, with 2 people and 3 posts" in refused.stderr
    assert place.told("Post.objects.first().title") == "Written since"

    replaced = place.manage("restore", "--replace", "--no-input", backup)
    assert replaced.returncode == 0, replaced.stderr
    assert place.told("Post.objects.first().title") == "Post 0"
    former = next(line for line in replaced.stdout.splitlines() if line.startswith("What was there before"))
    assert "schema before_" in former or b"Written since" in Path(former.rpartition(": ")[2]).read_bytes()


def test_a_backup_taken_while_others_write_is_whole(site: Site, place: Site, tmp_path: Path) -> None:
    with site.begins(KEEP_WRITING) as writing:
        assert writing.stdout is not None
        assert writing.stdout.readline() == "0\n"
        taken = site.manage("backup", tmp_path / "one.tar")
        assert writing.poll() is None, "nobody wrote meanwhile"
        writing.kill()

    assert taken.returncode == 0, taken.stderr
    restored = place.manage("restore", tmp_path / "one.tar")
    assert restored.returncode == 0, restored.stderr
    assert place.told("all(image.is_intact for image in Image.objects.all()), Image.objects.count() > 1") == "True True"


@pytest.mark.long
def test_a_full_disk_leaves_no_half_backup_and_the_site_as_it_was(site: Site, backup: Path, place: Site) -> None:
    folder = site.data_dir / "full"

    failed = site.manage("backup", folder, largest_file=100_000)
    assert failed.returncode == 1
    assert "Nothing of it is left" in failed.stderr
    assert list(folder.iterdir()) == []

    failed = place.manage("restore", backup, largest_file=100_000)
    assert failed.returncode == 1
    assert "Nothing was changed" in failed.stderr
    assert [path for path in place.data_dir.rglob("*") if path.is_file()] == []


@pytest.mark.long
@pytest.mark.skipif(ON_POSTGRESQL, reason="PostgreSQL says itself who is connected")
def test_a_database_in_use_is_not_replaced(backup: Path, place: Site) -> None:
    assert place.manage("restore", backup).returncode == 0
    before = hashlib.sha256((place.data_dir / "galley.sqlite3").read_bytes()).hexdigest()
    with place.begins("from blog.models import Post; Post.objects.count(); print('open', flush=True); input()") as user:
        assert user.stdout is not None
        assert user.stdout.readline() == "open\n"
        refused = place.manage("restore", "--replace", "--no-input", backup)
        user.kill()

    assert "stop the server and the worker first" in refused.stderr
    assert hashlib.sha256((place.data_dir / "galley.sqlite3").read_bytes()).hexdigest() == before


@pytest.mark.long
def test_old_backups_make_room(site: Site, tmp_path: Path) -> None:
    for day in range(1, 4):
        (tmp_path / f"galley-2020010{day}-000000.tar").touch()
    others = ["galley-before-upgrade.tar", "mine.tar"]
    for name in others:
        (tmp_path / name).touch()

    assert site.manage("backup", tmp_path, "--keep", -1).returncode == 1
    assert site.manage("backup", tmp_path, "--keep", 2).returncode == 0

    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept[0] == "galley-20200103-000000.tar"
    assert kept[2:] == others


def pictures_of(site: Site) -> dict[str, bytes]:
    folder = site.data_dir / "media"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.webp")}
