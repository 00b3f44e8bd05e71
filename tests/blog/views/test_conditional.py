"""Pages that answer “nothing has changed”: rightly, and before they are made."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.http import PersonRequest, with_person
from accounts.models import Person, User, Visitor
from blog.models import Post
from blog.views import conditional
from tests.blog.posts import post_in

Ask = Any


@pytest.fixture
def ask() -> Ask:
    """Return a function that asks for a page made of something, as somebody, with these headers and cookies."""

    def ask(
        made_of: object, person: Person | None = None, *, cookies: dict[str, str] | None = None, **headers: str
    ) -> HttpResponse:
        request: PersonRequest = with_person(RequestFactory(headers=headers).get("/"))
        request.user, request.is_bearer, request.session = person or Visitor(), False, None
        request.COOKIES = cookies or {}
        return conditional.page(request, "403.html", {"reason": f"{made_of}"}, made_of=[made_of])

    return ask


def test_who_has_the_page_gets_no_page(ask: Ask) -> None:
    first = ask("a")
    again = ask("a", **{"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "public, no-cache"


def test_what_has_changed_is_sent(ask: Ask) -> None:
    tag = ask("a").headers["ETag"]

    assert ask("b", **{"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("cookie", ["theme", "csrf", "something"])
def test_a_cookie_may_make_another_page(ask: Ask, cookie: str) -> None:
    tag = ask("a").headers["ETag"]

    assert ask("a", cookies={cookie: "x"}, **{"If-None-Match": tag}).status_code == 200


def test_what_members_get_is_not_to_be_had_by_its_name(ask: Ask, reader: User) -> None:
    cookies = {"csrf": "x"}
    tag = ask("a", cookies=cookies).headers["ETag"]
    page = ask("a", reader, cookies=cookies, **{"If-None-Match": tag})

    assert page.status_code == 200
    assert not {"ETag", "Cache-Control"} & set(page.headers)  # The rest says accounts/middleware.py.


def test_a_message_is_shown_once(ask: Ask) -> None:
    tag = ask("a").headers["ETag"]
    with_message = ask("a", cookies={"messages": "x"}, **{"If-None-Match": tag})

    assert (with_message.status_code, with_message.headers.get("ETag")) == (200, None)


def test_other_settings_make_other_pages(ask: Ask, settings: SimpleNamespace, fresh_version: None) -> None:
    tag = ask("a").headers["ETag"]
    settings.SITE_NAME = "Another"
    conditional._version_of.cache_clear()

    assert ask("a", **{"If-None-Match": tag}).status_code == 200


@pytest.fixture
def fresh_version() -> Iterator[None]:
    yield
    conditional._version_of.cache_clear()


def test_a_page_is_never_named_for_what_may_hold_too_much(ask: Ask, published: Post) -> None:
    with pytest.raises(TypeError, match="Post is not plain"):
        ask(published)


def test_a_list_tells_nothing_of_the_next_draft(editor: User, admin: User) -> None:
    post = post_in("published", editor, admin)
    before = conditional.facts_of(post)
    post.edit(by=editor, version=post.version, title="Another", body="Another.", tags=[])

    assert conditional.facts_of(Post.objects.get(pk=post.pk)) == before
