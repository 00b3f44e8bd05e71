"""How a refusal is headed: who is told that somebody was faster, and who is not."""

import pytest
from django.test import Client

from accounts.models import User
from blog.models import Post
from tests.conftest import signed_in

FASTER, NOT_NOW = "Somebody was faster", "Not as it stands now"


def heading(browser: Client, post: Post, verb: str, **form: str) -> str:
    page = browser.post(f"/desk/posts/{post.pk}/{verb}", form)
    assert page.status_code == 409
    return page.content.decode().partition("<h1>")[2].partition("</h1>")[0]


def test_who_presses_twice_was_not_outrun_by_anybody(draft: Post, editor: User) -> None:
    browser = signed_in(editor)
    browser.post(f"/desk/posts/{draft.pk}/archive")

    assert heading(browser, draft, "archive") == NOT_NOW


def test_who_comes_after_somebody_else_is_told(submitted: Post, editor: User, admin: User) -> None:
    submitted.request_changes(by=admin, revision=1, reason="Shorter, please.")

    assert heading(signed_in(editor), submitted, "withdraw") == FASTER


@pytest.mark.parametrize(("verb", "form"), [("unshare", {"link": "1"}), ("restore", {"revision": "1", "version": "1"})])
def test_what_was_never_there_was_taken_by_nobody(draft: Post, editor: User, verb: str, form: dict[str, str]) -> None:
    assert heading(signed_in(editor), draft, verb, **form) == NOT_NOW


def test_a_revision_there_is_not_was_taken_by_nobody(submitted: Post, editor: User) -> None:
    assert heading(signed_in(editor), submitted, "restore", revision="7", version="1") == NOT_NOW


def test_a_text_that_was_saved_meanwhile_was_saved_by_somebody(submitted: Post, editor: User) -> None:
    assert heading(signed_in(editor), submitted, "restore", revision="1", version="7") == FASTER
