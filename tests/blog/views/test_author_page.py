"""What authors say of themselves, and the address of their page."""

from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.sandbox.models import Person as SandboxPerson
from blog.exceptions import NotPermitted, NotReady
from blog.leaving import let_go
from blog.models import Author, FormerHandle, Post
from tests.blog.views.test_browsing import publish, told
from tests.conftest import SignUp, signed_in

ME = {"handle": "ed-editor", "bio": "", "website": ""}


@pytest.fixture
def author(published: Post, editor: User) -> Author:
    return Author.objects.get(user=editor)


def test_what_an_author_says_is_on_their_page_as_text(author: Author, editor: User, reader: User) -> None:
    said = {"handle": "ed-editor", "bio": "I write\n<b>here</b>.", "website": "ed.example/me"}

    answer = signed_in(editor).post("/desk/author-page", said)

    page = signed_in(reader).get("/authors/ed-editor").content.decode()
    assert answer.headers["Location"] == "/desk/author-page"
    assert "I write &lt;b&gt;here&lt;/b&gt;." in page
    assert '<a rel="me" href="https://ed.example/me">ed.example/me</a>' in page
    assert "I write &lt;b&gt;here" in signed_in(reader).get("/authors").content.decode()


def test_an_old_address_of_a_page_leads_to_it_and_is_nobody_elses(
    author: Author, editor: User, other_editor: User, admin: User, reader: User, sign_up: SignUp
) -> None:
    publish(other_editor, admin, "Another")
    for handle in ("ed", "Ede Letters"):
        author.describe(by=editor, **(ME | {"handle": handle}))
    browser = signed_in(reader)

    assert browser.get("/authors/ede-letters").status_code == 200
    assert told(browser, "/authors/ed") == told(browser, "/authors/Ed-Editor") == (301, "/authors/ede-letters")
    for taken in ("ed", "ed-editor", "ede-letters"):
        with pytest.raises(NotReady):
            Author.objects.get(user=other_editor).describe(by=other_editor, **(ME | {"handle": taken}))
    namesake = sign_up("Ed", "editor")
    publish(namesake, admin, "By a namesake")
    assert Author.objects.get(user=namesake).slug == "ed-2"


def test_nobody_gets_the_addresses_of_somebody_who_left(
    author: Author, editor: User, other_editor: User, admin: User, reader: User, sign_up: SignUp
) -> None:
    publish(other_editor, admin, "Another")
    other = Author.objects.get(user=other_editor)
    author.describe(by=editor, **(ME | {"handle": "ed"}))

    let_go(editor, keeps_posts=True)

    for address in ("ed", "ed-editor"):
        assert signed_in(reader).get(f"/authors/{address}").status_code == 404
        with pytest.raises(NotReady):
            other.describe(by=other_editor, **(ME | {"handle": address}))
    namesake = sign_up("Ed", "editor")
    publish(namesake, admin, "By a namesake")
    assert Author.objects.get(user=namesake).slug == "ed-2"
    kept = FormerHandle.objects.order_by("slug")
    assert [(handle.slug, handle.author) for handle in kept] == [("ed", None), ("ed-editor", None)]


def test_an_author_may_go_back_to_an_address(author: Author, editor: User, reader: User) -> None:
    for handle in ("ed", "ed-editor", "ed", "ed-editor"):
        author.describe(by=editor, **(ME | {"handle": handle}))

    assert told(signed_in(reader), "/authors/ed") == (301, "/authors/ed-editor")
    assert FormerHandle.objects.count() == 1


@pytest.mark.parametrize(
    "said",
    [
        {"handle": ""},
        {"handle": "!?"},
        {"handle": "Admin"},
        {"handle": "me"},
        {"handle": "a" * 61},
        {"bio": "a" * 501},
        {"website": "javascript:alert(1)"},
        {"website": "ftp://example.org"},
        {"website": "https://" + "a" * 300 + ".example"},
    ],
)
def test_what_will_not_do_is_given_back_and_changes_nothing(author: Author, editor: User, said: dict[str, str]) -> None:
    before = list(Author.objects.values())

    answer = signed_in(editor).post("/desk/author-page", ME | said)

    assert answer.status_code == 422
    assert 'class="errorlist' in answer.content.decode()
    assert list(Author.objects.values()) == before
    assert not FormerHandle.objects.exists()


def test_nobody_else_says_it(author: Author, admin: User, other_editor: User, reader: User) -> None:
    for person in (admin, other_editor, reader):
        with pytest.raises(NotPermitted):
            author.describe(by=person, **(ME | {"bio": "Theirs."}))
    assert signed_in(reader).get("/desk/author-page").status_code == 403
    assert signed_in(reader).post("/desk/author-page", ME).status_code == 403
    assert Client().post("/desk/author-page", ME).status_code == 401
    assert "first approved text" in signed_in(other_editor).get("/desk/author-page").content.decode()
    assert signed_in(other_editor).post("/desk/author-page", ME).status_code == 409


def test_who_writes_here_no_more_says_nothing_more_to_readers(author: Author, editor: User, reader: User) -> None:
    before = list(Author.objects.values())
    SandboxPerson.objects.get(user_id=editor.subject).roles.clear()
    no_editor = signed_in(editor)
    editor.roles = frozenset()

    with pytest.raises(NotPermitted):
        author.describe(by=editor, **(ME | {"bio": "Buy pills."}))
    assert no_editor.get("/desk/author-page").status_code == 403
    assert no_editor.post("/desk/author-page", ME | {"bio": "Buy pills."}).status_code == 403
    assert "author-page" not in no_editor.get("/authors/ed-editor").content.decode()
    assert list(Author.objects.values()) == before


def test_a_name_that_speaks_for_the_site_makes_no_such_address(admin: User, sign_up: SignUp) -> None:
    person = sign_up("Support", "editor")
    publish(person, admin, "Words")

    assert Author.objects.get(user=person).slug == "support-author"


def test_what_they_said_is_in_what_they_take_along(author: Author, editor: User) -> None:
    author.describe(by=editor, handle="ed", bio="Mine.", website="")

    kept = signed_in(editor).get("/account/data").json()["author_page"]

    assert kept == {"handle": "ed", "bio": "Mine.", "website": "", "former_handles": ["ed-editor"]}


@pytest.mark.parametrize(
    "path", ["/", "/posts/on-proofs", "/authors", "/about", "/feeds", "/feeds/atom.xml", "/feeds/feed.json"]
)
def test_nothing_leads_to_the_page_of_who_has_left(path: str, published: Post, settings: SimpleNamespace) -> None:
    settings.VISIBILITY = "public"
    assert "/authors/ed-editor" in Client().get(path).content.decode()

    User.objects.filter(pk=published.author_id).update(left_at=timezone.now())

    assert "/authors/ed-editor" not in Client().get(path).content.decode()
