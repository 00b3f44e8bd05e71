"""What is worked out of an approved revision for the reading pages."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import User
from blog import editions, markup
from blog.models import Author, Edition, Post, Series, Tag, Tagging

BODY = "Some words[^1] and `code`.\n\n## First\n\n![A ship](https://x.example/a.png)\n\n### Second\n\n[^1]: A note."


@pytest.fixture
def post(editor: User) -> Post:
    post = Post.objects.write(by=editor, title="On proofs", body=BODY, tags=["Craft", "craft", "Print shop"])
    edit(post, editor, series="Setting type", corrections="", language="de")
    return post


def edit(post: Post, editor: User, **words: Any) -> None:
    given = {"title": post.title, "body": post.body, "tags": post.tags} | words
    post.edit(by=editor, version=post.version, **given)


def published(post: Post, editor: User, admin: User) -> Edition:
    post.submit(by=editor)
    revision = post.submitted_revision
    assert revision is not None
    post.publish(by=admin, revision=revision.number)
    edition = Edition.objects.of(revision)
    assert edition is not None
    return edition


def times(post: Post) -> tuple[datetime | None, datetime | None]:
    return post.changed_at, post.current_since


def test_nothing_is_worked_out_before_somebody_approves(post: Post, editor: User) -> None:
    post.submit(by=editor)

    for model in (Edition, Tag, Tagging, Series, Author):
        assert not model._default_manager.exists()


def test_it_holds_headings_words_and_where_the_post_belongs(post: Post, editor: User, admin: User) -> None:
    edition = published(post, editor, admin)

    assert edition.contents == [
        {"level": 2, "id": "in-first", "text": "First"},
        {"level": 3, "id": "in-second", "text": "Second"},
    ]
    assert edition.text.split("\n") == ["Some words and code.", "First", "A ship", "Second", "A note."]
    assert (edition.image_count, edition.language, str(edition.series)) == (1, "de", "Setting type")
    assert [tagging.tag.name for tagging in Tagging.objects.filter(post=post)] == ["Craft", "Print shop"]
    assert Author.objects.get().slug == "ed-editor"


def test_spellings_lead_to_one_tag_and_different_tags_to_addresses_of_their_own(db: None) -> None:
    tags = [Tag.objects.named(name) for name in ("C", "c", "C++", "C#", "++", "Straße", "STRASSE")]

    assert [tag.slug for tag in tags] == ["c", "c", "c-2", "c-3", "tag", "strasse", "strasse"]


def test_readers_are_told_of_a_change_only_where_the_text_changed(post: Post, editor: User, admin: User) -> None:
    published(post, editor, admin)
    assert post.changed_at is None

    edit(post, editor, tags=["Craft"])
    published(post, editor, admin)
    assert post.changed_at is None

    edit(post, editor, body="Other words.")
    published(post, editor, admin)
    changed_at, since = times(post)
    assert changed_at == since is not None

    post.unpublish(by=admin)
    assert post.submitted_revision is not None
    post.publish(by=admin, revision=post.submitted_revision.number)
    assert times(post) == (changed_at, since)


def test_a_new_renderer_alone_changes_no_words(
    post: Post, editor: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(post, editor, admin)
    monkeypatch.setattr(markup, "RENDERER_VERSION", "the next")
    monkeypatch.setattr(markup, "render", lambda *args, **options: SafeString("<p>The same words.</p>"))
    edit(post, editor, tags=["Craft"])

    published(post, editor, admin)

    assert post.changed_at is None


def test_a_scheduled_change_counts_from_its_second(
    post: Post, editor: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(post, editor, admin)
    edit(post, editor, body="Other words.")
    post.submit(by=editor)
    then = timezone.now() + timedelta(hours=1)
    post.schedule(by=admin, revision=2, at=then)
    assert times(post)[0] is None

    monkeypatch.setattr(timezone, "now", lambda: then)

    assert times(post) == (then, then)
    post.settle()
    assert times(post) == (then, then)


def test_a_correction_keeps_the_date_on_which_it_came_to_readers(post: Post, editor: User, admin: User) -> None:
    published(post, editor, admin)
    edit(post, editor, corrections="It is 93 m high.\n\n")
    assert published(post, editor, admin).corrections == [{"text": "It is 93 m high.", "at": None}]
    first = post.current_since
    assert first is not None

    edit(post, editor, corrections="It is 93 m high.\nIt was built in 1931.")
    edition = published(post, editor, admin)

    assert edition.corrections == [
        {"text": "It is 93 m high.", "at": first.isoformat()},
        {"text": "It was built in 1931.", "at": None},
    ]


def test_what_was_approved_before_there_were_editions_gets_the_same_ones(post: Post, editor: User, admin: User) -> None:
    published(post, editor, admin)
    edit(post, editor, body="Other words.", corrections="It is 93 m high.")
    published(post, editor, admin)
    kept = list(Edition.objects.order_by("revision").values())
    Tagging.objects.all().delete()
    Edition.objects.all().delete()

    assert editions.make_missing() == 2

    assert list(Edition.objects.order_by("revision").values()) == kept
    assert editions.make_missing() == 0
