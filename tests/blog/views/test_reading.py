"""The pages readers see: what is live, in pieces of twenty, and nothing of what comes next."""

from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from blog.models import Post
from tests.blog.posts import STATES, post_in
from tests.blog.shelves import fill_shelf
from tests.conftest import signed_in


@pytest.fixture
def forty_five(editor: User, admin: User) -> list[str]:
    """Titles of forty-five published posts, newest first."""
    fill_shelf(45, editor, admin)
    return [f"Shelved {number:04}" for number in reversed(range(45))]


def titles(client: Client, path: str) -> list[str]:
    return [entry.revision.title for entry in client.get(path).context["entries"]]


def test_home_lists_what_is_live_newest_first(reader: User, editor: User, admin: User) -> None:
    for state in STATES:
        post_in(state, editor, admin, title=f"A {state}")

    assert titles(signed_in(reader), "/") == [
        "A in_review+live", "A draft+live", "A published+ending", "A published+planned", "A published",
    ]  # fmt: skip


def test_home_shows_everybody_the_same_posts(reader: User, editor: User, admin: User) -> None:
    for state in STATES:
        post_in(state, editor, admin, title=f"A {state}")

    assert titles(signed_in(reader), "/") == titles(signed_in(editor), "/") == titles(signed_in(admin), "/")


PAGES = [
    ("", 0, 20),
    ("?page=2", 20, 40),
    ("?page=3", 40, 45),
    ("?page=2&page=3", 40, 45),
    ("?utm_source=letter&page=2", 20, 40),
]
NO_PAGES = ("4", "0", "-1", "abc", "", "1.5", "%00", "01", "٢", "9" * 30)


def test_home_has_twenty_posts_a_page(forty_five: list[str], reader: User) -> None:
    browser = signed_in(reader)

    for query, first, last in PAGES:
        assert titles(browser, f"/{query}") == forty_five[first:last], query
    for number in NO_PAGES:
        assert browser.get(f"/?page={number}").status_code == 404, number


def test_the_first_page_has_no_number(forty_five: list[str], reader: User) -> None:
    browser = signed_in(reader)

    assert browser.get("/?page=1&q=a").headers["Location"] == "/?q=a"
    assert 'rel="prev" href="/"' in browser.get("/?page=2").content.decode()


def test_an_empty_home_says_what_comes_next(reader: User, editor: User) -> None:
    assert "Nothing is published yet" in signed_in(reader).get("/").content.decode()
    assert "Write the first post" in signed_in(editor).get("/").content.decode()


def test_a_post_shows_the_live_revision_and_not_the_next_draft(reader: User, editor: User, admin: User) -> None:
    post = post_in("draft+live", editor, admin)

    for person in (reader, editor, admin):
        page = signed_in(person).get(post.get_absolute_url()).content.decode()
        assert "<h1>On proofs</h1>" in page
        assert "Thrice" not in page


@pytest.mark.parametrize("state", ["draft", "in_review", "archived"])
def test_who_may_see_what_is_not_live_is_led_to_the_desk(state: str, editor: User, admin: User) -> None:
    post = post_in(state, editor, admin)

    for person in (editor, admin):
        assert signed_in(person).get(post.get_absolute_url()).headers["Location"] == f"/desk/posts/{post.pk}"


def test_the_tutorials_address_leads_to_the_one_that_reads_well(published: Post, reader: User) -> None:
    answer = signed_in(reader).get(f"/posts/{published.pk}")

    assert (answer.status_code, answer.headers["Location"]) == (301, "/posts/on-proofs")


def test_a_title_in_any_script_has_an_address_that_can_be_read(reader: User, editor: User, admin: User) -> None:
    post = post_in("published", editor, admin, title="Über das Korrekturlesen: 校正")
    client = signed_in(reader)
    encoded = "/posts/%C3%BCber-das-korrekturlesen-%E6%A0%A1%E6%AD%A3"

    led_to = client.get(f"/posts/{post.pk}")
    page = client.get(encoded)

    assert led_to.headers["Location"] == post.get_absolute_url() == encoded
    assert page.status_code == 200
    assert f'<link rel="canonical" href="http://localhost:8000{encoded}">' in page.content.decode()
    assert f'href="{encoded}"' in client.get("/").content.decode()
    decomposed = client.get("/posts/U%CC%88ber-das-Korrekturlesen-%E6%A0%A1%E6%AD%A3?a=1")
    assert (decomposed.status_code, decomposed.headers["Location"]) == (301, f"{encoded}?a=1")


def test_a_visitor_is_led_back_to_an_address_in_any_script(editor: User, admin: User) -> None:
    post = post_in("published", editor, admin, title="校正")

    location = Client().get(post.get_absolute_url()).headers["Location"]

    assert parse_qs(urlsplit(location).query)["next"] == [post.get_absolute_url()]


@pytest.mark.parametrize(
    "address",
    [
        "/posts/0",
        "/posts/%00",
        "/posts/%ff",
        "/posts/a%2Fb",
        "/posts/999",
        "/posts/" + "9" * 40,
        "/posts/nothing",
        "/posts/a b",
        "/x",
    ],
)
def test_an_address_of_nothing_is_not_found(reader: User, address: str) -> None:
    assert signed_in(reader).get(address).status_code == 404


def test_a_post_of_tomorrow_is_not_there_today(published: Post, reader: User, editor: User) -> None:
    Post.objects.filter(pk=published.pk).update(published_at=timezone.now() + timedelta(days=1))

    assert signed_in(reader).get(published.get_absolute_url()).status_code == 404
    assert signed_in(reader).get(f"/posts/{published.pk}").status_code == 404
    assert titles(signed_in(reader), "/") == titles(signed_in(editor), "/") == []


@pytest.mark.parametrize("path", ["/", "/posts/on-proofs", "/posts/{}"])
def test_a_site_for_members_asks_visitors_to_sign_in_and_brings_them_back(published: Post, path: str) -> None:
    path = path.format(published.pk)

    location = Client().get(path).headers["Location"]

    assert location == ("/sign-in" if path == "/" else f"/sign-in?next={path.replace('/', '%2F')}")


def test_a_public_site_shows_visitors_what_is_live(published: Post, editor: User, settings: SimpleNamespace) -> None:
    settings.VISIBILITY = "public"
    Post.objects.write(by=editor, title="Hidden", body="Hidden.")

    assert titles(Client(), "/") == ["On proofs"]
    assert Client().get("/posts/on-proofs").status_code == 200
    assert Client().get("/posts/hidden").status_code == 404


@pytest.mark.parametrize("title", ['<script>alert("x")</script>', '"><img src=x onerror=y>', "{{ settings }}", "&amp;"])
def test_a_title_is_text_wherever_it_stands(editor: User, admin: User, title: str) -> None:
    post = post_in("in_review", editor, admin, title=title)
    reviewer = signed_in(admin)
    review = reviewer.get(f"/desk/posts/{post.pk}/review").content.decode()
    post.publish(by=admin, revision=1)

    for path in ("/", post.get_absolute_url(), "/desk", f"/desk/posts/{post.pk}"):
        page = reviewer.get(path).content.decode()
        assert "<script>alert" not in page + review
        assert "<img src=x" not in page + review
        assert 'content=""><' not in page
        assert "&amp;amp;" in page or title != "&amp;"
