"""The hub hears of what readers see anew, once it is so, and of nothing else."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import httpx
import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from blog import worker
from blog.feeds import hub
from blog.leaving import let_go
from blog.models import Author, HubPing, Post, Tag, tag_keeping
from tests.blog.feeds.hub_server import HubServer, hub_server
from tests.blog.feeds.reading import SITE, links_of
from tests.blog.posts import post_in
from tests.blog.views.test_browsing import publish

REAL_NETWORK = httpx.HTTPTransport.handle_request


@pytest.fixture(autouse=True)
def server(
    settings: SimpleNamespace, public: None, network: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[HubServer]:
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", REAL_NETWORK)
    with hub_server() as server:
        settings.WEBSUB_HUB = server.url
        yield server


def feeds_of(*paths: str) -> set[str]:
    return {
        f"http://localhost:8000{path}feeds/{file}" for path in paths for file in ("rss.xml", "atom.xml", "feed.json")
    }


def later(ping: HubPing) -> None:
    HubPing.objects.filter(pk=ping.pk).update(due_at=timezone.now())


OF_THE_POST = feeds_of("/", "/tags/craft/", "/authors/ed-editor/")


def test_the_hub_is_told_of_every_feed_that_a_post_comes_into(published: Post, server: HubServer) -> None:
    assert server.topics == []

    hub.tell()
    hub.tell()

    assert sorted(server.topics) == sorted(OF_THE_POST)
    assert not HubPing.objects.exists()


def test_the_hub_is_told_of_what_is_unpublished_and_of_a_tag_taken_away(
    published: Post, editor: User, admin: User, server: HubServer
) -> None:
    published.edit(by=editor, version=published.version, title="On proofs", body="Other words.", tags=["type"])
    published.submit(by=editor)
    hub.tell()
    server.topics.clear()

    published.publish(by=admin, revision=2)
    hub.tell()
    assert set(server.topics) == OF_THE_POST | feeds_of("/tags/type/")

    server.topics.clear()
    published.unpublish(by=admin)
    hub.tell()
    assert set(server.topics) == OF_THE_POST | feeds_of("/tags/type/")


@pytest.mark.parametrize("state", ["draft", "in_review", "scheduled", "archived", "taken-down"])
def test_what_readers_do_not_see_is_nothing_to_tell(editor: User, admin: User, server: HubServer, state: str) -> None:
    post_in(state, editor, admin)
    topics = {str(ping) for ping in HubPing.objects.all()}

    assert topics <= ({"site"} if state == "taken-down" else set())


def test_the_hub_is_told_of_what_is_found_at_another_address(published: Post, admin: User, server: HubServer) -> None:
    hub.tell()
    server.topics.clear()

    published.readdress(by=admin, to="elsewhere")
    hub.tell()

    assert set(server.topics) == OF_THE_POST


def test_another_address_of_what_nobody_sees_is_nothing_to_tell(
    published: Post, admin: User, server: HubServer
) -> None:
    published.unpublish(by=admin)
    hub.tell()

    published.readdress(by=admin, to="elsewhere")

    assert not HubPing.objects.exists()


def test_the_hub_is_told_where_a_tag_is_now(published: Post, editor: User, admin: User, server: HubServer) -> None:
    other = publish(editor, admin, "Other", tags=["print"])
    tag = tag_keeping.rename(Tag.objects.get(slug="craft"), by=admin, to="Trade")  # While the hub is still to be told.
    hub.tell()
    assert feeds_of("/tags/trade/") <= set(server.topics)
    assert not feeds_of("/tags/craft/") & set(server.topics)
    server.topics.clear()

    tag = tag_keeping.rename(tag, by=admin, to="Work")
    hub.tell()
    assert set(server.topics) == feeds_of("/", "/tags/work/", "/authors/ed-editor/")
    server.topics.clear()

    tag_keeping.merge(tag, by=admin, into=Tag.objects.get(slug="print"))
    hub.tell()
    assert set(server.topics) == feeds_of("/", "/tags/print/", "/authors/ed-editor/")
    assert not HubPing.objects.exists()
    assert other.is_live


def test_the_hub_is_told_where_an_author_is_now(published: Post, editor: User, server: HubServer) -> None:
    hub.tell()
    server.topics.clear()
    author = Author.objects.get(user=editor)

    author.describe(by=editor, handle=author.slug, bio="I write.", website="")
    assert not HubPing.objects.exists()
    author.describe(by=editor, handle="ed", bio="I write.", website="")
    hub.tell()

    assert set(server.topics) == feeds_of("/", "/tags/craft/", "/authors/ed/")


def test_what_has_no_feed_any_more_is_nothing_to_tell(published: Post, editor: User, server: HubServer) -> None:
    let_go(editor, keeps_posts=True)

    hub.tell()
    hub.tell()

    assert set(server.topics) == feeds_of("/", "/tags/craft/")
    assert not HubPing.objects.exists()


def test_a_schedule_that_comes_due_is_told_by_the_worker_alone(
    editor: User, admin: User, server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = post_in("scheduled", editor, admin)
    assert post.scheduled_at is not None
    now = post.scheduled_at + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: now)

    for chore in worker.CHORES.values():
        chore()

    assert set(server.topics) == OF_THE_POST


def test_nothing_is_told_of_what_was_rolled_back(submitted: Post, admin: User, server: HubServer) -> None:
    with transaction.atomic():
        submitted.publish(by=admin, revision=1)
        transaction.set_rollback(True)

    hub.tell()

    assert server.asked == 0


def test_a_hub_in_trouble_is_asked_again_after_ever_longer_pauses(published: Post, server: HubServer) -> None:
    server.status = 503
    hub.tell()
    hub.tell()
    assert server.asked <= 2  # One ping each, and none for the rest of what is due.

    pauses = []
    ping = HubPing.objects.get(kind="site")
    HubPing.objects.exclude(pk=ping.pk).delete()
    for _ in range(4):
        later(ping)
        hub.tell()
        ping.refresh_from_db()
        pauses.append(round((ping.due_at - timezone.now()).total_seconds() / 60))
    assert pauses == sorted(set(pauses))

    server.status = 204
    later(ping)
    hub.tell()
    assert set(server.topics) == feeds_of("/")
    assert not HubPing.objects.exists()


def test_a_hub_that_is_gone_for_a_day_is_told_no_more(published: Post, server: HubServer) -> None:
    server.status = 500
    HubPing.objects.update(asked_at=timezone.now() - timedelta(days=1))

    for _ in range(5):
        hub.tell()

    assert not HubPing.objects.exists()


def test_what_another_worker_has_in_hand_is_left_to_it(published: Post, server: HubServer) -> None:
    for ping in HubPing.objects.all():
        assert ping.claim()
        assert not HubPing(pk=ping.pk, asked_at=ping.asked_at, due_at=timezone.now()).claim()

    hub.tell()

    assert server.asked == 0


def test_a_change_while_the_hub_is_told_is_told_again(published: Post, server: HubServer) -> None:
    (ping,) = HubPing.objects.filter(kind="site")
    HubPing.objects.ask_for("site")

    ping.is_told()

    assert HubPing.objects.filter(kind="site").exists()


def test_a_site_for_members_tells_no_hub(
    submitted: Post, admin: User, settings: SimpleNamespace, server: HubServer
) -> None:
    settings.VISIBILITY = "members"

    submitted.publish(by=admin, revision=1)
    hub.tell()

    assert server.asked == 0
    assert not HubPing.objects.exists()


@pytest.mark.parametrize("address", SITE)
def test_feeds_name_their_hub(published: Post, server: HubServer, address: str) -> None:
    answer = Client().get(address)

    links = httpx.Response(200, headers={"Link": answer.headers["Link"]}).links
    assert links["hub"]["url"] == server.url
    assert links["self"]["url"] == f"http://localhost:8000{address}"
    if address.endswith(".json"):
        assert answer.json()["hubs"] == [{"type": "WebSub", "url": server.url}]
    else:
        assert links_of(address)["hub"] == server.url
