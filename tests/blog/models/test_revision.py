"""What was submitted, sealed under a digest of all that readers will see."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from blog.markup import RENDERER_VERSION
from blog.models import Post, Revision


@pytest.fixture
def revision(submitted: Post) -> Revision:
    return submitted.revisions.get()


def test_the_digest_can_be_computed_again_from_what_is_stored(revision: Revision) -> None:
    assert revision.digest == revision.computed_digest()


def test_the_digest_is_of_this_text_and_no_other(revision: Revision) -> None:
    text = (
        '{"author_name":"Ed Editor","body":"Read it *twice*.","canonical_url":"","corrections":"","cover":"",'
        '"cover_alt":"","excerpt":"Read it twice.","html":"<p>Read it <em>twice</em>.</p>","language":"",'
        f'"renderer_version":"{RENDERER_VERSION}","series":"","slug":"on-proofs","tags":["craft"],"title":"On proofs"}}'
    )

    assert revision.digest == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "On proof"),
        ("body", "Read it *twice*. "),
        ("slug", "on-proof"),
        ("tags", ["Craft"]),
        ("excerpt", ""),
        ("canonical_url", "https://example.org/"),
        ("series", "Craft"),
        ("corrections", "It was the other way round."),
        ("language", "de"),
        ("author_name", "Somebody Else"),
    ],
)
def test_the_digest_changes_with_whatever_readers_would_see_changed(revision: Revision, field: str, value: Any) -> None:
    setattr(revision, field, value)

    assert revision.computed_digest() != revision.digest


def test_words_moved_from_one_field_to_the_next_change_the_digest(revision: Revision) -> None:
    revision.title, revision.body = "On", "proofs" + revision.body

    assert revision.computed_digest() != revision.digest


def test_a_name_changed_later_does_not_change_what_was_sealed(published: Post, editor: User) -> None:
    editor.name = "Edwina Editor"
    editor.save()

    sealed = Revision.objects.get(post=published)

    assert sealed.author_name == "Ed Editor"
    assert sealed.digest == sealed.computed_digest()


def test_sealing_counts_the_words_that_came_and_went_since_what_is_live(
    published: Post, editor: User, admin: User
) -> None:
    first = published.live_revision
    published.edit(by=editor, version=published.version, title="On proofs", body="Read it *three* times over.")
    published.submit(by=editor)

    second = published.submitted_revision

    assert first is not None
    assert second is not None
    assert (first.words_added, first.words_removed) == (None, None)
    assert (second.words_added, second.words_removed) == (3, 1)


def test_the_size_of_a_change_is_told_against_what_is_to_go_live_next(
    published: Post, editor: User, admin: User
) -> None:
    published.edit(by=editor, version=published.version, title="On proofs", body="Read it *twice*. Then again.")
    published.submit(by=editor)
    published.schedule(by=admin, revision=2, at=timezone.now() + timedelta(days=1))
    published.edit(by=editor, version=published.version, title="On proofs", body="Read it *twice*. Then again. Sleep.")
    published.submit(by=editor)

    third = published.submitted_revision

    assert third is not None
    assert (third.words_added, third.words_removed) == (1, 0)
