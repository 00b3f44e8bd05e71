"""A feed address of one's own: whom it serves, what it shows, and how it ends."""

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import people, sessions
from accounts.descope import Profile
from accounts.models import User
from blog.leaving import let_go
from blog.models import Image, Post, PrivateFeed
from config.logs import message_of
from tests.blog.feeds.reading import items_of, links_of
from tests.conftest import bearer, signed_in

FILES = ("rss.xml", "atom.xml", "feed.json")


@pytest.fixture
def own(reader: User) -> PrivateFeed:
    return PrivateFeed.objects.renew(reader)


def at(feed: PrivateFeed, file: str = "atom.xml") -> str:
    return f"/feeds/private/{feed.token}/{file}"


def status_of(address: str) -> int:
    return Client().get(address).status_code


@pytest.mark.parametrize("file", FILES)
def test_it_reads_what_a_reader_reads_without_a_sign_in(published: Post, own: PrivateFeed, file: str) -> None:
    answer = Client().get(at(own, file))

    assert [item["title"] for item in items_of(at(own, file))] == ["On proofs"]
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert not answer.cookies
    assert links_of(at(own, file))["self"] == f"http://localhost:8000{at(own, file)}"
    assert Client().get(at(own, file), headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert items_of(f"/feeds/private/{own.token}/tags/craft/{file}") == items_of(at(own, file))
    assert status_of(f"/feeds/private/{own.token}/tags/none/{file}") == 404


def test_its_owners_roles_do_not_count(published: Post, editor_and_admin: User) -> None:
    Post.objects.write(by=editor_and_admin, title="A draft", body="Words.")

    items = items_of(at(PrivateFeed.objects.renew(editor_and_admin)))

    assert [item["title"] for item in items] == ["On proofs"]


ENDS: dict[str, Callable[[PrivateFeed], Any]] = {
    "revoked": lambda feed: feed.delete(),
    "renewed": lambda feed: PrivateFeed.objects.renew(feed.user),
    "signed out everywhere": lambda feed: sessions.end_all_of(feed.user),
    "closed": lambda feed: User.objects.filter(pk=feed.user_id).update(is_disabled=True),
    "left": lambda feed: let_go(feed.user, keeps_posts=True),
    "closed by Descope": lambda feed: people.register(Profile(feed.user.subject, "Rita", "", is_enabled=False)),
}


@pytest.mark.parametrize("end", ENDS)
def test_every_end_of_it_looks_like_an_address_that_never_was(published: Post, own: PrivateFeed, end: str) -> None:
    address = at(own)
    assert status_of(address) == 200
    nothing = Client().get("/feeds/private/never-was-such-a-thing/atom.xml")

    ENDS[end](own)
    answer = Client().get(address)

    assert answer.status_code == nothing.status_code == 404
    hidden = re.compile(rb'nonce="[^"]+"|/feeds/private/[^/]+|%2Ffeeds%2Fprivate%2F[^%]+')
    assert hidden.sub(b"", answer.content) == hidden.sub(b"", nothing.content)
    of_its_own = ("Content-Security-Policy", "X-Request-Id")
    assert {name: text for name, text in answer.items() if name not in of_its_own} == {
        name: nothing.headers[name] if name != "Content-Length" else text
        for name, text in answer.items()
        if name not in of_its_own
    }


def test_unpublished_is_gone_at_once(published: Post, own: PrivateFeed, admin: User) -> None:
    before = Client().get(at(own)).headers["ETag"]

    published.unpublish(by=admin)

    assert Client().get(at(own), headers={"If-None-Match": before}).status_code == 200
    assert items_of(at(own)) == []


def test_pictures_in_it_open_by_themselves_and_open_no_more_than_they_show(everything: Post, own: PrivateFeed) -> None:
    (item,) = items_of(at(own))
    addresses = set(re.findall(r'src="http://localhost:8000(/[^"]+)"', item["html"]))

    assert len(addresses) == 1
    address = addresses.pop()
    assert own.token not in address
    shown = Client().get(address)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/webp")
    assert shown.headers["Cache-Control"] == "private, no-cache"
    shown.close()
    digest = Image.objects.get().digest
    assert status_of(f"/media/{digest}.webp") != 200
    assert status_of(address.replace(digest, "0" * 64)) == 404
    assert status_of(re.sub(r"-[0-9a-f]{32}/", f"-{'0' * 32}/", address)) == 404

    own.delete()
    assert status_of(address) == 404


def test_a_picture_goes_with_its_post(everything: Post, own: PrivateFeed, admin: User) -> None:
    (item,) = items_of(at(own))
    address = re.findall(r'src="http://localhost:8000(/[^"]+)"', item["html"])[0]

    everything.unpublish(by=admin)

    assert status_of(address) == 404


def test_its_owner_gets_it_sees_its_use_and_ends_it(published: Post, reader: User) -> None:
    browser = signed_in(reader)
    assert "Get your feed address" in browser.get("/account/feeds").content.decode()

    page = browser.post("/account/feeds/renew", follow=True).content.decode()
    address = re.findall(r'value="http://localhost:8000(/feeds/private/[^"]+)"', page)[1]
    assert "not used yet" in page
    assert Client().get(address, headers={"User-Agent": "Leaf/2.1 (macOS; https://leaf.example)"}).status_code == 200
    page = browser.get("/account/feeds").content.decode()
    assert "by Leaf/2.1" in page
    assert address in page
    assert address.rpartition("/")[0] in browser.get("/feeds").content.decode()

    browser.post("/account/feeds/revoke")
    assert status_of(address) == 404
    assert address not in browser.get("/account/feeds").content.decode()


def test_the_page_says_why_it_is_over(reader: User, own: PrivateFeed) -> None:
    hour_ago = timezone.now() - timedelta(hours=1)
    PrivateFeed.objects.update(made_at=hour_ago)
    User.objects.filter(pk=reader.pk).update(tokens_not_before=hour_ago + timedelta(minutes=30))

    page = signed_in(reader).get("/account/feeds").content.decode()

    assert "signed out everywhere since" in page
    assert own.token not in page


def test_strangers_and_programs_get_none(reader: User) -> None:
    assert Client().get("/account/feeds").status_code == 302
    assert Client().post("/account/feeds/renew").status_code in (302, 403)
    assert Client().post("/account/feeds/renew", headers=bearer(reader)).status_code == 403
    assert signed_in(reader).get("/account/feeds/renew").status_code == 405
    assert signed_in(reader, enforce_csrf_checks=True).post("/account/feeds/revoke").status_code == 403
    assert signed_in(reader).post("/account/feeds/revoke").status_code == 404
    assert not PrivateFeed.objects.exists()


def test_the_token_is_nowhere_to_be_read(own: PrivateFeed, published: Post, caplog: pytest.LogCaptureFixture) -> None:
    stored = PrivateFeed.objects.values().get()
    assert own.token not in str(stored)

    lines = []
    for address in (at(own), f"/feeds/pictures/{own.pk}-{own.seal_of('x')}/x.webp"):
        record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: %s", (address,), None)
        lines.append(message_of(record))
    assert lines == ["Not Found: /feeds/private/…/atom.xml", "Not Found: /feeds/pictures/…/x.webp"]


def test_it_can_be_tried_only_so_often(own: PrivateFeed, settings: SimpleNamespace) -> None:
    settings.FEED_LIMIT = (2, 86400)

    answers = [Client().get(f"/feeds/private/{number}/rss.xml") for number in range(3)]

    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert answers[-1].headers["Retry-After"]


def test_it_is_in_what_we_keep_of_somebody_without_its_secret(own: PrivateFeed, reader: User) -> None:
    Client().get(at(own), headers={"User-Agent": "Leaf/2.1"})

    kept = signed_in(reader).get("/account/data").json()["private_feed"]

    assert kept["last_used_by"] == "Leaf/2.1"
    assert set(kept) == {"made_at", "last_used_at", "last_used_by"}
