"""The page that says what somebody may do with a post, and why not."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from blog.models import Post
from tests.blog.posts import known
from tests.conftest import SignUp, signed_in


def page_of(user: User, post: Post, **query: str) -> str:
    answer = signed_in(user).get(f"/desk/posts/{post.pk}/explain", query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def under(heading: str, page: str) -> list[str]:
    """The verbs that stand under this heading."""
    part = page.split(f">{heading}</h2>")[1].split("</section>")[0]
    return re.findall(r'data-verb="(\w+)"', part)


def test_an_author_reads_what_they_may_and_why_not(draft: Post, editor: User) -> None:
    page = page_of(editor, draft)

    assert "You are signed in as editor." in page
    assert {"edit", "submit", "share", "delete"} < set(under("You may", page))
    assert {"publish", "withdraw", "hand_over"} < set(under("You may not", page))
    assert "Only admins may." in page
    assert "Readers do not see it." in page


def test_it_leads_to_where_the_button_is(submitted: Post, admin: User, editor: User) -> None:
    assert f'href="/desk/posts/{submitted.pk}/review">On the review page' in page_of(admin, submitted)
    assert f'href="/desk/posts/{submitted.pk}/edit">On the page where you write' in page_of(editor, submitted)


def test_the_desk_page_of_a_post_leads_there(draft: Post, editor: User) -> None:
    page = signed_in(editor).get(f"/desk/posts/{draft.pk}").content.decode()

    assert f'<a href="/desk/posts/{draft.pk}/explain">Why is a button missing?</a>' in page
    assert f'<a href="/desk/posts/{draft.pk}/links">Shared links</a>' in page


def test_an_admin_asks_about_somebody_by_what_is_known_of_them(draft: Post, admin: User, other_editor: User) -> None:
    known(other_editor)

    page = page_of(admin, draft, person=str(other_editor.pk))

    assert "Olga Editor has the role editor, as far as we know since" in page
    assert "see" in under("Olga Editor may not", page)
    assert "Only its author may, as long as they are an editor." in page
    assert "You may" not in page


def test_of_whom_nobody_has_told_the_roles_it_says_so(draft: Post, admin: User, reader: User) -> None:
    assert "Nobody has told us yet which roles Rita Reader has" in page_of(admin, draft, person=str(reader.pk))


def test_without_a_management_key_the_roles_are_those_of_the_last_session(
    draft: Post, admin: User, other_editor: User, settings: Settings
) -> None:
    signed_in(other_editor)
    settings.DESCOPE_MANAGEMENT_KEY = ""

    page = page_of(admin, draft, person=str(other_editor.pk))

    assert "Olga Editor has the role editor, as far as we know since" in page


def test_of_a_closed_account_it_says_so(published: Post, admin: User, reader: User) -> None:
    User.objects.filter(pk=known(reader).pk).update(is_disabled=True)

    page = page_of(admin, published, person=str(reader.pk))

    assert "The account of Rita Reader is closed" in page
    assert "see" in under("Rita Reader may not", page)


def test_only_admins_ask_about_others(draft: Post, editor: User, other_editor: User) -> None:
    browser = signed_in(editor)

    for person in (str(other_editor.pk), "987654321", "x"):
        answer = browser.get(f"/desk/posts/{draft.pk}/explain", {"person": person})
        assert answer.status_code == 403
        assert "What others may do, only admins may ask." in answer.content.decode()
    assert browser.get(f"/desk/posts/{draft.pk}/explain", {"person": str(editor.pk)}).status_code == 200
    assert "Ask about somebody else" not in page_of(editor, draft)


@pytest.mark.parametrize("person", ["987654321", "x", "-1", "²", "9" * 30])
def test_about_nobody_there_is_nothing_to_say(draft: Post, admin: User, person: str) -> None:
    assert signed_in(admin).get(f"/desk/posts/{draft.pk}/explain", {"person": person}).status_code == 404


def test_only_who_may_open_the_post_may_ask(published: Post, editor: User, reader: User, other_editor: User) -> None:
    hidden = Post.objects.write(by=editor, title="Hidden", body="Words.")

    for person in (reader, other_editor):
        browser = signed_in(person)
        assert browser.get(f"/desk/posts/{published.pk}/explain").status_code == 403
        assert browser.get(f"/desk/posts/{hidden.pk}/explain").status_code == 404


def people_on(page: str) -> list[str]:
    return re.findall(r'<a href="\?person=\d+">([^<]*)</a>', page)


def test_an_admin_chooses_from_the_team_or_searches(
    draft: Post, admin: User, editor: User, other_editor: User, reader: User
) -> None:
    for person in (editor, other_editor):
        known(person)

    assert people_on(page_of(admin, draft)) == ["Ed Editor", "Olga Editor"]
    assert people_on(page_of(admin, draft, q="rita.READER@")) == ["Rita Reader"]
    assert people_on(page_of(admin, draft, q=" olga ")) == ["Olga Editor"]
    assert "Nobody is called that" in page_of(admin, draft, q="nobody")
    assert "Nobody is called that" in page_of(admin, draft, q="a\0%_b")


def test_it_takes_as_many_queries_for_many_people_as_for_few(
    draft: Post, admin: User, sign_up: SignUp, editor: User
) -> None:
    browser, counts = signed_in(admin), []
    for many in (1, 12):
        while User.objects.count() < many + 2:
            known(sign_up(f"Editor {User.objects.count()}", "editor"))
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"/desk/posts/{draft.pk}/explain")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_what_the_clock_has_done_is_told_as_it_is(submitted: Post, editor: User, admin: User, monkeypatch: Any) -> None:
    submitted.schedule(by=admin, revision=1, at=timezone.now() + timedelta(hours=1))
    later = timezone.now() + timedelta(hours=1, minutes=5)
    browser = signed_in(editor)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)

    page = browser.get(f"/desk/posts/{submitted.pk}/explain").content.decode()

    assert "Revision 1 is open to everybody who is signed in" in page
