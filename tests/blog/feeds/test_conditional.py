"""Who has the newest gets 304 and no more, and nobody is told so who has not."""

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from blog.models import Edition, Post
from tests.blog.feeds.reading import SITE

pytestmark = [pytest.mark.usefixtures("public"), pytest.mark.parametrize("address", SITE)]


def etag_of(address: str) -> str:
    return str(Client().get(address).headers["ETag"])


def test_the_same_is_sent_once(published: Post, address: str) -> None:
    first = Client().get(address)

    again = Client().get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    for header in ("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin", "Link"):
        assert again.headers[header] == first.headers[header]


def test_head_tells_the_same_without_the_text(published: Post, address: str) -> None:
    got, asked = Client().get(address), Client().head(address)

    assert asked.content == b""
    assert asked.headers["ETag"] == got.headers["ETag"]
    assert asked.headers["Content-Length"] == got.headers["Content-Length"]


def test_no_text_is_read_for_who_has_it(published: Post, address: str) -> None:
    etag = etag_of(address)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        Client().get(address, headers={"If-None-Match": etag})

    assert not [query for query in queries.captured_queries if "feed_html" in query["sql"] or '"html"' in query["sql"]]


def test_whatever_readers_would_see_makes_it_new(
    published: Post, editor: User, admin: User, settings: SimpleNamespace, address: str
) -> None:
    seen = [etag_of(address)]

    def is_new() -> bool:
        seen.append(etag_of(address))
        return seen[-1] not in seen[:-1]

    published.edit(by=editor, version=published.version, title="On proofs", body="Others.", tags=["craft"])
    published.submit(by=editor)
    assert not is_new()
    published.publish(by=admin, revision=2)
    assert is_new()
    published.taggings.filter(revision__number=2).get().tag.__class__.objects.update(name="Crafts")
    assert is_new()
    Edition.objects.update(maker="next")
    assert is_new()
    settings.SITE_NAME = "Another name"
    assert is_new()
    published.unpublish(by=admin)
    assert is_new()


def test_what_is_unpublished_is_gone_from_every_cache_that_asks(published: Post, admin: User, address: str) -> None:
    before = Client().get(address)

    published.unpublish(by=admin)
    after = Client().get(
        address, headers={"If-None-Match": before.headers["ETag"], "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    )

    assert before.headers["Cache-Control"] == "public, no-cache"
    assert after.status_code == 200
    assert "twice" not in after.content.decode()
    assert "Last-Modified" not in after.headers


def test_no_cookie_is_set(published: Post, address: str) -> None:
    assert not Client().get(address).cookies


def test_the_number_of_queries_does_not_grow(published: Post, editor: User, admin: User, address: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            Client().get(address)
        return len(queries)

    before = count()
    for number in range(5):
        post = Post.objects.write(by=editor, title=f"Post {number}", body="Words.", tags=[f"tag {number}", "craft"])
        post.submit(by=editor)
        post.publish(by=admin, revision=1)

    assert count() == before
