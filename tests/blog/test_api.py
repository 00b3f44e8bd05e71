"""The tutorial's five routes, for its own client and for programs."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import limits
from accounts.models import User
from blog import pace
from blog.models import Post
from blog.status import Status
from tests.blog.posts import STATES, post_in
from tests.conftest import bearer, signed_in

JSON = "application/json"
NEW = {"title": "On proofs", "content": "Read it *twice*.\r\n", "tags": ["craft"]}


def create(user: User, **body: Any) -> Any:
    return Client().post("/api/posts/create", NEW | body, content_type=JSON, headers=bearer(user))


def toggle(user: User, post: Post, **body: Any) -> Any:
    whole = {"postId": post.pk} | body
    return Client().put("/api/posts/toggleStatus", whole, content_type=JSON, headers=bearer(user))


def assert_refused(answer: Any, status: int) -> None:
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    refused = answer.json()
    assert refused["data"] is None
    assert (refused["error"]["status"], refused["status"]) == (status, status)
    assert refused["error"]["detail"]


# The five routes


def test_register_tells_the_caller_who_they_are(reader: User) -> None:
    body = {"descopeUserId": "somebody-else", "email": "other@example.com", "name": "Other"}

    answer = Client().post("/api/register", body, content_type=JSON, headers=bearer(reader))

    assert answer.json() == {"error": None, "data": {"id": reader.pk, "name": reader.name, "email": reader.email}}
    assert User.objects.count() == 1


def test_create_writes_and_submits_in_one_step(editor: User) -> None:
    answer = create(editor)

    post = Post.objects.get()
    assert answer.status_code == 201
    assert (post.author, post.status, post.title, post.body) == (
        editor, Status.IN_REVIEW, "On proofs", "Read it *twice*.\n",
    )  # fmt: skip
    assert post.submitted_revision is not None
    assert answer.json()["data"]["published"] is False


def create_again(user: User, **body: Any) -> Any:
    headers = bearer(user) | {"Idempotency-Key": "one call"}
    return Client().post("/api/posts/create", NEW | body, content_type=JSON, headers=headers)


@pytest.mark.parametrize("meanwhile", ["nothing", "withdraw", "publish", "edit"])
def test_a_call_sent_again_answers_with_the_post_as_it_stands(editor: User, admin: User, meanwhile: str) -> None:
    first = create_again(editor)
    post = Post.objects.get()
    match meanwhile:
        case "withdraw":
            post.withdraw(by=editor)
        case "publish":
            post.publish(by=admin, revision=1)
        case "edit":
            post.edit(by=editor, version=1, title="Other", body="Other words.")
    before = list(Post.objects.values()), list(post.history.values())

    again = create_again(editor)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["data"]["id"] == post.pk
    assert again.json()["data"]["published"] == (meanwhile == "publish")
    assert (list(Post.objects.values()), list(post.history.values())) == before


def test_a_call_sent_again_with_other_words_is_another_post(editor: User) -> None:
    assert [create_again(editor).status_code, create_again(editor, title="Other").status_code] == [201, 201]
    assert Post.objects.count() == 2


def test_a_call_sent_again_does_what_a_busy_renderer_left_undone(editor: User, busy: pytest.MonkeyPatch) -> None:
    refused = create_again(editor)
    busy.undo()

    again = create_again(editor)

    assert (refused.status_code, again.status_code) == (503, 200)
    assert Post.objects.get().status == Status.IN_REVIEW


def test_the_answers_have_the_tutorials_fields(published: Post, reader: User) -> None:
    headers = bearer(reader)

    listed = Client().get("/api/posts/retrieve", headers=headers).json()
    single = Client().get(f"/api/posts/{published.pk}", headers=headers).json()

    assert listed["data"] == [single["data"]]
    assert listed["error"] is single["error"] is None
    data = single["data"]
    assert (data["id"], data["title"], data["content"]) == (
        published.pk, "On proofs", "<p>Read it <em>twice</em>.</p>",
    )  # fmt: skip
    assert (data["author"], data["published"]) == ({"name": "Ed Editor"}, True)
    assert data["createdAt"].startswith(published.created_at.isoformat()[:19])
    assert set(data) == {
        "id", "title", "content", "createdAt", "author", "published", "publishedAt", "slug", "tags",
        "cover", "coverAlt", "submittedRevision",
    }  # fmt: skip


def test_toggling_twice_publishes_and_unpublishes_and_then_publishes_the_same_again(
    submitted: Post, admin: User
) -> None:
    seen = []
    for _ in range(3):
        answer = toggle(admin, submitted)
        seen.append((answer.status_code, answer.json()["data"]["published"]))

    kept = Post.objects.get(pk=submitted.pk)
    assert seen == [(200, True), (200, False), (200, True)]
    assert kept.live_revision == kept.revisions.get()
    assert [entry.verb for entry in kept.history.order_by("pk")] == [
        "write", "submit", "publish", "unpublish", "publish",
    ]  # fmt: skip


def test_toggling_can_name_the_revision_that_was_read(submitted: Post, editor: User, admin: User) -> None:
    submitted.edit(by=editor, version=submitted.version, title="Newer", body="Newer.")
    submitted.submit(by=editor)

    assert_refused(toggle(admin, submitted, revision=1), 409)
    assert toggle(admin, submitted, revision=2).status_code == 200


def test_naming_a_revision_publishes_it_where_an_older_one_is_live(editor: User, admin: User) -> None:
    post = post_in("in_review+live", editor, admin)

    answer = toggle(admin, post, revision=2)

    assert (answer.status_code, answer.json()["data"]["published"]) == (200, True)
    assert Post.objects.get(pk=post.pk).live_revision == post.revisions.get(number=2)


@pytest.mark.parametrize("state", ["published", "draft+live"])
def test_naming_a_revision_never_unpublishes(editor: User, admin: User, state: str) -> None:
    post = post_in(state, editor, admin)

    assert_refused(toggle(admin, post, revision=1), 409)
    assert Post.objects.live().get() == post


def test_who_works_on_a_post_is_told_which_revision_waits(editor: User, admin: User, reader: User) -> None:
    post = post_in("in_review+live", editor, admin)

    def waiting(person: User) -> Any:
        return Client().get(f"/api/posts/{post.pk}", headers=bearer(person)).json()["data"]["submittedRevision"]

    assert [waiting(person) for person in (editor, admin, reader)] == [2, 2, None]


def test_readers_get_the_live_text_and_editors_of_other_posts_no_more(
    editor: User, other_editor: User, reader: User, admin: User
) -> None:
    post = post_in("in_review+live", editor, admin)

    for person in (reader, other_editor, editor, admin):
        data = Client().get(f"/api/posts/{post.pk}", headers=bearer(person)).json()["data"]
        assert (data["title"], data["content"]) == ("On proofs", "<p>Read it <em>twice</em>.</p>")


def test_html_in_a_text_passes_through_the_allow_list(editor: User) -> None:
    content = create(editor, content="<script>alert(1)</script><b onclick=x>Bold</b>").json()["data"]["content"]

    assert "<script" not in content
    assert "onclick" not in content


# Who is asking


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api/register"),
        ("get", "/api/posts/retrieve"),
        ("get", "/api/posts/1"),
        ("post", "/api/posts/create"),
        ("put", "/api/posts/toggleStatus"),
        ("get", "/api/openapi.json"),
        ("get", "/api/"),
        ("get", "/api/nothing"),
    ],
)
def test_a_visitor_is_told_to_sign_in_as_a_program_is(published: Post, method: str, path: str) -> None:
    answer = getattr(Client(), method)(path, NEW, **({} if method == "get" else {"content_type": JSON}))

    assert_refused(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), [("post", "/api/posts/create"), ("put", "/api/posts/toggleStatus")])
def test_a_cookie_needs_the_csrf_token_and_a_bearer_does_not(
    submitted: Post, editor_and_admin: User, method: str, path: str
) -> None:
    body = NEW | {"postId": submitted.pk}
    browser = signed_in(editor_and_admin, enforce_csrf_checks=True)
    program = Client(enforce_csrf_checks=True)

    refused = getattr(browser, method)(path, body, content_type=JSON)
    untouched = (Post.objects.count(), Post.objects.live().count())
    done = getattr(program, method)(path, body, content_type=JSON, headers=bearer(editor_and_admin))

    assert_refused(refused, 403)
    assert untouched == (1, 0)
    assert done.status_code in (200, 201)


def test_a_cookie_with_the_csrf_token_will_do(editor: User) -> None:
    browser = signed_in(editor, enforce_csrf_checks=True)
    token = browser.get("/write").context["csrf_token"]

    answer = browser.post("/api/posts/create", NEW, content_type=JSON, headers={"X-CSRFToken": str(token)})

    assert answer.status_code == 201


def test_reading_with_a_cookie_needs_no_csrf_token(published: Post, reader: User) -> None:
    browser = signed_in(reader, enforce_csrf_checks=True)

    assert browser.get("/api/posts/retrieve").status_code == 200


@pytest.mark.parametrize("token", ["", "garbage", "a.b.c"])
def test_a_bad_bearer_is_refused_even_where_the_site_is_public_or_a_cookie_is_good(
    published: Post, admin: User, settings: SimpleNamespace, token: str
) -> None:
    settings.VISIBILITY = "public"

    for client in (Client(), signed_in(admin)):
        answer = client.get("/api/posts/retrieve", headers={"Authorization": f"Bearer {token}"})
        assert_refused(answer, 401)


def test_a_public_site_lets_programs_read_what_is_live(
    published: Post, editor: User, settings: SimpleNamespace
) -> None:
    settings.VISIBILITY = "public"
    hidden = Post.objects.write(by=editor, title="Hidden", body="Hidden.")

    listed = Client().get("/api/posts/retrieve").json()["data"]

    assert [post["id"] for post in listed] == [published.pk]
    assert Client().get(f"/api/posts/{published.pk}").status_code == 200
    assert_refused(Client().get(f"/api/posts/{hidden.pk}"), 404)


@pytest.mark.parametrize(
    "claimed",
    [
        {"descopeUserId": "SUBJECT"},
        {"authorId": "ID"},
        {"author": {"name": "Other"}},
        {"sessionToken": "TOKEN"},
        {"published": True},
        {"status": "published"},
        {"slug": "mine", "id": 7, "version": 9, "live_revision": 1},
    ],
    ids=lambda claimed: "+".join(claimed),
)
def test_what_a_body_says_of_identity_or_status_is_not_believed(
    editor: User, admin: User, claimed: dict[str, Any]
) -> None:
    known = {"SUBJECT": admin.subject, "ID": admin.pk, "TOKEN": bearer(admin)["Authorization"][7:]}
    claimed = {name: known.get(value, value) if isinstance(value, str) else value for name, value in claimed.items()}

    answer = create(editor, **claimed)

    post = Post.objects.get()
    assert answer.status_code == 201
    assert (post.author, post.status, post.slug, post.version) == (editor, Status.IN_REVIEW, "on-proofs", 1)
    assert not post.is_live


def test_an_admins_token_in_the_body_does_not_publish(submitted: Post, editor: User, admin: User) -> None:
    answer = toggle(editor, submitted, sessionToken=bearer(admin)["Authorization"][7:], descopeUserId=admin.subject)

    assert_refused(answer, 403)
    assert not Post.objects.live().exists()


# Refusals


@pytest.mark.parametrize(
    ("state", "who", "status"),
    [
        ("draft", "admin", 409),
        ("archived", "admin", 409),
        ("in_review", "editor", 403),
        ("published", "editor", 403),
        ("in_review", "reader", 404),
        ("published", "reader", 403),
        ("draft", "other_editor", 404),
    ],
)
def test_a_toggle_that_may_not_be_is_refused(
    request: pytest.FixtureRequest, editor: User, admin: User, state: str, who: str, status: int
) -> None:
    post = post_in(state, editor, admin)

    assert_refused(toggle(request.getfixturevalue(who), post), status)
    assert post.history.count() == Post.objects.get(pk=post.pk).history.count()


@pytest.mark.parametrize("post_id", [999, 0, -1, 2**63, 2**70, "abc", "1.5", "%00", "1%20or%201"])
def test_an_id_that_is_none_is_no_post(published: Post, admin: User, post_id: Any) -> None:
    answer = Client().get(f"/api/posts/{post_id}", headers=bearer(admin))

    assert_refused(answer, 404 if isinstance(post_id, int) else 422)


@pytest.mark.parametrize("post_id", [999, 0, -1, 2**63, 2**70, "abc", None, [], {}, 1.5])
def test_an_id_that_is_none_toggles_nothing(submitted: Post, admin: User, post_id: Any) -> None:
    body = {"postId": post_id}
    answer = Client().put("/api/posts/toggleStatus", body, content_type=JSON, headers=bearer(admin))

    assert_refused(answer, 404 if post_id == 999 else 422)
    assert not Post.objects.live().exists()


@pytest.mark.parametrize(
    "body",
    [
        {"title": ""},
        {"title": " "},
        {"title": "x" * 201},
        {"title": None},
        {"title": 7},
        {"content": ""},
        {"content": " \n"},
        {"content": None},
        {"content": "x" * 100_001},
        {"title": "nul \0"},
        {"content": "nul \0"},
        {"tags": ["nul \0"]},
        {"title": "half a pair \ud800"},
        {"content": "half a pair \udc00"},
        {"tags": ["half a pair \ud800"]},
        {"tags": "craft"},
        {"tags": ["x" * 51]},
        {"tags": [str(number) for number in range(21)]},
    ],
    ids=lambda body: f"{next(iter(body))}-{str(next(iter(body.values())))[:12]!a}",
)
def test_a_post_that_cannot_be_is_refused_and_not_kept(editor: User, body: dict[str, Any]) -> None:
    assert_refused(create(editor, **body), 422)
    assert not Post.objects.exists()


def test_a_text_that_will_not_render_is_kept_as_a_draft_and_the_line_told(editor: User) -> None:
    answer = create(editor, content="Fine.\n\n" + "1. " * 5_000)

    post = Post.objects.get()
    assert_refused(answer, 422)
    assert answer.json()["error"]["line"] == 3
    assert (post.status, len(post.body)) == (Status.DRAFT, 15_007)


@pytest.mark.usefixtures("busy")
def test_a_busy_renderer_is_told_apart_from_a_bad_text(editor: User) -> None:
    answer = create(editor)

    assert_refused(answer, 503)
    assert answer.headers["Retry-After"] == "5"
    assert "line" not in answer.json()["error"]
    assert Post.objects.get().status == Status.DRAFT


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"text"', "title=On+proofs&content=Words", '{"title": NaN}'])
@pytest.mark.parametrize("content_type", [JSON, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_no_json_object_is_refused(editor: User, body: str, content_type: str) -> None:
    answer = Client().post("/api/posts/create", body, content_type=content_type, headers=bearer(editor))

    assert_refused(answer, answer.status_code)
    assert answer.status_code in (400, 422)
    assert not Post.objects.exists()


def test_a_deeply_nested_body_is_refused(editor: User) -> None:
    body = '{"title":' * 20_000

    answer = Client().post("/api/posts/create", body, content_type=JSON, headers=bearer(editor))

    assert answer.status_code in (400, 422)


@pytest.mark.parametrize(("size", "status"), [(1024 * 1024, 422), (5 * 1024 * 1024, 413)])
def test_a_body_that_is_too_large_is_refused(editor: User, size: int, status: int) -> None:
    assert_refused(create(editor, content="x" * size), status)
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/register"),
        ("post", "/api/posts/retrieve"),
        ("delete", "/api/posts/1"),
        ("put", "/api/posts/1"),
        ("get", "/api/posts/create"),
        ("put", "/api/posts/create"),
        ("get", "/api/posts/toggleStatus"),
        ("post", "/api/posts/toggleStatus"),
        ("trace", "/api/posts/1"),
    ],
)
def test_another_method_is_refused(published: Post, editor_and_admin: User, method: str, path: str) -> None:
    answer = getattr(Client(), method)(path, headers=bearer(editor_and_admin))

    assert answer.status_code == 405
    assert Post.objects.live().count() == 1


# Lists


def test_lists_come_newest_first_in_the_pieces_asked_for(editor: User, admin: User) -> None:
    ids = [post_in("published", editor, admin, title=f"Post {number}").pk for number in range(5)][::-1]

    def listed(query: str) -> list[int]:
        answer = Client().get(f"/api/posts/retrieve{query}", headers=bearer(admin))
        return [post["id"] for post in answer.json()["data"]]

    assert listed("") == ids
    assert listed("?limit=2") == ids[:2]
    assert listed("?limit=2&offset=3") == ids[3:]
    assert listed("?offset=5") == listed(f"?limit=100&offset={2**63 - 1}") == []


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=101", "limit=abc", "offset=-1", f"offset={2**63}"])
def test_a_piece_that_cannot_be_is_refused(admin: User, query: str) -> None:
    assert_refused(Client().get(f"/api/posts/retrieve?{query}", headers=bearer(admin)), 422)


def test_a_list_holds_twenty_unless_more_are_asked_for(editor: User, admin: User) -> None:
    ids = [post_in("draft", editor, admin).pk for _ in range(22)][::-1]

    def listed(query: str) -> list[int]:
        answer = Client().get(f"/api/posts/retrieve{query}", headers=bearer(admin))
        return [post["id"] for post in answer.json()["data"]]

    assert listed("") == ids[:20]
    assert listed("?limit=100") == ids


@pytest.mark.parametrize("state", [state for state in STATES if state != "taken-down"])
def test_a_list_loads_the_one_html_of_each_post_that_it_shows(editor: User, admin: User, state: str) -> None:
    post_in(state, editor, admin, body="First words.")
    headers = bearer(admin)

    with CaptureQueriesContext(connection) as queries:
        data = Client().get("/api/posts/retrieve", headers=headers).json()["data"]

    assert data[0]["content"] == "<p>First words.</p>"
    assert sum('"html"' in query["sql"] for query in queries) == 1
    assert not any('"body"' in query["sql"] for query in queries)


def test_a_list_takes_as_many_queries_for_thirty_posts_as_for_one(
    editor: User, admin: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    headers = bearer(admin)
    post_in("in_review+live", editor, admin)
    post_in("draft", editor, admin)
    with django_assert_max_num_queries(50) as one:
        Client().get("/api/posts/retrieve", headers=headers)
    for number in range(29):
        post_in(["draft", "in_review", "published"][number % 3], editor, admin)

    with django_assert_max_num_queries(len(one.captured_queries)):
        answer = Client().get("/api/posts/retrieve?limit=100", headers=headers)

    assert len(answer.json()["data"]) == 31


# The pages about it


def test_the_description_names_every_route_and_what_it_takes(reader: User) -> None:
    description = Client().get("/api/openapi.json", headers=bearer(reader)).json()

    operations = {(path, method) for path, methods in description["paths"].items() for method in methods}
    assert description["openapi"].startswith("3.")
    assert description["info"]["title"] == "Galley"
    assert operations == {
        ("/api/register", "post"),
        ("/api/posts/retrieve", "get"),
        ("/api/posts/search", "get"),
        ("/api/posts/create", "post"),
        ("/api/posts/toggleStatus", "put"),
        ("/api/posts/{post_id}", "get"),
    }
    for reference in references(description):
        found = description
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


def references(part: Any) -> list[str]:
    """Return every `$ref` in a part of the description."""
    if isinstance(part, list):
        return [reference for item in part for reference in references(item)]
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + references(list(part.values()))
    return []


def test_the_page_about_the_api_needs_no_inline_script(reader: User) -> None:
    answer = signed_in(reader).get("/api/docs")
    scripts = [tag.split(">")[0] for tag in answer.content.decode().split("<script")[1:]]

    assert answer.status_code == 200
    assert scripts
    assert all("src=" in script or 'type="application/json"' in script for script in scripts)
    assert "//cdn" not in answer.content.decode()
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_a_program_that_writes_too_often_is_told_when_to_come_back(editor: User, settings: Settings) -> None:
    settings.SAVE_LIMIT = (1, 86400)

    first, second = create(editor), create(editor)

    assert first.status_code == 201
    assert_refused(second, 429)
    assert int(second["Retry-After"]) > 0


@pytest.mark.parametrize(("text", "is_in_a_hurry"), [("Words.", False), ("Words. " * 5_000, True)])
def test_a_long_text_of_a_program_counts_as_several_saves(
    text: str, is_in_a_hurry: bool, editor: User, settings: Settings
) -> None:
    settings.SAVE_LIMIT = (20, 60)

    assert create(editor, content=text).status_code == 201

    assert limits.keep_pace("SAVE_LIMIT", str(editor.pk)) == is_in_a_hurry


def test_a_program_in_a_hurry_gives_way_to_somebody_else_in_a_hurry(
    editor: User, other_editor: User, rf: RequestFactory, settings: Settings
) -> None:
    settings.SAVE_LIMIT = (20, 60)
    long = "Words. " * 5_000
    before_them = rf.post("/write")
    before_them.user = other_editor  # type: ignore[assignment]  # as accounts.middleware sets it
    for _ in range(3):
        pace.let_in(before_them, "SAVE_LIMIT")

    first = create(editor)
    meanwhile = create(editor, content=long)
    pace.let_go(before_them)
    later = create(editor, content=long)

    assert first.status_code == 201
    assert_refused(meanwhile, 429)
    assert later.status_code == 201
