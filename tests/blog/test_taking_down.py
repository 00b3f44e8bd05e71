"""What leaves with its author: no word of it stays on the desk, and nobody else can bring it back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from blog.exceptions import WrongStatus
from blog.models import Post
from tests.blog.posts import known, post_in


def test_words_that_were_never_submitted_go_though_others_were(submitted: Post, editor: User) -> None:
    submitted.withdraw(by=editor)
    submitted.edit(by=editor, version=submitted.version, title="Private", body="For nobody.", tags=["secret"])

    submitted.take_down(by=editor)

    row = Post.objects.values().get()
    assert not any("rivate" in str(value) or "nobody" in str(value) or "secret" in str(value) for value in row.values())
    assert submitted.revisions.get().body == "Read it *twice*."


@pytest.mark.parametrize("state", ["draft", "in_review", "scheduled", "published", "published+planned"])
def test_nobody_brings_back_what_was_taken_along(
    state: str, editor: User, other_editor: User, editor_and_admin: User
) -> None:
    post = post_in(state, editor, editor_and_admin)
    known(other_editor)
    post.take_down(by=editor)

    with pytest.raises(WrongStatus, match="taken it along"):
        post.unarchive(by=editor_and_admin)
    with pytest.raises(WrongStatus, match="taken it along"):
        post.hand_over(by=editor_and_admin, to=other_editor, reason="Go on with it.")
    with pytest.raises(WrongStatus, match="taken it along"):
        post.share(by=editor_and_admin)


def test_what_was_brought_back_before_is_not_gone_back_in(submitted: Post, editor: User) -> None:
    submitted.take_down(by=editor)
    Post.objects.update(status="draft")

    with pytest.raises(WrongStatus, match="taken it along"):
        Post.objects.get().restore(by=editor, version=submitted.version, revision=1)


def test_taking_a_post_down_leaves_no_date_to_come(editor: User, admin: User) -> None:
    post = post_in("scheduled", editor, admin)

    post.take_down(by=editor)

    assert Post.objects.get().published_at is None


def test_a_date_to_come_that_was_left_over_holds_up_no_publishing(submitted: Post, admin: User) -> None:
    Post.objects.update(published_at=timezone.now() + timedelta(days=9))

    submitted.publish(by=admin, revision=1)

    assert submitted.is_live
    assert Post.objects.live().exists()
