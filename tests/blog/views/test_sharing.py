"""The page that makes and ends links to share, and the page they open to anybody."""

import base64
import io
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from blog.models import Image, Post, ShareLink
from tests.blog.images.files import picture
from tests.blog.posts import known
from tests.conftest import bearer, signed_in

SHOWN = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}


@pytest.fixture
def author(editor: User) -> User:
    User.objects.filter(pk=known(editor).pk).update(roles_known_at=timezone.now())
    return editor


def open_link(token: str, **headers: str) -> Any:
    return Client().get(f"/shared/{token}", headers=SHOWN | headers)


def make(client: Client, post: Post, **form: str) -> Any:
    return client.post(f"/desk/posts/{post.pk}/share", {"lasts": "168"} | form)


def token_on(page: Any) -> str:
    found = re.search(r'value="http[^"]*/shared/([\w-]{22})"', page.content.decode())
    assert found is not None
    return found[1]


# The page that anybody opens.


@pytest.mark.parametrize("visibility", ["members", "public"])
def test_a_visitor_reads_the_text_and_who_shared_it(
    draft: Post, author: User, settings: Settings, visibility: str
) -> None:
    settings.VISIBILITY = visibility
    settings.TIME_ZONE = "UTC"
    link, token = draft.share(by=author)

    answer = open_link(token)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<h1>On proofs</h1>" in page
    assert "<em>twice</em>" in page
    assert "Not published. Shared with you by Ed Editor until " in page
    assert f"{link.expires_at:%Y, %H:%M} UTC" in page


def test_it_is_kept_nowhere_found_by_nobody_and_tells_no_other_site(draft: Post, author: User) -> None:
    _, token = draft.share(by=author)

    for answer in (open_link(token), open_link("wrong"), signed_in(author).get(f"/shared/{token}")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert not answer.cookies


def test_it_leads_nowhere_that_needs_an_account(draft: Post, author: User) -> None:
    _, token = draft.share(by=author)

    page = open_link(token).content.decode()

    assert re.findall(r'<a [^>]*href="([^"]*)"', page) == ["#main"]
    assert "<form" not in page


def test_a_link_to_the_newest_text_follows_it(draft: Post, author: User) -> None:
    _, token = draft.share(by=author)

    draft.edit(by=author, version=draft.version, title="Other", body="Newer words.")

    assert "Newer words." in open_link(token).content.decode()


def test_a_link_to_a_revision_stays_with_it(submitted: Post, author: User) -> None:
    _, token = submitted.share(by=author, revision=1)

    submitted.edit(by=author, version=submitted.version, title="Other", body="Newer words.")

    page = open_link(token).content.decode()
    assert "On proofs" in page
    assert "<em>twice</em>" in page
    assert "Newer" not in page
    assert "Other" not in page


def test_a_text_that_makes_no_page_says_so(draft: Post, author: User, busy: pytest.MonkeyPatch) -> None:
    _, token = draft.share(by=author)
    draft.edit(by=author, version=draft.version, title="Other", body="Unrendered words.")

    while_busy = open_link(token).content.decode()
    busy.undo()

    assert "does not make a page just now" in while_busy
    assert "Unrendered words." in open_link(token).content.decode()


def test_the_pictures_of_the_text_are_in_the_page_and_open_nowhere_else(author: User) -> None:
    upload = Image.objects.upload(by=author, data=picture(), alt="A stick")
    address = upload.image.get_absolute_url()
    post = Post.objects.write(by=author, title="Pictured", body=f"See it: {upload.markdown}")
    Post.objects.filter(pk=post.pk).update(cover=address, cover_alt="A stick, closer")
    _, token = post.share(by=author)

    page = open_link(token).content.decode()

    pictures = re.findall(r"<img [^>]*>", page)
    carried = {content for one in pictures for content in re.findall(r'src="data:image/webp;base64,([^"]+)"', one)}
    file = upload.image.opened()
    assert file is not None
    with file:
        assert {base64.b64decode(content) for content in carried} == {file.read()}
    assert {alt for one in pictures for alt in re.findall(r'alt="([^"]*)"', one)} == {"A stick", "A stick, closer"}
    assert address not in page
    assert Client().get(address).status_code in (302, 404)
    assert Client().get(address, {"token": token}).status_code in (302, 404)


def test_of_a_picture_in_the_page_no_smaller_copy_is_offered_and_no_way_to_its_full_size(author: User) -> None:
    upload = Image.objects.upload(by=author, data=picture(size=(1000, 500)), alt="A stick")
    post = Post.objects.write(by=author, title="Pictured", body=f'![A stick]({upload.image.get_absolute_url()} "b")')
    _, token = post.share(by=author)

    page = open_link(token).content.decode()

    assert "srcset" in post.html
    assert 'class="zoom"' in post.html
    assert re.search(
        r'<figure><img src="data:image/webp;base64,[^"]*" alt="A stick"[^>]* width="1000" height="500"', page
    )
    assert not re.search(r"srcset|sizes=|zoom|/media/", page.split("<article")[1])


def test_a_picture_that_the_text_only_names_is_not_in_the_page(author: User, other_editor: User) -> None:
    hidden = Image.objects.upload(by=other_editor, data=picture()).image
    post = Post.objects.write(by=author, title="Typed", body=f"![Not mine]({hidden.get_absolute_url()})")

    page = open_link(post.share(by=author)[1]).content.decode()

    assert "data:image" not in page


def test_pictures_are_in_the_page_as_far_as_it_bears_them(author: User, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = Image.objects.upload(by=author, data=picture())
    _, token = Post.objects.write(by=author, title="Heavy", body=upload.markdown).share(by=author)
    monkeypatch.setattr("blog.carrying.MOST_BYTES", upload.image.size_bytes - 1)

    page = open_link(token).content.decode()

    assert "data:image" not in page
    assert upload.image.get_absolute_url() in page


def test_a_text_without_words_says_so(author: User) -> None:
    empty = Post.objects.write(by=author, title="", body="")

    page = open_link(empty.share(by=author)[1]).content.decode()

    assert "<h1>Untitled</h1>" in page
    assert "There are no words in it yet." in page


def test_of_what_readers_see_it_says_that_it_is_published(published: Post, author: User) -> None:
    _, token = published.share(by=author)
    live = open_link(token).content.decode()
    published.edit(by=author, version=published.version, title="Next", body="Next words.")

    assert "Published, too." in live
    assert "Not published." in open_link(token).content.decode()


def test_wrong_ended_over_and_closed_links_are_one_and_the_same_404(
    draft: Post, author: User, other_editor: User, admin: User
) -> None:
    ended, ended_token = draft.share(by=author)
    over, over_token = draft.share(by=author)
    _, closed_token = Post.objects.write(by=other_editor, title="Closed", body="Words.").share(by=other_editor)
    draft.unshare(by=author, link=ended.pk)
    ShareLink.objects.filter(pk=over.pk).update(made_at=timezone.now().replace(year=2020))
    ShareLink.objects.filter(pk=over.pk).update(expires_at=timezone.now())
    User.objects.filter(pk=other_editor.pk).update(known_roles=[], roles_known_at=timezone.now())

    answers = [open_link(token) for token in ("wrong", "A" * 22, ended_token, over_token, closed_token)]

    of_its_own = re.compile(r"nonce[-=]\S+|\('X-Request-Id', '\w+'\)")
    told = {of_its_own.sub("", f"{a.status_code} {sorted(a.items())} {a.content.decode()}") for a in answers}
    assert len(told) == 1
    assert {answer.status_code for answer in answers} == {404}


@pytest.mark.parametrize("changes", [{"is_disabled": True}, {"is_disabled": True, "left_at": timezone.now()}])
def test_a_link_of_somebody_who_is_gone_stays_a_404_however_late(
    changes: dict[str, Any], draft: Post, author: User
) -> None:
    _, token = draft.share(by=author)
    long_ago = timezone.now() - timedelta(days=1)
    User.objects.filter(pk=author.pk).update(roles_known_at=long_ago, **changes)

    assert open_link(token).status_code == 404


def test_an_address_that_asks_too_often_is_asked_to_wait(draft: Post, author: User, settings: Settings) -> None:
    _, token = draft.share(by=author)
    settings.SHARED_LIMIT = (2, 86400)

    statuses = [open_link(each).status_code for each in ("wrong", token, token)]

    assert statuses == [404, 200, 429]


def test_while_descope_cannot_be_asked_a_link_says_to_try_again(draft: Post, author: User, hurry: None) -> None:
    _, token = draft.share(by=author)
    # Their roles were told too long ago, and somebody has just set out to ask, and gets no answer.
    now = timezone.now()
    User.objects.filter(pk=author.pk).update(roles_known_at=now - timedelta(days=1), roles_asked_at=now)

    answer = open_link(token)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "twice" not in answer.content.decode()


@pytest.mark.parametrize(
    ("method", "headers", "counts"),
    [
        ("get", SHOWN, 1),
        ("head", SHOWN, 0),
        ("get", {"User-Agent": "Slackbot-LinkExpanding 1.0"}, 0),
        ("get", SHOWN | {"Sec-Purpose": "prefetch"}, 0),
        ("get", {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}, 0),
    ],
)
def test_counted_is_what_a_browser_shows_to_somebody(
    draft: Post, author: User, method: str, headers: dict[str, str], counts: int
) -> None:
    link, token = draft.share(by=author)

    getattr(Client(), method)(f"/shared/{token}", headers=headers)

    link.refresh_from_db()
    assert link.opened_count == counts
    assert (link.last_opened_at is not None) == bool(counts)


def test_a_wrong_token_is_counted_nowhere(draft: Post, author: User) -> None:
    link, _ = draft.share(by=author)

    open_link("wrong")

    link.refresh_from_db()
    assert link.opened_count == 0


def test_a_token_opens_no_other_address(draft: Post, author: User) -> None:
    _, token = draft.share(by=author)
    pages = [
        f"/posts/{draft.slug}", f"/desk/posts/{draft.pk}", f"/desk/posts/{draft.pk}/links", f"/api/posts/{draft.pk}",
        f"/posts/{token}", f"/api/posts/{token}", "/shared", "/",
    ]  # fmt: skip

    for path in pages:
        for headers in ({}, {"Authorization": f"Bearer {token}"}, {"Cookie": f"session={token}"}):
            answer = Client().get(path, {"token": token, "shared": token}, headers=headers)
            assert answer.status_code in (302, 401, 404), path
            assert "proofs" not in answer.content.decode(), path


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_page_is_read_and_nothing_else(draft: Post, author: User, method: str) -> None:
    _, token = draft.share(by=author)

    assert getattr(Client(), method)(f"/shared/{token}").status_code == 405


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is written to the log, as it is written."""
    handler = next(one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before or handler.stream)


def test_no_line_of_the_log_holds_a_token(draft: Post, author: User, settings: Settings, log: io.StringIO) -> None:
    link, token = draft.share(by=author)
    settings.SHARED_LIMIT = (3, 86400)

    open_link(token)
    Client().get(f"/shared/{token}", headers={"Authorization": "Bearer bad"})
    draft.unshare(by=author, link=link.pk)
    open_link(token)
    open_link(token)
    open_link(token)

    assert "/shared/…" in log.getvalue()
    assert token not in log.getvalue()


# The page on the desk.


def test_an_author_makes_a_link_and_sees_its_address_once(submitted: Post, author: User) -> None:
    browser = signed_in(author)

    made = make(browser, submitted, revision="1", lasts="24")

    token = token_on(made)
    link = ShareLink.objects.get()
    assert (link.revision, link.made_by) == (submitted.submitted_revision, author)
    assert round((link.expires_at - link.made_at).total_seconds() / 3600) == 24
    assert open_link(token).status_code == 200
    assert token not in browser.get(f"/desk/posts/{submitted.pk}/links").content.decode()
    assert "no-store" in made.headers["Cache-Control"]


def test_the_page_lists_who_made_a_link_until_when_and_how_often_it_was_opened(
    draft: Post, author: User, admin: User
) -> None:
    link, token = draft.share(by=author)
    open_link(token)
    open_link(token)

    page = signed_in(admin).get(f"/desk/posts/{draft.pk}/links").content.decode()

    assert f"Link {link.pk} to the newest text" in page
    assert "Open until" in page
    assert "made by Ed Editor" in page
    assert "opened 2 times" in page


def test_an_admin_ends_the_link_of_an_author(draft: Post, author: User, admin: User) -> None:
    link, token = draft.share(by=author)

    answer = signed_in(admin).post(f"/desk/posts/{draft.pk}/unshare", {"link": str(link.pk)}, follow=True)

    page = answer.content.decode()
    assert "Ended. The link opens nothing any more." in page
    assert "End the link" not in page
    assert open_link(token).status_code == 404


def test_the_list_says_of_a_link_that_it_opens_nothing(
    draft: Post, author: User, other_editor: User, admin: User
) -> None:
    draft.share(by=author)
    draft.hand_over(by=admin, to=known(other_editor), reason="On holiday.")

    page = signed_in(admin).get(f"/desk/posts/{draft.pk}/links").content.decode()

    assert "Opens nothing, because Ed Editor may not open this post any more" in page


@pytest.mark.parametrize("form", [{"lasts": "9999"}, {"lasts": ""}, {"revision": "7"}, {"revision": "x"}])
def test_what_cannot_be_made_is_said_beside_the_form(draft: Post, author: User, form: dict[str, str]) -> None:
    answer = make(signed_in(author), draft, **form)

    assert answer.status_code == 422
    assert 'class="errorlist' in answer.content.decode()
    assert not ShareLink.objects.exists()


def test_too_many_links_are_refused_on_the_page(draft: Post, author: User) -> None:
    for _ in range(20):
        draft.share(by=author)

    answer = make(signed_in(author), draft)

    assert answer.status_code == 422
    assert "End one that nobody needs." in answer.content.decode()


@pytest.mark.parametrize("link", ["", "x", "0"])
def test_a_link_that_is_not_there_is_not_ended(draft: Post, author: User, link: str) -> None:
    draft.share(by=author)

    answer = signed_in(author).post(f"/desk/posts/{draft.pk}/unshare", {"link": link})

    assert answer.status_code == (409 if link == "0" else 422)
    assert draft.has_open_links


def test_the_links_of_a_post_are_for_its_author_and_admins(
    published: Post, author: User, reader: User, other_editor: User
) -> None:
    published.share(by=author)

    for person in (reader, other_editor):
        browser = signed_in(person)
        assert browser.get(f"/desk/posts/{published.pk}/links").status_code == 403
        assert make(browser, published).status_code == 403
        assert make(browser, published, revision="9").status_code == 403
    assert ShareLink.objects.count() == 1


def test_without_its_csrf_token_nothing_is_made_or_ended(draft: Post, author: User) -> None:
    link, _ = draft.share(by=author)
    browser = signed_in(author, enforce_csrf_checks=True)

    assert make(browser, draft).status_code == 403
    assert browser.post(f"/desk/posts/{draft.pk}/unshare", {"link": str(link.pk)}).status_code == 403
    assert [one.ended_at for one in ShareLink.objects.all()] == [None]


def test_the_page_takes_as_many_queries_for_many_links_as_for_one(
    draft: Post, author: User, admin: User, django_assert_max_num_queries: Any
) -> None:
    browser, counts = signed_in(author), SimpleNamespace(of=[])
    for wanted in (1, 15):
        while ShareLink.objects.count() < wanted:
            draft.share(by=author)
        with django_assert_max_num_queries(100) as queries:
            browser.get(f"/desk/posts/{draft.pk}/links")
        counts.of.append(len(queries))

    assert counts.of[0] == counts.of[1]


def test_a_program_with_a_bearer_makes_no_exception(draft: Post, author: User, reader: User) -> None:
    assert Client().get(f"/desk/posts/{draft.pk}/links", headers=bearer(reader)).status_code == 404
