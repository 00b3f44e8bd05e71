"""That a kept page is the page, for everybody, and for no longer than it is true."""

from datetime import timedelta

import httpx
import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone
from pytest_django import Settings

from accounts import sessions
from accounts.models import Session, User
from blog.models import Post, Tag, tag_keeping
from blog.views import reading
from config.page_cache import asking, own

from .conftest import Site, without_tokens

POST = "/posts/on-proofs"
PAGES = (
    *("/", "/?page=1", "/tags", "/tags/craft", "/authors", "/authors/ed-editor", "/archive", POST, f"{POST}.md"),
    *("/feeds/rss.xml", "/feeds/atom.xml", "/feeds/feed.json", "/tags/craft/feeds/rss.xml", "/posts/missing"),
    *("/api/posts/retrieve", "/api/posts/retrieve?limit=20", "/sitemap.xml", "/sitemap-posts-1.xml", "/TAGS/"),
)


@pytest.mark.parametrize("name", ["reader", "editor", "other_editor", "admin", "visitor"])
@pytest.mark.usefixtures("published", "public")
def test_everybody_gets_the_page_that_django_makes(name: str, site: Site, request: pytest.FixtureRequest) -> None:
    user = None if name == "visitor" else request.getfixturevalue(name)
    browser, straight = site.browser_of(user), site.browser_of(user, past_cache=True)

    for path in PAGES:
        first, kept, made = browser.get(path), browser.get(path), straight.get(path)

        assert kept.status_code == first.status_code == made.status_code, path
        assert without_tokens(kept.text) == without_tokens(first.text) == without_tokens(made.text), path
        assert told(kept) == told(made), path


def told(answer: httpx.Response) -> dict[str, str]:
    # Django lengthens the life of the forms' cookie with each page it makes.
    not_compared = ("content-length", "content-encoding", "vary", "set-cookie", "x-request-id")
    return {name: value for name, value in answer.headers.items() if name not in not_compared}


@pytest.mark.usefixtures("published", "public")
def test_a_kept_page_is_made_once(site: Site, reader: User, other_editor: User) -> None:
    for browser in (site.browser_of(reader), site.browser_of(None), site.browser_of(other_editor)):
        site.made.clear()

        assert [browser.get(POST).status_code for _ in range(3)] == [200, 200, 200]
        assert site.made == [POST]


@pytest.mark.usefixtures("published")
def test_nobody_gets_what_is_somebody_elses(site: Site, sign_up: object, reader: User, editor: User) -> None:
    other = sign_up("Rob Reader")  # type: ignore[operator]
    site.browser_of(reader).get(POST)

    page = site.browser_of(other).get(POST).text

    assert site.made == []
    assert "Rob Reader" in page
    assert "Rita Reader" not in page


@pytest.mark.usefixtures("published")
def test_only_its_author_is_led_from_a_kept_post_to_the_desk(site: Site, editor: User, other_editor: User) -> None:
    pages = [site.browser_of(user).get(POST).text for user in (editor, other_editor, editor)]

    assert ["Open on the desk" in page for page in pages] == [True, False, True]
    assert site.made == []


@pytest.mark.usefixtures("public")
def test_what_is_unpublished_is_gone_at_once(site: Site, published: Post, reader: User, admin: User) -> None:
    browsers = [site.browser_of(reader), site.browser_of(None)]
    for browser in browsers:
        assert (browser.get(POST).status_code, "On proofs" in browser.get("/").text) == (200, True)

    published.unpublish(by=admin)

    for browser in browsers:
        assert (browser.get(POST).status_code, "On proofs" in browser.get("/").text) == (404, False)


def test_what_the_clock_ends_is_gone_in_its_minute(
    site: Site, published: Post, reader: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    published.unpublish_later(by=admin, at=now + timedelta(minutes=2))
    browser = site.browser_of(reader)
    assert browser.get(POST).status_code == 200

    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=2))

    assert browser.get(POST).status_code == 404


def test_what_the_clock_starts_is_there_in_its_minute(
    site: Site, submitted: Post, reader: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    submitted.schedule(by=admin, revision=1, at=now + timedelta(minutes=2))
    browser = site.browser_of(reader)
    assert "On proofs" not in browser.get("/").text

    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=2))

    assert "On proofs" in browser.get("/").text


@pytest.mark.usefixtures("published")
def test_who_signs_out_gets_nothing_more(site: Site, reader: User) -> None:
    browser = site.browser_of(reader)
    assert browser.get(POST).status_code == 200

    sessions.end_all_of(reader)

    assert browser.get(POST).status_code == 302


@pytest.mark.usefixtures("published")
def test_a_role_that_is_taken_is_taken_from_kept_pages_too(site: Site, admin: User) -> None:
    browser = site.browser_of(admin)
    assert "Open on the desk" in browser.get(POST).text

    User.objects.filter(pk=admin.pk).update(known_roles=[], roles_known_at=timezone.now() + timedelta(seconds=1))

    assert "Open on the desk" not in browser.get(POST).text


@pytest.mark.usefixtures("published")
def test_a_session_near_its_end_is_looked_at_by_django(site: Site, reader: User) -> None:
    browser = site.browser_of(reader)
    browser.get(POST)
    Session.objects.update(is_key_outdated=True)

    answer = browser.get(POST)

    assert settings.SESSION_COOKIE_NAME in answer.cookies  # It has another key now.


@pytest.mark.usefixtures("public")
def test_a_renamed_tag_is_renamed_everywhere_at_once(site: Site, published: Post, admin: User) -> None:
    browser = site.browser_of(None)
    browser.get(POST)

    tag_keeping.rename(Tag.objects.get(), by=admin, to="Trade")

    assert "Trade" in browser.get(POST).text


@pytest.mark.usefixtures("published", "public")
def test_a_visitor_who_has_the_page_is_told_so_without_django(site: Site) -> None:
    browser = site.browser_of(None)
    first = browser.get(POST)
    site.made.clear()

    again = browser.get(POST, headers={"If-None-Match": f'"other", {first.headers["ETag"]}'})

    assert (again.status_code, again.content, site.made) == (304, b"", [])
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Content-Type" not in again.headers


@pytest.mark.usefixtures("published", "public")
@pytest.mark.parametrize("name", ["reader", "visitor"])
def test_what_is_sent_compressed_is_the_same(name: str, site: Site, request: pytest.FixtureRequest) -> None:
    user = None if name == "visitor" else request.getfixturevalue(name)
    browser = site.browser_of(user)
    browser.get(POST)

    packed = browser.get(POST, headers={"Accept-Encoding": "br, gzip"})
    plain = browser.get(POST, headers={"Accept-Encoding": "gzip;q=0"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert without_tokens(packed.text) == without_tokens(plain.text)


@pytest.mark.usefixtures("published", "public")
def test_the_form_of_a_kept_page_works(site: Site, reader: User) -> None:
    browser = site.browser_of(reader)
    browser.get(POST)
    token = browser.get(POST).text.partition('name="csrfmiddlewaretoken" value="')[2][:64]
    origin = {"Origin": settings.SITE_URL}

    refused = browser.post("/sign-out", data={"csrfmiddlewaretoken": "b" * 63 + "c"}, headers=origin)
    done = browser.post("/sign-out", data={"csrfmiddlewaretoken": token}, headers=origin)

    assert (refused.status_code, done.status_code) == (403, 302)


@pytest.mark.usefixtures("published", "public")
@pytest.mark.parametrize(
    "asked",
    [
        {"headers": {"Cookie": "messages=x"}},
        {"headers": {"Authorization": "Bearer x"}},
        {"headers": {"Cookie": f"{settings.SESSION_COOKIE_NAME}=nobodys"}},
        {"params": {"page": ["1", "2"]}},
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_django(asked: dict[str, object], site: Site) -> None:
    browser = site.browser_of(None)
    browser.get("/")
    site.made.clear()

    browser.get("/", **asked)  # type: ignore[arg-type]

    assert site.made == ["/"]


@pytest.mark.usefixtures("published", "public")
def test_what_a_page_does_not_depend_on_makes_no_other_page(site: Site) -> None:
    browser = site.browser_of(None)
    browser.get("/")
    site.made.clear()

    answer = browser.get("/", params={"utm_source": "letter"}, headers={"Cookie": "seen=1"})

    assert (answer.status_code, site.made) == (200, [])


@pytest.mark.usefixtures("published", "public")
def test_another_host_is_refused_as_before(site: Site) -> None:
    browser = site.browser_of(None)
    browser.get("/")

    assert browser.get("/", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.usefixtures("published")
def test_a_site_for_members_keeps_nothing_from_visitors(site: Site, reader: User) -> None:
    site.browser_of(reader).get(POST)

    answer = site.browser_of(None).get(POST)

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/sign-in?next={POST.replace('/', '%2F')}")


@pytest.mark.usefixtures("published", "public")
def test_the_list_of_programs_has_everybodys_own_drafts_as_they_are(
    site: Site, editor: User, other_editor: User, admin: User
) -> None:
    own, others, admins = (site.browser_of(user) for user in (editor, other_editor, admin))
    for browser in (own, others, admins):
        browser.get("/api/posts/retrieve")

    post = Post.objects.write(by=editor, title="Not yet", body="A draft.")
    first = ["Not yet" in browser.get("/api/posts/retrieve").text for browser in (own, others, admins)]
    post.edit(by=editor, version=post.version, title="Nearly", body="A draft.", tags=[])
    second = ["Nearly" in browser.get("/api/posts/retrieve").text for browser in (own, others, admins)]
    site.made.clear()
    again = ["Nearly" in browser.get("/api/posts/retrieve").text for browser in (own, others, admins)]

    assert first == second == again == [True, False, True]
    assert site.made == []


@pytest.mark.usefixtures("published", "public")
def test_a_page_that_was_begun_before_a_change_is_not_shown_after_it(
    site: Site, published: Post, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = site.browser_of(None)
    make = site.cache._made

    def overtaken(*asked: object) -> object:
        answer = make(*asked)  # type: ignore[arg-type]
        published.unpublish(by=admin)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(site.cache, "_made", overtaken)
        browser.get(POST)

    assert browser.get(POST).status_code == 404


def test_one_query_says_who_asks_and_what_is_new(
    site: Site, published: Post, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = site.browser_of(reader)
    browser.get(POST)
    site.made.clear()
    asked: list[str] = []
    ask = asking._row

    def counted(sql: str, parameters: tuple[str, ...]) -> object:
        asked.append(sql)
        return ask(sql, parameters)

    monkeypatch.setattr(asking, "_row", counted)

    assert browser.get(POST).status_code == 200
    assert len(asked) == 1
    assert site.made == []


def test_where_the_database_does_not_answer_django_says_so(site: Site, reader: User, published: Post) -> None:
    browser = site.browser_of(reader)
    browser.get(POST)
    site.made.clear()

    def gone(*asked: object) -> None:
        raise OperationalError("gone")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "_row", gone)

        answer: httpx.Response = browser.get(POST)

    assert (answer.status_code, site.made) == (200, [POST])


@pytest.mark.usefixtures("public", "published")
def test_a_page_that_cannot_be_made_tells_the_number_that_the_log_has(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*asked: object, **given: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(reading, "furniture_of", fail)

    answer = site.browser_of(None).get(POST)

    assert answer.status_code == 500
    assert f"<code>{answer.headers['X-Request-Id']}</code>" in answer.text


def test_what_is_ones_own_is_shown_as_it_is_now(reader: User, settings: Settings) -> None:
    (engine,) = settings.TEMPLATES
    mine = ("django.template.loaders.locmem.Loader", {"mine.html": "{{ person.picture }}"})
    settings.TEMPLATES = [engine | {"APP_DIRS": False, "OPTIONS": {**engine["OPTIONS"], "loaders": [mine]}}]
    seen = []
    for picture in ("one", "two"):
        reader.picture = picture
        seen.append(own.own_part("mine.html", "", reader, 0, "x" * 32).decode())

    assert seen == ["one", "two"]
