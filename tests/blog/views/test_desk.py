"""The editorial pages: who finds what where, and that nothing typed is ever lost."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape
from pytest_django import Settings

from accounts.models import User
from accounts.roles import Role
from blog.middleware import RefusalMiddleware
from blog.models import Post
from blog.status import Status
from blog.views import desk as views
from tests.blog.posts import post_in, with_roles
from tests.blog.shelves import fill_drawer, fill_shelf
from tests.conftest import SignUp, signed_in

TYPED = 'What I typed, with <tags> & "quotes",\n\n  and spaces at the end  '
WRITING = {"title": "A title typed", "tags": "one, two", "body": TYPED}


def assert_holds(answer: Any, *texts: str) -> None:
    """Whatever was typed is on the page, in a field it can be copied from."""
    page = answer.content.decode()
    fields = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL) + re.findall(r'value="([^"]*)"', page)
    for text in texts:
        assert escape(text) in fields


# Who finds what on the desk


def test_an_archived_post_has_no_form_to_edit_it(editor: User, admin: User) -> None:
    post = post_in("archived", editor, admin)
    client = signed_in(editor)

    answer = client.get(f"/desk/posts/{post.pk}/edit")

    assert answer.status_code == 409
    assert "The post is archived now" in answer.content.decode()
    assert f"/desk/posts/{post.pk}/edit" not in client.get(f"/desk/posts/{post.pk}").content.decode()


def test_the_help_shows_nothing_that_is_not_there(editor: User) -> None:
    page = signed_in(editor).get("/write").content.decode()

    assert "](https://" in page
    assert "](/" not in page


def test_the_author_reads_why_a_post_came_back(submitted: Post, editor: User, admin: User) -> None:
    reason = "Shorter & <b>clearer</b>, please."
    signed_in(admin).post(f"/desk/posts/{submitted.pk}/request-changes", {"revision": "1", "reason": reason})
    author = signed_in(editor)

    for page in ("/desk", f"/desk/posts/{submitted.pk}", f"/desk/posts/{submitted.pk}/edit"):
        assert escape(reason) in author.get(page).content.decode()


@pytest.mark.parametrize("path", ["/desk", "/write"])
def test_the_desk_is_not_for_readers(reader: User, path: str) -> None:
    assert signed_in(reader).get(path).status_code == 403


def test_the_review_page_shows_the_sealed_text_though_writing_went_on(
    submitted: Post, editor: User, admin: User
) -> None:
    submitted.edit(by=editor, version=submitted.version, title="Drifted", body="Drifted.")

    page = signed_in(admin).get(f"/desk/posts/{submitted.pk}/review").content.decode()

    assert "Read it <em>twice</em>." in page
    assert "Drifted" not in page
    assert page.count('name="revision" value="1"') == 3  # To publish it, to schedule it, and to ask for changes.


def test_the_review_page_of_what_does_not_wait_leads_to_the_proof(draft: Post, admin: User) -> None:
    answer = signed_in(admin).get(f"/desk/posts/{draft.pk}/review")

    assert answer.headers["Location"] == f"/desk/posts/{draft.pk}"


def test_an_editor_does_not_review_their_own_post(submitted: Post, editor: User) -> None:
    assert signed_in(editor).get(f"/desk/posts/{submitted.pk}/review").status_code == 403


# Queries


@pytest.mark.parametrize("path", ["/desk", "/"])
def test_a_list_takes_as_many_queries_for_a_hundred_posts_as_for_one(
    editor_and_admin: User, admin: User, path: str
) -> None:
    client = signed_in(editor_and_admin)
    counts = []

    for wanted in (1, 20, 100):
        for number in range(Post.objects.count(), min(wanted, 20)):
            state = ("published", "draft+live", "in_review+live", "draft", "in_review")[number % 5]
            post_in(state, editor_and_admin, admin, title=f"Post {number}")
        if wanted > 20:
            fill_shelf(40, editor_and_admin, admin)
            fill_drawer(40, editor_and_admin)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        counts.append(len(queries))

    assert Post.objects.count() == 100
    assert len(set(counts)) == 1


@pytest.mark.parametrize("page", ["", "/review", "/edit"])
def test_a_page_takes_as_many_queries_for_a_long_history_as_for_a_short_one(
    editor_and_admin: User, admin: User, page: str
) -> None:
    post = post_in("in_review+live", editor_and_admin, admin)
    client = signed_in(editor_and_admin)
    with CaptureQueriesContext(connection) as short:
        client.get(f"/desk/posts/{post.pk}{page}")

    for _ in range(20):
        post.withdraw(by=editor_and_admin)
        post.submit(by=editor_and_admin)
    with CaptureQueriesContext(connection) as long:
        client.get(f"/desk/posts/{post.pk}{page}")

    assert len(long) == len(short)


# Saving


def test_a_text_goes_through_the_form_byte_for_byte(editor: User) -> None:
    client = signed_in(editor)
    body = "two spaces  \r\n\r\n    code\r\n\ttab \u00a0 \u200d 𝒢\n\n"

    client.post("/write", WRITING | {"body": body})
    post = Post.objects.get()
    page = client.get(f"/desk/posts/{post.pk}/edit")

    assert post.body == body.replace("\r\n", "\n")
    assert_holds(page, post.body)


@pytest.mark.parametrize("character", ["x", "校", "𝒢"])
def test_the_longest_text_can_be_saved_in_any_script(editor: User, character: str) -> None:
    answer = signed_in(editor).post(
        "/write",
        urlencode(WRITING | {"body": character * 100_000}),  # As a browser sends it: up to twelve bytes for each.
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 302
    assert Post.objects.get().body == character * 100_000


@pytest.mark.parametrize("path", ["/write", "/desk/posts/{}/edit"])
def test_a_text_far_too_long_is_refused_in_honest_words(draft: Post, editor: User, path: str) -> None:
    browser = signed_in(editor, enforce_csrf_checks=True)

    answer = browser.post(path.format(draft.pk), WRITING | {"body": "x" * 2_100_000, "version": "1"})

    page = answer.content.decode()
    assert answer.status_code == 413
    assert "A post may hold 100,000 characters" in page
    assert "your browser still has your text" in page
    assert editor.name in page
    assert Post.objects.get().version == 1


def test_who_is_signed_out_and_sends_far_too_much_is_asked_to_sign_in() -> None:
    answer = Client().post(
        "/write", WRITING | {"body": "x" * 2_100_000}, headers={"Referer": "http://testserver/write"}
    )

    assert answer.headers["Location"] == "/sign-in?next=%2Fwrite"


def test_opening_and_saving_unchanged_changes_no_word(draft: Post, editor: User) -> None:
    client = signed_in(editor)
    initial = client.get(f"/desk/posts/{draft.pk}/edit").context["form"].initial

    answer = client.post(f"/desk/posts/{draft.pk}/edit", initial)

    kept = Post.objects.get(pk=draft.pk)
    assert answer.status_code == 302
    assert (kept.title, kept.body, kept.tags) == (draft.title, draft.body, draft.tags)


def test_a_form_sent_twice_starts_one_post_and_submits_it_once(editor: User) -> None:
    client = signed_in(editor)
    key = client.get("/write").context["form"].initial["write_key"]

    for _ in range(2):
        answer = client.post("/write", WRITING | {"write_key": key, "then": "submit"})

    assert answer.headers["Location"] == f"/desk/posts/{Post.objects.get().pk}"
    assert Post.objects.get().revisions.count() == 1


def test_what_the_workflow_decides_cannot_be_posted(editor: User, other_editor: User) -> None:
    claims = {"status": "published", "author": other_editor.pk, "slug": "mine", "live_revision": 1, "id": 7}

    signed_in(editor).post("/write", WRITING | claims)

    post = Post.objects.get()
    assert (post.status, post.author, post.slug, post.live_revision) == (Status.DRAFT, editor, "a-title-typed", None)


def test_a_post_without_words_is_saved_and_its_author_told_what_lacks(editor: User) -> None:
    answer = signed_in(editor).post("/write", {"body": "Words.", "then": "submit"}, follow=True)

    assert Post.objects.get().status == Status.DRAFT
    assert "Saved, but not submitted. Give the post a title" in answer.content.decode()


@pytest.mark.parametrize(
    "text", ["[" * 20_000, "<![" * 7_000, "![[]()" * 3_500, "- " * 5_000, "1. " * 5_000, "> " * 10_000]
)
def test_a_hostile_text_is_kept_and_refused_at_submit_with_the_line(editor: User, text: str) -> None:
    client = signed_in(editor)
    body = f"Fine.\n\n{text}"

    saved = client.post("/write", WRITING | {"body": body, "then": "submit"}, follow=True)
    post = Post.objects.get()
    proof = client.get(f"/desk/posts/{post.pk}")
    refused = client.post(f"/desk/posts/{post.pk}/submit")

    assert (saved.status_code, proof.status_code) == (200, 200)
    assert post.body == body
    if post.status == Status.DRAFT:  # Some of these the renderer can do.
        assert_holds(saved, body)
        assert f"Look at line {post.problem_line}." in saved.content.decode()
        assert f"Look at line {post.problem_line}." in refused.content.decode()
        assert refused.status_code == 422


def test_lists_a_thousand_deep_are_refused(editor: User) -> None:
    signed_in(editor).post("/write", WRITING | {"body": "1. " * 5_000, "then": "submit"})

    assert Post.objects.get().status == Status.DRAFT


# While the renderer is busy


@pytest.mark.usefixtures("busy")
def test_a_busy_renderer_is_not_blamed_on_the_text(editor: User) -> None:
    client = signed_in(editor)

    saved = client.post("/write", WRITING | {"then": "submit"}, follow=True)
    post = Post.objects.get()
    refused = client.post(f"/desk/posts/{post.pk}/submit")

    assert saved.redirect_chain == [(f"/desk/posts/{post.pk}/edit", 302)]
    assert "Saved, but not submitted. Too much is going on" in saved.content.decode()
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert "press submit again in a moment" in refused.content.decode().lower()
    assert "Look at line" not in saved.content.decode() + refused.content.decode()
    assert (post.body, post.status, post.problem) == (TYPED, Status.DRAFT, "")


def test_the_proof_of_what_was_saved_in_busy_times_is_made_when_it_is_read(
    editor: User, busy: pytest.MonkeyPatch
) -> None:
    post = Post.objects.write(by=editor, title="Late", body="Read it *twice*.")
    client = signed_in(editor)

    meanwhile = client.get(f"/desk/posts/{post.pk}").content.decode()
    busy.undo()
    proof = client.get(f"/desk/posts/{post.pk}").content.decode()

    assert "The proof is not made yet" in meanwhile
    assert "The proof is not made yet" not in proof
    assert "<em>twice</em>" in proof


# Nothing typed is lost


@pytest.fixture
def stale(draft: Post, editor: User) -> Post:
    """A draft that was saved again after somebody opened version 1 of it."""
    draft.edit(by=editor, version=1, title="Saved meanwhile", body="Saved meanwhile, too.")
    return draft


@pytest.mark.parametrize("path", ["/write", "/desk/posts/{}/edit"])
@pytest.mark.parametrize(
    "wrong", [{"title": "x" * 201}, {"tags": "x" * 51}, {"body": "é" * 100_001}, {"body": TYPED + "\0"}], ids=list
)
def test_a_form_with_a_mistake_comes_back_as_it_was_typed(
    draft: Post, editor: User, path: str, wrong: dict[str, str]
) -> None:
    typed = WRITING | {"version": "1"} | wrong

    answer = signed_in(editor).post(path.format(draft.pk), typed)

    assert answer.status_code == 422
    assert_holds(answer, typed["title"], typed["tags"], typed["body"])
    assert Post.objects.get().version == 1


def test_a_save_that_comes_too_late_shows_both_texts(stale: Post, editor: User) -> None:
    answer = signed_in(editor).post(f"/desk/posts/{stale.pk}/edit", WRITING | {"version": "1"})

    assert answer.status_code == 409
    assert_holds(answer, TYPED, "A title typed", "one, two", "Saved meanwhile", "Saved meanwhile, too.")
    assert Post.objects.get().body == "Saved meanwhile, too."


def test_saving_from_the_page_with_both_texts_is_a_decision_and_is_done(stale: Post, editor: User) -> None:
    client = signed_in(editor)
    conflict = client.post(f"/desk/posts/{stale.pk}/edit", WRITING | {"version": "1"})
    version = re.search(r'name="version" value="(\d+)"', conflict.content.decode())
    assert version is not None

    answer = client.post(f"/desk/posts/{stale.pk}/edit", WRITING | {"version": version[1]})

    assert answer.status_code == 302
    assert Post.objects.get().body == TYPED


@pytest.mark.parametrize("version", ["", None])
def test_a_save_that_names_no_version_is_too_late(draft: Post, editor: User, version: str | None) -> None:
    typed = WRITING | ({} if version is None else {"version": version})

    answer = signed_in(editor).post(f"/desk/posts/{draft.pk}/edit", typed)

    assert answer.status_code == 409
    assert_holds(answer, TYPED)


TYPED_SOMEWHERE = [
    ("/write", WRITING),
    ("/desk/posts/{}/edit", WRITING | {"version": "1"}),
    ("/desk/posts/{}/request-changes", {"reason": TYPED}),
]
typed_somewhere = pytest.mark.parametrize(("path", "typed"), TYPED_SOMEWHERE, ids=["write", "edit", "reason"])


@typed_somewhere
def test_a_page_without_its_csrf_token_gives_the_text_back(
    submitted: Post, editor_and_admin: User, path: str, typed: dict[str, str]
) -> None:
    browser = signed_in(editor_and_admin, enforce_csrf_checks=True)

    answer = browser.post(path.format(submitted.pk), typed)

    assert answer.status_code == 403
    assert_holds(answer, TYPED)
    assert Post.objects.get().status == Status.IN_REVIEW


@typed_somewhere
def test_who_was_signed_out_meanwhile_gets_the_text_back(submitted: Post, path: str, typed: dict[str, str]) -> None:
    answer = Client().post(path.format(submitted.pk), typed)

    assert answer.status_code == 401
    assert_holds(answer, TYPED)


@typed_somewhere
def test_who_lost_the_role_meanwhile_gets_the_text_back(
    sign_up: SignUp, admin: User, path: str, typed: dict[str, str]
) -> None:
    once_an_editor = sign_up("Once An Editor")
    post = post_in("draft", with_roles(once_an_editor, Role.EDITOR), admin)

    answer = signed_in(once_an_editor).post(path.format(post.pk), typed)

    assert answer.status_code in (403, 404)
    assert_holds(answer, TYPED)


def test_a_reason_that_comes_too_late_is_given_back(published: Post, admin: User) -> None:
    late = {"revision": "1", "reason": TYPED}
    answer = signed_in(admin).post(f"/desk/posts/{published.pk}/request-changes", late)

    assert answer.status_code == 409
    assert_holds(answer, TYPED)


@pytest.mark.parametrize(("reason", "status"), [("", 422), (" \r\n", 422), ("x" * 10_001, 422), ("nul \0", 422)])
def test_a_reason_that_cannot_be_is_refused(submitted: Post, admin: User, reason: str, status: int) -> None:
    asked = {"revision": "1", "reason": reason}
    answer = signed_in(admin).post(f"/desk/posts/{submitted.pk}/request-changes", asked)

    assert answer.status_code == status
    assert Post.objects.get().status == Status.IN_REVIEW


# Every writing address refuses. By whom and when is in tests/blog/test_permissions.py.

VERBS = ["submit", "withdraw", "request-changes", "publish", "unpublish"]
IDS_OF_NO_POST = ["0", "999", "99999999999999999999999"]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete"])
def test_a_verb_is_a_post_and_nothing_else(submitted: Post, editor_and_admin: User, verb: str, method: str) -> None:
    answer = getattr(signed_in(editor_and_admin), method)(f"/desk/posts/{submitted.pk}/{verb}")

    assert answer.status_code == 405
    assert Post.objects.get().history.count() == 2


@pytest.mark.parametrize(
    "path", ["/desk", "/desk/posts/{}", "/desk/posts/{}/review", "/", "/posts/{}", "/posts/on-proofs"]
)
def test_a_page_that_only_reads_takes_no_post(submitted: Post, editor_and_admin: User, path: str) -> None:
    assert signed_in(editor_and_admin).post(path.format(submitted.pk)).status_code == 405


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_without_the_csrf_token_is_refused(editor_and_admin: User, verb: str) -> None:
    post = post_in("in_review+live", editor_and_admin, editor_and_admin)
    before = post.history.count()
    browser = signed_in(editor_and_admin, enforce_csrf_checks=True)

    answer = browser.post(f"/desk/posts/{post.pk}/{verb}", {"revision": "2", "reason": "Shorter."})

    assert answer.status_code == 403
    assert post.history.count() == before


@pytest.mark.parametrize("post_id", IDS_OF_NO_POST)
@pytest.mark.parametrize("rest", ["", "/edit", "/review"])
def test_a_post_that_is_none_is_not_found(editor_and_admin: User, post_id: str, rest: str) -> None:
    assert signed_in(editor_and_admin).get(f"/desk/posts/{post_id}{rest}").status_code == 404


@pytest.mark.parametrize("post_id", IDS_OF_NO_POST)
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_on_a_post_that_is_none_is_not_found(editor_and_admin: User, post_id: str, verb: str) -> None:
    assert signed_in(editor_and_admin).post(f"/desk/posts/{post_id}/{verb}").status_code == 404


@pytest.mark.parametrize(
    ("revision", "status"), [("1", 302), ("2", 409), ("", 422), ("abc", 422), ("-1", 422), ("9" * 30, 422), ("١", 422)]
)
def test_publishing_takes_the_number_of_the_revision_that_was_read(
    submitted: Post, admin: User, revision: str, status: int
) -> None:
    answer = signed_in(admin).post(f"/desk/posts/{submitted.pk}/publish", {"revision": revision})

    assert answer.status_code == status
    assert Post.objects.live().exists() == (status == 302)


@pytest.mark.parametrize("verb", ["publish", "request-changes"])
def test_deciding_without_naming_a_revision_is_refused(submitted: Post, admin: User, verb: str) -> None:
    answer = signed_in(admin).post(f"/desk/posts/{submitted.pk}/{verb}", {"reason": TYPED})

    assert answer.status_code == 422
    assert_holds(answer, TYPED)
    assert Post.objects.get().status == Status.IN_REVIEW


def test_who_comes_too_late_is_told_so_and_led_to_the_post(published: Post, admin: User) -> None:
    answer = signed_in(admin).post(f"/desk/posts/{published.pk}/publish", {"revision": "1"})

    assert answer.status_code == 409
    assert f'href="/desk/posts/{published.pk}"' in answer.content.decode()


def test_pages_of_the_desk_are_never_cached(draft: Post, editor: User) -> None:
    client = signed_in(editor)

    for path in ("/desk", "/write", f"/desk/posts/{draft.pk}", f"/desk/posts/{draft.pk}/edit"):
        assert "no-store" in client.get(path).headers["Cache-Control"]


def test_what_is_wrong_with_a_long_text_is_said_where_it_is_written(draft: Post, editor: User) -> None:
    client, path = signed_in(editor), f"/desk/posts/{draft.pk}/edit"
    client.post(path, WRITING | {"body": "> " * 25_000, "version": "1"})
    draft.refresh_from_db()
    was_rendered = draft.is_rendered

    while not draft.is_rendered:  # Another text may be under way.
        page = client.get(path)
        draft.refresh_from_db()

    assert not was_rendered
    assert "Saved, but it does not make a page yet" in page.content.decode()


# Saving too often


def test_who_saves_too_often_has_the_text_back_and_can_send_it_again(
    draft: Post, editor: User, other_editor: User, settings: Settings
) -> None:
    settings.SAVE_LIMIT = (1, 86400)
    client, path = signed_in(editor), f"/desk/posts/{draft.pk}/edit"

    def post(fields: dict[str, str]) -> Any:
        return client.post(path, urlencode(fields), "application/x-www-form-urlencoded")

    first = post(WRITING | {"version": "1"})
    second = post(WRITING | {"title": "Another", "version": "2"})
    settings.SAVE_LIMIT = (10, 86400)
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', second.content.decode())
    again = post({name: unescape(value) for name, value in hidden})

    assert [answer.status_code for answer in (first, second, again)] == [302, 429, 302]
    assert int(second["Retry-After"]) > 0
    assert_holds(second, TYPED, "Another")
    draft.refresh_from_db()
    assert (draft.title, draft.body, draft.version) == ("Another", TYPED, 3)


def test_each_editor_saves_as_often_as_they_may(
    draft: Post, editor: User, other_editor: User, settings: Settings
) -> None:
    settings.SAVE_LIMIT = (1, 86400)
    answers = [signed_in(person).post("/write", WRITING) for person in (editor, editor, other_editor)]

    assert [answer.status_code for answer in answers] == [302, 429, 302]


def test_of_those_who_save_on_and_on_one_at_a_time_is_let_in(
    editor: User, other_editor: User, rf: RequestFactory, settings: Settings
) -> None:
    settings.SAVE_LIMIT = (20, 60)
    door = RefusalMiddleware(lambda request: HttpResponse())

    def comes(person: User) -> tuple[HttpRequest, int]:
        request = rf.post("/write", headers={"Accept": "application/json"})
        request.user = person  # type: ignore[assignment]  # as accounts.middleware sets it
        refused = door.process_view(request, views.write, (), {})
        return request, refused.status_code if refused else 200

    unhurried = [comes(person) for person in [editor] * 2 + [other_editor] * 2]
    at_once = [comes(person) for person in (editor, other_editor, editor)]
    door(at_once[0][0])  # The first of those in a hurry is answered.
    later = comes(editor)

    assert {status for _, status in unhurried} == {200}
    assert [status for _, status in at_once] == [200, 429, 429]
    assert later[1] == 200


def test_who_takes_no_notice_of_it_gets_no_page_any_more(editor: User, settings: Settings) -> None:
    settings.SAVE_LIMIT = (1, 86400)
    client = signed_in(editor)

    answers = [client.post("/write", WRITING) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [302, 429, 429, 429]
    assert [answer["Content-Type"].partition(";")[0] for answer in answers[1:]] == [
        "text/html",
        "text/plain",
        "text/plain",
    ]
    assert "your browser still has what you typed" in answers[3].content.decode()
