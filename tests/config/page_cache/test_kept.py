"""That what is kept has a name here which it has there, too."""

from multiprocessing import get_context

import pytest
from django.middleware import csrf
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH
from django.urls import resolve
from django.utils import timezone

from accounts.audience import VISITORS, Audience
from accounts.roles import Role
from config.page_cache.compression import is_accepted
from config.page_cache.copies import Answer, Copy, Store
from config.page_cache.kept import KEPT, Page
from config.page_cache.own import masked

PATHS = (
    *("/", "/tags", "/tags/a", "/authors", "/authors/a", "/series", "/series/a", "/archive", "/archive/2026"),
    *("/archive/2026/11", "/posts/a", "/posts/a.md", "/sitemap.xml", "/sitemap-posts-1.xml"),
    *(f"{at}feeds/{file}" for at in ("/", "/tags/a/", "/authors/a/", "/series/a/") for file in ("rss.xml", "atom.xml")),
    *(f"{at}feeds/feed.json" for at in ("/", "/tags/a/", "/authors/a/", "/series/a/")),
    *("/api/posts/retrieve", "/api/posts/1", "/desk"),
)


def test_every_rule_is_for_an_address_that_there_is() -> None:
    assert {resolve(path).view_name for path in PATHS} == set(KEPT)


@pytest.mark.parametrize(
    "path", ["/search", "/desk/drafts", "/account", "/feeds", "/about", "/feeds/private/x/feeds/rss.xml"]
)
def test_other_pages_are_not_kept(path: str) -> None:
    assert Page.asked_for({"PATH_INFO": path}, {}) is None


def test_each_audience_has_a_page_of_its_own() -> None:
    page = Page.asked_for({"PATH_INFO": "/"}, {})
    assert page is not None
    audiences = [VISITORS, *(Audience(frozenset(roles)) for roles in ([], [Role.EDITOR], [Role.ADMIN], list(Role)))]
    audiences.append(Audience(frozenset([Role.EDITOR]), pk=7))

    assert len({page.key({"PATH_INFO": "/"}, audience) for audience in audiences}) == 6


def test_a_long_address_or_query_is_left_to_django() -> None:
    assert Page.asked_for({"PATH_INFO": "/tags/" + "a" * 400}, {}) is None
    assert Page.asked_for({"PATH_INFO": "/", "QUERY_STRING": "page=" + "1" * 400}, {}) is None


def test_a_masked_secret_is_a_token_that_django_takes() -> None:
    secret = CSRF_ALLOWED_CHARS[-CSRF_SECRET_LENGTH:]

    tokens = {masked(secret).decode() for _ in range(50)}

    assert len(tokens) == 50
    assert all(csrf._does_token_match(token, secret) for token in tokens)  # type: ignore[attr-defined]  # Private.


def test_no_two_processes_have_a_mask_in_common() -> None:
    secret = CSRF_ALLOWED_CHARS[:CSRF_SECRET_LENGTH]
    masked(secret)  # This one has others in store.

    with get_context("fork").Pool(1) as forked:
        theirs = forked.map(masked, [secret] * 200)

    assert {masked(secret) for _ in range(200)}.isdisjoint(theirs)


@pytest.mark.parametrize(
    ("header", "is_ours"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
    ],
)
def test_what_a_browser_takes_is_read_from_its_header(header: str, *, is_ours: bool) -> None:
    assert is_accepted(header) == is_ours


def test_a_store_holds_no_more_than_it_may() -> None:
    store = Store(most_bytes=100_000)
    answer = Answer("200 OK", [("Content-Type", "image/png")], b"x" * 10_000)

    for number in range(100):
        store.put((str(number),), Copy.of(answer, "v", timezone.now()))

    assert store.bytes_held <= 100_000
    assert 5 <= len(store) <= 10


@pytest.mark.parametrize("header", [("Set-Cookie", "a=b"), ("Content-Security-Policy", "script-src 'nonce-x'")])
def test_what_is_for_one_person_alone_is_not_kept(header: tuple[str, str]) -> None:
    assert not Answer("200 OK", [header], b"").may_be_kept
    assert Answer("200 OK", [("Content-Type", "text/html")], b"").may_be_kept
