"""Pictures that several people bring, show and delete at the same moment."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from blog.models import Image, ImageUse, Post, Upload
from tests.blog.posts import with_roles
from tests.blog.test_concurrency import at_once
from tests.conftest import SignUp

from .files import picture

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])


@pytest.fixture(autouse=True)
def _without_webhooks(settings: Any) -> None:
    settings.DESCOPE_WEBHOOK_SECRET = ""


def bringing(by: User) -> Callable[[], None]:
    person = with_roles(by, *by.roles)

    def bring() -> None:
        Image.objects.upload(by=person, data=picture())

    return bring


def test_of_ten_who_bring_the_same_picture_each_has_it_and_it_is_kept_once(sign_up: SignUp) -> None:
    editors = [sign_up(f"Editor {number}", "editor") for number in range(5)]

    outcomes = at_once(*[bringing(editor) for editor in editors * 2])

    assert outcomes == {"ok": 10}
    assert Image.objects.get().is_intact
    assert sorted(Upload.objects.values_list("by", flat=True)) == sorted(editor.pk for editor in editors)


@pytest.mark.parametrize("attempt", range(3))
def test_deleting_a_picture_while_it_is_shown_or_brought_again_breaks_nothing(
    attempt: int, editor: User, other_editor: User
) -> None:
    image = Image.objects.upload(by=editor, data=picture()).image
    body = f"![A](/media/{image.digest}.webp)"
    posts = [Post.objects.write(by=editor, title=f"Post {number}", body="Words.") for number in range(4)]

    def show(post: Post) -> Callable[[], None]:
        author = with_roles(editor, *editor.roles)
        return lambda: post.edit(by=author, version=1, title=post.title, body=body)

    def delete() -> None:
        Image.objects.filter(digest=image.digest).let_go_of(editor)

    outcomes = at_once(*[show(post) for post in posts], delete, bringing(other_editor))

    assert outcomes == {"ok": 6}
    assert Image.objects.get().is_intact
    assert {post.body for post in Post.objects.all()} == {body}
    assert set(ImageUse.objects.values_list("image__digest", flat=True)) <= {image.digest}
