"""That a kept page is Django's in all that goes with it, and until when it is."""

from datetime import UTC, datetime

import pytest
from django.test import RequestFactory, override_settings
from django.utils import timezone

from accounts.models import User
from blog.models import Post
from blog.sitemaps import POSTS_A_LIST

from .conftest import Site

POST = "/posts/on-proofs"


@pytest.mark.usefixtures("public")
def test_a_feed_has_its_new_archive_when_a_month_is_over(
    site: Site, published: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, straight = site.browser_of(None), site.browser_of(None, past_cache=True)
    kept.get("/feeds/atom.xml")
    now = timezone.now()
    next_month = datetime(now.year + now.month // 12, now.month % 12 + 1, 1, 12, tzinfo=UTC)

    monkeypatch.setattr(timezone, "now", lambda: next_month)

    assert 'rel="prev-archive"' in straight.get("/feeds/atom.xml").text
    assert kept.get("/feeds/atom.xml").text == straight.get("/feeds/atom.xml").text


@pytest.mark.usefixtures("published", "public")
@pytest.mark.parametrize("path", ["/feeds/atom.xml", f"{POST}.md"])
def test_a_member_who_has_it_is_told_so(path: str, site: Site, reader: User) -> None:
    kept, straight = site.browser_of(reader), site.browser_of(reader, past_cache=True)
    tag = straight.get(path).headers["ETag"]
    kept.get(path)
    has_it = {"If-None-Match": tag}

    assert straight.get(path, headers=has_it).status_code == 304
    assert kept.get(path, headers=has_it).status_code == 304


@pytest.mark.usefixtures("published", "public")
def test_what_a_visitor_asked_besides_goes_along_where_they_are_led(site: Site) -> None:
    kept, straight = site.browser_of(None), site.browser_of(None, past_cache=True)
    path = "/posts/ON-PROOFS?utm_source=letter"

    assert kept.get(path).headers["Location"] == straight.get(path).headers["Location"]


@pytest.mark.usefixtures("published", "public")
def test_a_stranger_cannot_have_one_page_kept_under_many_names(site: Site) -> None:
    browser = site.browser_of(None)

    for port in range(1000, 1020):
        browser.get(POST, headers={"Host": f"localhost:{port}", "X-Forwarded-Proto": f"x{port}"})

    assert len(site.cache.store) <= 1


@pytest.mark.usefixtures("published")
def test_a_session_cookie_is_read_as_django_reads_it(site: Site, reader: User) -> None:
    browser = site.browser_of(reader)
    browser.get(POST)
    environ = RequestFactory().get(POST).META | {
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": f"\xa0{browser.headers['Cookie']}",
    }
    told: list[str] = []

    site.cache(environ, lambda status, headers: told.append(status))

    assert told == ["302 Found"]


@pytest.mark.usefixtures("public")
@override_settings(SEARCH_ENGINES=True)
@pytest.mark.parametrize(
    "path", ["/sitemap.xml", "/sitemap-posts-{part}.xml", "/sitemap-tags.xml", "/series", "/archive/2026"]
)
def test_lists_for_search_engines_are_kept_as_django_makes_them(path: str, site: Site, published: Post) -> None:
    kept, straight = site.browser_of(None), site.browser_of(None, past_cache=True)
    path = path.format(part=published.pk // POSTS_A_LIST)
    kept.get(path)
    site.made.clear()

    answer = kept.get(path)

    assert (answer.status_code, answer.text, site.made) == (200, straight.get(path).text, [])


@pytest.mark.usefixtures("published", "public")
def test_what_is_not_there_is_looked_for_once(site: Site, reader: User) -> None:
    browser = site.browser_of(reader)
    browser.get("/posts/missing")
    site.made.clear()

    browser.get("/posts/missing")

    assert site.made == ["/posts/missing"]


@pytest.mark.usefixtures("published", "public")
def test_a_kept_page_has_a_number(site: Site) -> None:
    browser = site.browser_of(None)
    browser.get(POST)

    assert browser.get(POST).headers["X-Request-Id"]
