"""A blog that has moved here: its old addresses lead to its posts, where readers see them."""

from types import SimpleNamespace

import pytest
from django.test import Client

from accounts.models import User
from blog.importing import Outcome, bring_in
from blog.importing.feed import Entry, Feed
from blog.models import FormerAddress, Post
from tests.blog.views.test_browsing import told
from tests.conftest import signed_in

OLD = "https://blog.example.org"


@pytest.fixture(autouse=True)
def moved(settings: SimpleNamespace) -> None:
    settings.OLD_SITE_HOSTS = ["blog.example.org"]


@pytest.fixture(params=["member", "visitor"])
def browser(request: pytest.FixtureRequest, reader: User, settings: SimpleNamespace) -> Client:
    settings.VISIBILITY = "members" if request.param == "member" else "public"
    return signed_in(reader) if request.param == "member" else Client()


def brought_in(by: User, *links: str) -> list[Outcome]:
    entries = [
        Entry(
            source_id=f"urn:{link[:400]}", title="On proofs", html="<p>Words.</p>", link=link, base=link, dated_at=None
        )
        for link in links
    ]
    return list(bring_in(Feed(entries), by=by))


def published(outcome: Outcome, by: User, admin: User) -> Post:
    assert outcome.post is not None
    outcome.post.submit(by=by)
    outcome.post.publish(by=admin, revision=1)
    return outcome.post


def test_an_old_address_leads_to_the_post_in_one_step(browser: Client, editor: User, admin: User) -> None:
    outcome, other = brought_in(editor, f"{OLD}/2019/05/On-Proofs.html?utm=1", f"{OLD}/posts/older-words/")
    published(outcome, editor, admin)
    published(other, editor, admin).readdress(by=admin, to="newer-words")

    for path in ("/2019/05/On-Proofs.html", "/2019/05/on-proofs.html", "/2019/05/On-Proofs.html/?a=1"):
        assert told(browser, path) == (301, "/posts/on-proofs"), path
    assert told(browser, "/posts/older-words") == told(browser, "/posts/Older-Words/") == (301, "/posts/newer-words")
    assert [post.canonical_url for post in Post.objects.all()] == ["", ""]


def test_an_old_address_of_what_readers_do_not_see_is_not_there(browser: Client, editor: User, admin: User) -> None:
    (outcome,) = brought_in(editor, f"{OLD}/2019/05/on-proofs")

    assert told(browser, "/2019/05/on-proofs") == told(browser, "/2019/05/on-nothing") == (404, "")
    published(outcome, editor, admin).unpublish(by=admin)
    assert told(browser, "/2019/05/on-proofs") == (404, "")


def test_a_blog_that_goes_on_elsewhere_keeps_its_addresses(
    browser: Client, editor: User, admin: User, settings: SimpleNamespace
) -> None:
    settings.OLD_SITE_HOSTS = []
    (outcome,) = brought_in(editor, f"{OLD}/2019/05/on-proofs")
    post = published(outcome, editor, admin)

    assert told(browser, "/2019/05/on-proofs") == (404, "")
    assert post.canonical_url == f"{OLD}/2019/05/on-proofs"
    settings.OLD_SITE_HOSTS = ["blog.example.org"]
    brought_in(editor, f"{OLD}/2019/05/on-proofs")
    assert told(browser, "/2019/05/on-proofs") == (301, "/posts/on-proofs")


@pytest.mark.parametrize("link", ["", f"{OLD}/", "https://[", "https://elsewhere.example/a", f"{OLD}/{'a' * 501}"])
def test_what_is_no_address_of_the_old_blog_is_not_kept(editor: User, link: str) -> None:
    brought_in(editor, link)

    assert not FormerAddress.objects.exists()


def test_who_was_there_first_stays(browser: Client, editor: User, admin: User) -> None:
    first, second = brought_in(editor, f"{OLD}/a", f"{OLD}/A/")
    for outcome in (first, second):
        published(outcome, editor, admin)

    assert told(browser, "/a") == (301, "/posts/on-proofs")
