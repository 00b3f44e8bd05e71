import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from pytest_django import DjangoAssertNumQueries

from accounts.models import Person, User, Visitor
from blog.checks.site import MOST_ADDRESSES, image_bytes, resolves_for
from blog.markup import render
from blog.models import Post
from blog.status import GoneAs
from tests.blog.posts import post_in


def leads(path: str, person: Person) -> bool:
    """Whether a link to this path leads somewhere, as far as this person may know."""
    return resolves_for(person, Post.objects.all(), render(f"[words]({path})"))(path)


def test_a_post_that_readers_see_is_there_by_both_its_addresses(published: Post, other_editor: User) -> None:
    assert leads(f"/posts/{published.slug}", other_editor)
    assert leads(f"/posts/{published.slug.upper()}", other_editor)
    assert leads(f"/posts/{published.pk}", other_editor)


@pytest.mark.parametrize("state", ["draft", "in_review"])
def test_a_post_that_is_not_out_yet_is_there_for_its_author_and_for_nobody_who_may_not_know(
    state: str, editor: User, other_editor: User, admin: User
) -> None:
    post = post_in(state, editor, admin)

    for path in (f"/posts/{post.slug}", f"/posts/{post.pk}"):
        assert leads(path, editor)
        assert leads(path, admin)
        assert not leads(path, other_editor)
        assert not leads(path, Visitor())


def test_a_post_that_was_put_away_is_not_there(editor: User, admin: User) -> None:
    post = post_in("archived", editor, admin)

    assert not leads(f"/posts/{post.slug}", editor)


def test_a_post_whose_readers_are_led_on_is_there_and_one_that_is_gone_is_not(
    published: Post, other_editor: User, admin: User
) -> None:
    Post.objects.filter(pk=published.pk).update(live_revision=None, gone_as=GoneAs.MOVED, gone_to="/")
    assert leads(f"/posts/{published.slug}", other_editor)

    Post.objects.filter(pk=published.pk).update(gone_as=GoneAs.GONE, gone_to="")
    assert not leads(f"/posts/{published.slug}", other_editor)


@pytest.mark.parametrize(
    "path", ["/", "/account", "/sign-in", "/api/docs", "/desk/posts/987654321", "/static/blog/base.css"]
)
def test_a_page_of_the_site_is_there(path: str, editor: User) -> None:
    assert leads(path, editor)


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/posts/no-such-post",
        "/posts/987654321",
        f"/posts/{10**30}",
        "/posts/a/b",
        "/posts",
        "/desk/",
        "/中文",
    ],
)
def test_what_is_no_page_is_not_there(path: str, editor: User) -> None:
    assert not leads(path, editor)


def test_however_many_links_a_text_has_they_are_looked_up_at_once(
    editor: User, published: Post, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    paths = [f"/posts/{published.slug}", f"/posts/{published.pk}", *(f"/posts/no-such-post-{n}" for n in range(50))]
    html = render("\n\n".join(f"[words]({path})" for path in paths))

    with django_assert_num_queries(1):
        resolves = resolves_for(editor, Post.objects.all(), html)
        answers = [resolves(path) for path in paths]

    assert answers == [True, True] + [False] * 50


def test_a_text_without_such_links_asks_nothing(
    editor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        resolves_for(editor, Post.objects.all(), render("[a](https://example.org/posts/1) [b](/account)"))


def test_beyond_a_number_of_addresses_nothing_is_found_wrong(editor: User) -> None:
    paths = [f"/nowhere-{number}" for number in range(MOST_ADDRESSES + 1)]
    resolves = resolves_for(editor, Post.objects.all(), "".join(f'<a href="{path}">x</a>' for path in paths))

    assert [resolves(path) for path in paths] == [False] * MOST_ADDRESSES + [True]


def test_a_file_of_the_site_has_a_weight_and_nothing_else_does() -> None:
    kept = finders.find("blog/base.css")
    assert kept is not None

    with open(kept, "rb") as file:
        assert image_bytes("/static/blog/base.css") == len(file.read())
    assert image_bytes(f"{settings.SITE_URL}/static/blog/base.css") == image_bytes("/static/blog/base.css")
    for address in (
        "/static/nothing.png",
        "/static/../manage.py",
        "/static/%00",
        "/static/",
        "/static/blog",
        "https://example.org/a.png",
        "http://[",
    ):
        assert image_bytes(address) is None, address
