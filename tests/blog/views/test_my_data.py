import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import api_tokens, sessions, team
from accounts.models import Session, User
from blog.models import Post
from tests.blog.posts import known
from tests.conftest import bearer, signed_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def data_of(user: User) -> dict[str, Any]:
    answer: dict[str, Any] = signed_in(user).get("/account/data").json()
    return answer


def test_somebody_takes_along_all_that_is_kept_of_them(published: Post, editor: User) -> None:
    api_tokens.create(editor, name="A script", scopes=[], lifetime=timedelta(days=1))

    data = data_of(editor)

    assert data["profile"]["email"] == "ed.editor@example.com"
    assert data["profile"]["roles"] == ["editor"]
    assert [session["ended_at"] for session in data["sessions"]] == [None]
    assert [token["name"] for token in data["api_tokens"]] == ["A script"]
    post = data["posts"][0]
    assert (post["title"], post["body"]) == ("On proofs", "Read it *twice*.")
    assert [(revision["number"], revision["is_live"]) for revision in post["revisions"]] == [(1, True)]
    assert [entry["what"] for entry in post["history"]][-1].startswith("Ada Admin")
    assert [deed["verb"] for deed in data["deeds"]] == ["write", "submit"]


def test_the_picture_the_devices_and_the_ways_to_sign_in_are_in_it(reader: User) -> None:
    digest = "b" * 64
    default_storage.save(f"people/{digest}.webp", ContentFile(b"RIFF-webp"))
    browser = signed_in(reader)
    User.objects.filter(pk=reader.pk).update(picture=digest, picture_source="https://pictures.example/rita.png")
    Session.objects.update(user_agent=FIREFOX, network="203.0.113.0/24")

    data = browser.get("/account/data").json()

    assert base64.b64decode(data["picture"]["base64"]) == b"RIFF-webp"
    assert data["picture"]["fetched_from"] == "https://pictures.example/rita.png"
    assert data["sign_in_methods"] == ["email"]
    first = data["sessions"][0]
    assert (first["device"], first["network"], first["signed_in_by"]) == (
        "Firefox on Linux",
        "203.0.113.0/24",
        ["email"],
    )


def test_without_a_picture_it_says_so(reader: User) -> None:
    assert data_of(reader)["picture"] == {"fetched_from": "", "type": None, "base64": None}


def test_an_ended_session_is_in_it_without_what_is_kept_of_it_no_more(reader: User) -> None:
    signed_in(reader)
    sessions.end_one(Session.objects.get())

    ended, live = data_of(reader)["sessions"]

    assert (ended["signed_in_by"], ended["what_descope_says"]) == ([], {})
    assert live["signed_in_by"] == ["email"]


def test_what_admins_did_to_an_account_is_in_it_and_not_which_admin(reader: User, admin: User, editor: User) -> None:
    team.give_role(by=admin, subject=reader.subject, role="editor", reason="She writes well.")

    of_reader, of_admin = data_of(reader), data_of(admin)

    done = of_reader["done_to_your_account"][-1]
    assert (done["verb"], done["role"], done["reason"]) == ("give_role", "editor", "She writes well.")
    assert of_admin["done_by_you_as_admin"][-1]["reason"] == "She writes well."
    assert of_reader["done_by_you_as_admin"] == of_admin["done_to_your_account"] == []
    assert admin.subject not in json.dumps(of_reader)
    assert reader.subject not in json.dumps(of_admin)


def test_the_links_they_shared_are_in_it_without_what_opens_them(draft: Post, editor: User, admin: User) -> None:
    link, token = draft.share(by=editor)
    draft.share(by=admin)

    data = data_of(editor)

    assert [(one["post"], one["shows"], one["opened_count"]) for one in data["shared_links"]] == [
        (draft.pk, "the newest text", 0)
    ]
    assert token not in str(data)
    assert link.token_digest not in str(data)


def test_it_is_a_file_that_no_cache_keeps(reader: User) -> None:
    response = signed_in(reader).get("/account/data")

    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert response["Content-Type"] == "application/json"
    assert "no-store" in response["Cache-Control"]


def test_there_is_no_secret_in_it(editor: User) -> None:
    _, secret = api_tokens.create(editor, name="A script", scopes=[], lifetime=timedelta(days=1))
    browser = signed_in(editor)
    session = Session.objects.get()

    text = browser.get("/account/data").content.decode()

    digest = editor.api_tokens.get().digest
    assert not [word for word in (secret, digest, session.key_digest, session.locked_refresh_token) if word in text]


def test_there_is_no_word_of_anybody_else_in_it(submitted: Post, admin: User, reader: User) -> None:
    submitted.publish(by=admin, revision=1)

    of_admin, of_reader = data_of(admin), data_of(reader)

    assert "Read it" not in json.dumps([of_admin, of_reader])
    assert "Ed Editor" not in json.dumps([of_admin, of_reader])
    assert [(deed["verb"], deed["post"]) for deed in of_admin["deeds"]] == [("publish", submitted.pk)]
    assert of_reader["posts"] == of_reader["deeds"] == []


def test_who_may_no_longer_write_still_gets_their_words(draft: Post, editor: User) -> None:
    browser = signed_in(editor)
    User.objects.filter(pk=editor.pk).update(known_roles=[], roles_known_at="2100-01-01T00:00Z")

    assert browser.get("/account/data").json()["posts"][0]["body"] == "Read it *twice*."


def test_who_got_a_post_and_may_write_no_more_gets_no_word_of_who_wrote_it(
    submitted: Post, editor: User, other_editor: User, admin: User
) -> None:
    submitted.request_changes(by=admin, revision=1, reason="Say less of the merger.")
    submitted.hand_over(by=admin, to=known(other_editor), reason="Ed is away.")
    browser = signed_in(other_editor)
    User.objects.filter(pk=other_editor.pk).update(known_roles=[], roles_known_at="2100-01-01T00:00Z")

    of_heir, of_writer = browser.get("/account/data").json(), data_of(editor)

    assert not [word for word in ("Read it", "On proofs", "merger") if word in json.dumps(of_heir["posts"])]
    assert [post["id"] for post in of_heir["posts"]] == [submitted.pk]
    assert [revision["body"] for revision in of_writer["posts"][0]["revisions"]] == ["Read it *twice*."]


def test_what_others_write_on_with_is_theirs(submitted: Post, editor: User, other_editor: User, admin: User) -> None:
    submitted.hand_over(by=admin, to=known(other_editor), reason="Ed is away.")
    submitted.edit(by=other_editor, version=submitted.version, title="Later", body="Words of Olga.")
    submitted.submit(by=other_editor, note="For Ada alone.")

    post = data_of(editor)["posts"][0]

    assert [revision["number"] for revision in post["revisions"]] == [1, 2]
    assert "body" not in post
    assert "For Ada alone." not in json.dumps(post)


def test_what_was_deleted_is_opened_by_nobody(submitted: Post, editor: User) -> None:
    submitted.withdraw(by=editor)
    submitted.delete_for_good(by=editor)

    assert data_of(editor)["posts"] == []


def test_pages_are_not_loaded_for_it(published: Post, editor: User) -> None:
    browser = signed_in(editor)

    with CaptureQueriesContext(connection) as captured:
        browser.get("/account/data")

    assert not [query["sql"] for query in captured if '."html"' in query["sql"]]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_only_reads(method: str, reader: User) -> None:
    assert getattr(signed_in(reader), method)("/account/data").status_code == 405


def test_a_visitor_is_asked_to_sign_in_and_an_api_token_refused(reader: User) -> None:
    _, secret = api_tokens.create(reader, name="A script", scopes=[], lifetime=timedelta(days=1))

    by_token = Client().get("/account/data", headers={"Authorization": f"Bearer {secret}"})

    assert Client().get("/account/data").status_code == 302
    assert by_token.status_code == 403
    assert Client().get("/account/data", headers=bearer(reader)).status_code == 200
