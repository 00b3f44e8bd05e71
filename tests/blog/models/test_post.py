"""Posts: addresses, words kept as typed, one post for one form, and what the database itself refuses."""

import re
import unicodedata
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from blog.exceptions import EditedMeanwhile
from blog.models import MAX_SLUG_LENGTH, Post, with_plain_newlines
from blog.slugs import slug_of
from blog.status import Status
from tests.blog.plans import planned
from tests.blog.posts import post_in
from tests.blog.shelves import fill_shelf

# Addresses

SLUGS = [
    ("On proofs", "on-proofs"),
    ("Crème brûlée & café", "crème-brûlée-café"),
    ("Cafe\u0301", "café"),
    ("STRASSE, Straße", "strasse-strasse"),
    ("校正について", "校正について"),
    ("О корректуре", "о-корректуре"),
    ("हिन्दी में", "हिन्दी-में"),
    ("القِراءة", "القِراءة"),
    ("٢٠٢٤", "post-٢٠٢٤"),
    ("", "post"),
    ("???", "post"),
    ("❤️ 🎉 \u200d", "post"),
    ("2024", "post-2024"),
    ("--- 7 ---", "post-7"),
    ("a - b -- c", "a-b-c"),
    ("edit / publish?x=1#y", "edit-publishx1y"),
    ("../../etc/passwd", "etcpasswd"),
    ("<script>", "script"),
]


@pytest.mark.parametrize(("title", "slug"), SLUGS)
def test_the_address_is_made_of_the_title(editor: User, title: str, slug: str) -> None:
    assert Post.objects.write(by=editor, title=title, body="").slug == slug


@pytest.mark.parametrize("title", ["Same", "", "2024", "1" * 200, "long " * 40, "x" * 200, "-" * 200, "1" * 74 + " x"])
def test_every_post_has_an_address_of_its_own_that_fits_and_is_no_number(editor: User, title: str) -> None:
    slugs = [Post.objects.write(by=editor, title=title, body="").slug for _ in range(12)]

    assert len(set(slugs)) == 12
    assert all(len(slug) <= MAX_SLUG_LENGTH and not slug.isdigit() for slug in slugs)


@given(title=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200))
@hypothesis_settings(max_examples=300, deadline=None)
def test_every_address_leads_back_to_its_post(title: str) -> None:
    slug = slug_of(f"a {title}")

    assert resolve(unquote(reverse("post", args=[slug]))).kwargs == {"slug": slug}
    assert unicodedata.is_normalized("NFC", slug)


def test_a_title_that_everybody_chooses_takes_few_queries(
    editor: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    posts = [Post(author=editor, slug=f"same-{number}") for number in range(2, 500)]
    Post.objects.bulk_create([Post(author=editor, slug="same"), *posts])

    with django_assert_max_num_queries(2) as queries:  # Addresses there are, and addresses there were.
        slug = Post(author=editor, title="Same").free_slug()

    assert not any("LIKE" in query["sql"] for query in queries.captured_queries)
    assert re.fullmatch(r"same-\w{6}", slug)


def test_saving_the_same_title_again_keeps_the_address(editor: User) -> None:
    Post.objects.bulk_create([Post(author=editor, slug=f"same-{number}") for number in range(2, 30)])
    Post.objects.write(by=editor, title="Same", body="")
    post = Post.objects.write(by=editor, title="Same", body="")
    before = post.slug

    post.edit(by=editor, version=1, title="Same", body="More.")

    assert post.slug == before


def test_the_address_follows_the_title_until_it_is_submitted_and_stays_then(draft: Post, editor: User) -> None:
    draft.edit(by=editor, version=draft.version, title="Second title", body="Words.")
    before = draft.slug
    draft.submit(by=editor)
    draft.withdraw(by=editor)
    draft.edit(by=editor, version=draft.version, title="Third title", body="Words.")

    assert (before, draft.slug) == ("second-title", "second-title")


def test_saving_again_keeps_the_number_in_an_address(editor: User, other_editor: User) -> None:
    Post.objects.write(by=other_editor, title="Same", body="")
    post = Post.objects.write(by=editor, title="Same", body="")

    post.edit(by=editor, version=1, title="Same", body="More.")

    assert post.slug == "same-2"


# Words, as typed


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200))
@hypothesis_settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_but_line_ends_is_changed(text: str) -> None:
    kept = with_plain_newlines(text)

    assert kept.encode() == text.encode().replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def test_a_text_is_stored_byte_for_byte(editor: User) -> None:
    body = "  \ttwo spaces at the end  \r\nNBSP\u00a0, ZWJ \u200d, e\u0301, \ufeff, 𝒢\r\u2028\n\n\n"

    post = Post.objects.write(by=editor, title="Bytes", body=body)

    assert Post.objects.get(pk=post.pk).body == body.replace("\r\n", "\n").replace("\r", "\n")


# One form, one post


def test_a_form_sent_twice_starts_one_post(editor: User) -> None:
    words: dict[str, Any] = {"by": editor, "title": "Once", "body": "Words.\r\n", "tags": ["a"], "write_key": "key"}

    (first, is_new), (second, is_new_again) = Post.objects.write_once(**words), Post.objects.write_once(**words)

    assert first == second == Post.objects.get()
    assert (is_new, is_new_again) == (True, False)
    assert first.history.count() == 1


def test_a_form_sent_again_after_the_post_was_edited_finds_it_as_it_stands(editor: User) -> None:
    words: dict[str, Any] = {"by": editor, "title": "Once", "body": "Words.", "write_key": "key"}
    post, _ = Post.objects.write_once(**words)
    post.edit(by=editor, version=1, title="Once more", body="Other words.")

    found, is_new = Post.objects.write_once(**words)

    assert (found, found.title, is_new) == (post, "Once more", False)


def test_without_a_key_every_form_starts_a_post(editor: User) -> None:
    for _ in range(2):
        Post.objects.write_once(by=editor, write_key="", title="Once", body="Words.")

    assert Post.objects.count() == 2


@pytest.mark.parametrize("changed", [{"title": "Other"}, {"body": "Other"}, {"tags": ["other"]}])
def test_other_words_from_the_same_form_are_not_lost(editor: User, changed: dict[str, Any]) -> None:
    words: dict[str, Any] = {"title": "Once", "body": "Words.", "tags": ["a"]}
    Post.objects.write_once(by=editor, write_key="key", **words)

    second, _ = Post.objects.write_once(by=editor, write_key="key", **(words | changed))

    kept = Post.objects.get(pk=second.pk)
    assert {"title": kept.title, "body": kept.body, "tags": kept.tags} == words | changed


def test_two_people_may_have_the_same_key(editor: User, other_editor: User) -> None:
    Post.objects.write_once(by=editor, title="Once", body="Words.", write_key="key")
    Post.objects.write_once(by=other_editor, title="Once", body="Words.", write_key="key")

    assert Post.objects.count() == 2


# Rendering


def test_a_late_rendering_does_not_overwrite_a_newer_text(draft: Post, editor: User) -> None:
    late = Post.objects.get(pk=draft.pk)
    draft.edit(by=editor, version=1, title="New", body="New words.")

    late.render()

    kept = Post.objects.get(pk=draft.pk)
    assert (kept.safe_html, kept.html_version) == ("<p>New words.</p>", 2)


def test_a_page_of_an_older_text_is_never_shown(draft: Post) -> None:
    Post.objects.filter(pk=draft.pk).update(version=2, body="Newer.")

    assert Post.objects.get(pk=draft.pk).safe_html == ""


def test_submitting_what_was_saved_meanwhile_is_refused(
    draft: Post, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(self: Post) -> None:
        Post.objects.filter(pk=self.pk).update(version=self.version + 1, body="Newer.")

    Post.objects.filter(pk=draft.pk).update(html_version=0)
    draft.refresh_from_db()
    monkeypatch.setattr(Post, "render", overtaken)

    with pytest.raises(EditedMeanwhile):
        draft.submit(by=editor)


# What the database refuses, whoever asks

REFUSED: list[dict[str, Any]] = [
    {"status": Status.IN_REVIEW, "submitted_revision": None},
    {"published_at": None},
    {"slug": "taken"},
    {"source_id": "urn:taken"},
    {"write_key": "taken"},
]


@pytest.mark.parametrize("change", REFUSED, ids=lambda change: "+".join(change))
def test_the_database_refuses_a_post_that_cannot_be(published: Post, editor: User, change: dict[str, Any]) -> None:
    taken = Post.objects.write(by=editor, title="Taken", body="", source_id="urn:taken")
    Post.objects.filter(pk=taken.pk).update(write_key="taken")

    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(pk=published.pk).update(**change)


def test_what_the_clock_moves_is_loaded_one_by_one(editor: User, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    posts = [post_in("scheduled", editor, admin, title=f"Post {number}") for number in range(3)]
    later = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(timezone, "now", lambda: later)

    with CaptureQueriesContext(connection) as captured:
        settled = Post.objects.settle_due()

    first = captured[0]["sql"]
    assert settled == Post.objects.live().count() == len(posts)
    assert "scheduled_at" in first
    assert "body" not in first


def test_a_key_is_looked_up_among_keys_and_not_among_all_posts_of_a_person(editor: User) -> None:
    Post.objects.bulk_create(
        Post(slug=f"draft-{number}", title="Draft", author=editor, writers=[editor.pk], write_key=f"key {number}")
        for number in range(100)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE blog_post")  # Or it depends on what PostgreSQL has seen of other tests.

    assert "post_written_once" in planned(Post.objects.written_once(editor, "a key"))


def test_what_belongs_to_posts_is_joined_to_those_of_the_page_alone(editor: User, admin: User) -> None:
    fill_shelf(30, editor, admin)

    page = Post.objects.visible_to(editor).for_lists().order_by("-created_at", "-pk").cut(5, 20)

    assert str(page.query).count("SELECT") == 1
    assert [post.title for post in page] == [f"Shelved {number:04}" for number in range(24, 4, -1)]
