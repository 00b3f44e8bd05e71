"""Everything can be read back to the first post, in portions that stay as they are: RFC 5005, section 4."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from blog.feeds import archives, document
from blog.feeds.archives import Archive
from blog.models import Post
from tests.blog.feeds.reading import SITE, items_of, links_of

SIZE, NEWEST = 3, 1
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("public")


@pytest.fixture(autouse=True)
def on_a_day_in_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    monkeypatch.setattr(archives, "SIZE", SIZE)
    monkeypatch.setattr(document, "NEWEST", NEWEST)


@pytest.fixture
def posts(editor: User, admin: User) -> list[Post]:
    """Posts over some months, more in March and in May than go into one archive."""
    dates = [datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)]
    dates += [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 31, 23, 59, 59, 999999, tzinfo=UTC)]
    dates += [datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=number) for number in range(2 * SIZE + 1)]
    dates += [datetime(2026, 5, 2, tzinfo=UTC) + timedelta(hours=number) for number in range(SIZE + 2)]
    return [post_of(at, editor, admin) for at in dates]


def post_of(at: datetime, editor: User, admin: User) -> Post:
    """Return a post that was published then."""
    post = Post.objects.write(by=editor, title=f"Of {at:%d %B, %H}", body="Words.", published_at=at)
    post.submit(by=editor)
    post.publish(by=admin, revision=1)
    return post


def walked(address: str) -> tuple[list[str], list[str]]:
    """Return the ids in a feed and in all its archives, from the newest on, and the addresses of the archives."""
    ids, found = [item["id"] for item in items_of(address)], []
    while previous := links_of(address).get("prev-archive"):
        address = previous.removeprefix("http://localhost:8000")
        assert address not in found
        found.append(address)
        ids += [item["id"] for item in items_of(address)]
    return ids, found


@pytest.mark.parametrize("address", SITE)
def test_every_post_is_found_by_walking_back(posts: list[Post], address: str) -> None:
    ids, found = walked(address)

    assert len(set(ids)) == len(posts)
    assert [archive.split("=")[1] for archive in found] == [
        "2026-05", "2026-03-3", "2026-03-2", "2026-03", "2026-01", "2025-12",
    ]  # fmt: skip
    assert len(items_of(address)) == 2  # What is in no archive yet.


@pytest.mark.parametrize("address", SITE[:2])
def test_archives_say_that_they_are_and_lead_both_ways(posts: list[Post], address: str) -> None:
    _, found = walked(address)

    for number, archive in enumerate(found):
        answer, links = Client().get(archive), links_of(archive)
        assert "<fh:archive/>" in answer.content.decode()
        assert links["self"] == f"http://localhost:8000{archive}"
        assert links["current"] == f"http://localhost:8000{address}"
        newer = found[number - 1] if number else ""
        assert links.get("next-archive", "").removeprefix("http://localhost:8000") == newer
    assert "fh:archive/" not in Client().get(address).content.decode()


def test_what_comes_and_goes_changes_its_own_month_alone(posts: list[Post], editor: User, admin: User) -> None:
    def contents() -> dict[str, list[str]]:
        return {
            archive.split("=")[1]: [item["id"] for item in items_of(archive)]
            for archive in walked("/feeds/atom.xml")[1]
        }

    before = contents()
    post_of(NOW - timedelta(minutes=1), editor, admin)
    after = contents()
    assert {archive: after[archive] for archive in before} == before

    post_of(datetime(2026, 1, 15, tzinfo=UTC), editor, admin)
    posts[0].unpublish(by=admin)
    with_old = contents()
    assert [archive for archive in after if after[archive] != with_old.get(archive)] == ["2026-01", "2025-12"]


def test_a_post_with_nothing_before_it_has_no_archive(published: Post) -> None:
    Post.objects.filter(pk=published.pk).update(published_at=NOW - timedelta(days=1))

    assert "prev-archive" not in links_of("/feeds/rss.xml")


@pytest.mark.parametrize(
    "key",
    [
        "2026-05-2",
        "2026-05-9",
        "2026-02",
        "2026-3",
        "2026-03-1",
        "2026-13",
        "0000-01",
        "0001-01",
        "2026-06",
        "9999-12",
        "x",
    ],
)
def test_what_is_no_archive_is_not_there(posts: list[Post], key: str) -> None:
    assert Client().get("/feeds/rss.xml", {"archive": key}).status_code == 404


def test_an_archive_has_one_address() -> None:
    march = datetime(2026, 3, 1, tzinfo=UTC)

    assert [Archive(march, part).key for part in (1, 2)] == ["2026-03", "2026-03-2"]
    assert Archive.of_key("2026-03-2") == Archive(march, 2)
