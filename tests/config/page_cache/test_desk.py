"""That a desk that is kept for a moment is the desk, of one person, and as it is."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from blog.models import Post
from tests.blog.posts import STATES, post_in

from .conftest import Site, without_tokens

# Sealed, or the asker's own.
NEVER_CHANGE = {"blog_revision", "blog_siteversion"}
NOTED = {
    "blog_post",
    "blog_historyentry",
    "blog_notification",
    "accounts_user",
    "accounts_session",
    "accounts_teamentry",
}
Done = Callable[[Post, User, User], object]
DONE: dict[str, Done] = {
    "saved": lambda post, editor, admin: post.edit(by=editor, version=post.version, title="Anew", body="B", tags=[]),
    "submitted": lambda post, editor, admin: post.submit(by=editor),
    "begun": lambda post, editor, admin: post_in("draft", editor, admin, title="Another"),
    "renamed": lambda post, editor, admin: User.objects.filter(pk=editor.pk).update(name="Edda Anew"),
    "closed": lambda post, editor, admin: User.objects.filter(pk=editor.pk).update(is_disabled=True),
}


@pytest.mark.parametrize("name", ["editor", "other_editor", "admin", "editor_and_admin"])
def test_everybody_gets_the_desk_that_django_makes(
    name: str, site: Site, editor: User, admin: User, request: pytest.FixtureRequest
) -> None:
    for number, state in enumerate(STATES):
        post_in(state, editor, admin, title=f"Post {number}")
    user = request.getfixturevalue(name)
    straight, browser = site.browser_of(user, past_cache=True), site.browser_of(user)

    first, kept, made = browser.get("/desk"), browser.get("/desk"), straight.get("/desk")

    assert [answer.status_code for answer in (first, kept, made)] == [200, 200, 200]
    assert without_tokens(kept.text) == without_tokens(first.text) == without_tokens(made.text)
    assert kept.headers["Cache-Control"] == made.headers["Cache-Control"] == "private, no-store"
    assert len(site.made) == 1


@pytest.mark.parametrize("what", DONE)
def test_what_is_done_is_on_every_desk_at_once(what: str, site: Site, draft: Post, editor: User, admin: User) -> None:
    browsers = [site.browser_of(user) for user in (editor, admin)]
    for browser in browsers:
        browser.get("/desk")
    site.made.clear()

    DONE[what](draft, editor, admin)
    for browser in browsers:
        browser.get("/desk")

    assert len([path for path in site.made if path == "/desk"]) >= 2


def test_nobody_gets_the_desk_of_somebody_else(site: Site, draft: Post, editor: User, other_editor: User) -> None:
    desks = [site.browser_of(user).get("/desk").text for user in (editor, other_editor, editor)]

    assert [draft.title in desk for desk in desks] == [True, False, True]


def test_readers_have_none(site: Site, reader: User, editor: User) -> None:
    site.browser_of(editor).get("/desk")

    assert site.browser_of(reader).get("/desk").status_code == 403


def test_how_long_ago_it_was_is_told_anew(site: Site, editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = site.browser_of(editor)
    browser.get("/desk")
    site.made.clear()
    now = timezone.now()

    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=21))
    browser.get("/desk")

    assert site.made == ["/desk"]


def test_a_change_of_all_that_a_desk_reads_is_noted(site: Site, editor: User, admin: User) -> None:
    for number, state in enumerate(STATES):
        post_in(state, editor, admin, title=f"Post {number}")
    browsers = [site.browser_of(user) for user in (editor, admin)]

    with CaptureQueriesContext(connection) as queries:
        for browser in browsers:
            browser.get("/desk")

    asked = " ".join(query["sql"] for query in queries)
    tables = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', asked))
    assert "blog_post" in tables
    assert tables <= NOTED | NEVER_CHANGE
    assert set(re.findall(r'"accounts_user"\."(\w+)"', asked)) <= {"id", "subject", "name", "left_at", "is_disabled"}
