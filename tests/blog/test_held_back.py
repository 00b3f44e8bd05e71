"""What the checks find, and what becomes of a text that they hold back."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from blog.exceptions import ChecksFailed, EditedMeanwhile
from blog.models import Post
from blog.status import Status
from tests.conftest import bearer, signed_in


@pytest.fixture
def dead_link(editor: User) -> Post:
    return Post.objects.write(by=editor, title="On links", body="See [this](/posts/nowhere).")


def shown_to(editor: User, post: Post) -> set[str]:
    """Return what stands for the findings on the page that this writer gets."""
    return {finding.fingerprint for finding in post.findings_for(editor)}


def test_a_text_with_a_dead_link_is_not_submitted(dead_link: Post, editor: User) -> None:
    with pytest.raises(ChecksFailed) as failure:
        dead_link.submit(by=editor)

    assert [finding.check for finding in failure.value.findings] == ["link-dead"]
    assert Post.objects.get().status == Status.DRAFT
    assert not dead_link.was_ever_submitted


def test_a_reason_lets_it_go_on_and_stays_in_the_history(dead_link: Post, editor: User) -> None:
    shown = shown_to(editor, dead_link)

    dead_link.submit(by=editor, note="Please read soon.", override="That post comes out tomorrow.", shown=shown)

    last = dead_link.history.latest("pk")
    assert last.verb == "submit"
    assert last.note == (
        "Please read soon.\n\nSubmitted in spite of the checks (link-dead): That post comes out tomorrow."
    )
    assert dead_link.submitted_revision is not None
    assert dead_link.submitted_revision.note == last.note


def test_a_reason_covers_no_finding_that_was_not_shown(dead_link: Post, editor: User) -> None:
    shown = shown_to(editor, dead_link)
    body = f"{dead_link.body}\n\nAnd [that](/posts/nowhere-else)."
    dead_link.edit(by=editor, version=dead_link.version, title=dead_link.title, body=body)

    with pytest.raises(ChecksFailed) as failure:
        dead_link.submit(by=editor, override="It comes out tomorrow.", shown=shown)

    assert len(failure.value.findings) == 2
    assert not dead_link.was_ever_submitted


def test_the_page_shows_what_came_up_since_and_keeps_the_reason(dead_link: Post, editor: User) -> None:
    browser, address = signed_in(editor), f"/desk/posts/{dead_link.pk}/submit"

    page = browser.post(address, {"override": "It comes out tomorrow.", "shown": ["0" * 16]})
    shown = re.findall(r'name="shown" value="([^"]+)"', page.content.decode())
    done = browser.post(address, {"override": "It comes out tomorrow.", "shown": shown})

    assert page.status_code == 422
    assert ">It comes out tomorrow.</textarea>" in page.content.decode()
    assert (len(shown), done.status_code) == (1, 302)


def test_a_reason_that_was_not_needed_is_not_kept(draft: Post, editor: User) -> None:
    draft.submit(by=editor, override="Just in case.")

    assert draft.history.latest("pk").note == ""


def test_a_link_to_itself_is_not_dead(draft: Post, editor: User) -> None:
    draft.edit(by=editor, version=draft.version, title=draft.title, body=f"See [above](/posts/{draft.slug}).")

    draft.submit(by=editor)

    assert draft.status == Status.IN_REVIEW


def test_the_page_shows_what_was_found_and_takes_a_reason(dead_link: Post, editor: User) -> None:
    browser, address = signed_in(editor), f"/desk/posts/{dead_link.pk}/submit"

    held = browser.post(address, {"note": "Soon, please."})
    page = held.content.decode()
    shown = re.findall(r'name="shown" value="([^"]+)"', page)
    done = browser.post(address, {"note": "Soon, please.", "override": "It comes out tomorrow.", "shown": shown})

    assert held.status_code == 422
    assert "Saved, but not submitted yet" in page
    assert 'value="Soon, please."' in page
    assert done.status_code == 302
    assert "It comes out tomorrow." in dead_link.history.latest("pk").note


def test_saving_and_submitting_in_one_keeps_the_text_where_it_is_held_back(editor: User) -> None:
    words = {"title": "On links", "body": "See [this](/posts/nowhere).", "then": "submit", "note": ""}

    answer = signed_in(editor).post("/write", words)

    assert answer.status_code == 422
    assert Post.objects.get().body == words["body"]


def test_the_api_says_so_and_keeps_the_draft(editor: User) -> None:
    body = {"title": "On links", "content": "See [this](/posts/nowhere)."}

    answer = Client().post("/api/posts/create", body, content_type="application/json", headers=bearer(editor))

    assert answer.status_code == 422
    assert Post.objects.get().status == Status.DRAFT


def test_who_is_an_admin_too_is_held_back_by_their_own_list(editor_and_admin: User, settings: Settings) -> None:
    settings.CHECKS_BLOCKING_ADMINS = []
    post = Post.objects.write(by=editor_and_admin, title="On links", body="See [this](/posts/nowhere).")

    post.submit(by=editor_and_admin)

    assert post.status == Status.IN_REVIEW


def test_a_save_during_the_checks_is_noticed(draft: Post, editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    findings_for = Post.findings_for

    def while_another_window_saves(post: Post, person: User) -> list[object]:
        other = Post.objects.get(pk=post.pk)
        other.edit(by=editor, version=other.version, title="Other", body="Other words.")
        return list(findings_for(post, person))

    monkeypatch.setattr(Post, "findings_for", while_another_window_saves)

    with pytest.raises(EditedMeanwhile):
        draft.submit(by=editor)
