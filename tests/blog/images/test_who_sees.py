"""Who may see a picture: one question, asked of people and of what shows the picture."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User, Visitor
from blog.exceptions import NotReady
from blog.models import Image, ImageUse, Post

from .files import picture


@pytest.fixture
def image(editor: User) -> Image:
    return Image.objects.upload(by=editor, data=picture(), alt="A red sheet").image


def written(by: User, image: Image, **more: Any) -> Post:
    return Post.objects.write(by=by, title="On proofs", body=f"![A red sheet](/media/{image.digest}.webp)", **more)


def live(by: User, admin: User, image: Image) -> Post:
    post = written(by, image)
    post.submit(by=by)
    post.publish(by=admin, revision=1)
    return post


def seers(image: Image, *people: Any) -> list[str]:
    asked = [*people, Visitor()]
    return [person.name or "Visitor" for person in asked if image in Image.objects.visible_to(person)]


def test_before_a_text_shows_it_its_uploader_and_admins_see_it(
    image: Image, reader: User, editor: User, other_editor: User, admin: User
) -> None:
    assert seers(image, reader, editor, other_editor, admin) == ["Ed Editor", "Ada Admin"]


def test_a_draft_and_a_sealed_revision_show_it_to_nobody_else(
    image: Image, reader: User, editor: User, other_editor: User, admin: User
) -> None:
    post = written(editor, image)
    drafted = seers(image, reader, editor, other_editor, admin)
    post.submit(by=editor)

    assert drafted == seers(image, reader, editor, other_editor, admin) == ["Ed Editor", "Ada Admin"]


def test_what_is_live_shows_it_to_all_who_may_read(
    image: Image, reader: User, editor: User, other_editor: User, admin: User, settings: Any
) -> None:
    live(editor, admin, image)
    everybody = ["Rita Reader", "Ed Editor", "Olga Editor", "Ada Admin"]

    members = seers(image, reader, editor, other_editor, admin)
    settings.VISIBILITY = "public"

    assert members == everybody
    assert seers(image, reader, editor, other_editor, admin) == [*everybody, "Visitor"]


def test_unpublished_it_is_hidden_again(image: Image, reader: User, editor: User, admin: User) -> None:
    live(editor, admin, image).unpublish(by=admin)

    assert seers(image, reader, editor) == ["Ed Editor"]


def test_only_the_revision_that_is_live_counts(image: Image, reader: User, editor: User, admin: User) -> None:
    post = Post.objects.write(by=editor, title="On proofs", body="Words.")
    post.submit(by=editor)
    post.publish(by=admin, revision=1)
    post.edit(by=editor, version=1, title="On proofs", body=f"![A](/media/{image.digest}.webp)")
    post.submit(by=editor)
    before = seers(image, reader)
    post.publish(by=admin, revision=2)
    during = seers(image, reader)
    post.edit(by=editor, version=2, title="On proofs", body="Words.")
    post.submit(by=editor)
    post.publish(by=admin, revision=3)

    assert (before, during, seers(image, reader)) == ([], ["Rita Reader"], [])


def test_it_is_shown_from_the_moment_a_schedule_names_to_the_end(
    image: Image, reader: User, editor: User, admin: User
) -> None:
    post = written(editor, image)
    post.submit(by=editor)
    post.schedule(by=admin, revision=1, at=timezone.now() + timedelta(hours=1))
    before = seers(image, reader)
    past = timezone.now() - timedelta(seconds=1)
    Post.objects.filter(pk=post.pk).update(scheduled_at=past, published_at=past)
    during = seers(image, reader)
    Post.objects.filter(pk=post.pk).update(unpublish_at=timezone.now())

    assert (before, during, seers(image, reader)) == ([], ["Rita Reader"], [])


def test_a_schedule_takes_the_picture_of_the_revision_before_away(
    image: Image, reader: User, editor: User, admin: User
) -> None:
    post = live(editor, admin, image)
    post.edit(by=editor, version=1, title="On proofs", body="Words.")
    post.submit(by=editor)
    post.schedule(by=admin, revision=2, at=timezone.now() + timedelta(hours=1))
    before = seers(image, reader)
    Post.objects.filter(pk=post.pk).update(scheduled_at=timezone.now())

    assert (before, seers(image, reader)) == (["Rita Reader"], [])


def test_nobody_opens_a_picture_to_themselves_by_typing_its_address(
    image: Image, reader: User, editor: User, other_editor: User, admin: User
) -> None:
    post = written(other_editor, image)
    post.submit(by=other_editor)
    post.publish(by=admin, revision=1)

    assert seers(image, reader, other_editor) == []
    assert not ImageUse.objects.exists()


def test_what_one_has_seen_in_anothers_post_may_be_shown_again(
    image: Image, reader: User, editor: User, other_editor: User, admin: User
) -> None:
    theirs = live(editor, admin, image)
    again = written(other_editor, image)
    theirs.unpublish(by=admin)

    assert seers(image, other_editor, reader) == ["Olga Editor"]
    again.delete_for_good(by=other_editor)
    assert seers(image, other_editor) == []


def test_who_takes_a_post_over_sees_its_pictures(image: Image, editor: User, other_editor: User, admin: User) -> None:
    User.objects.filter(pk=other_editor.pk).update(known_roles=["editor"], roles_known_at=timezone.now())
    post = written(editor, image)
    post.hand_over(by=admin, to=other_editor, reason="He is away.")
    post.edit(by=other_editor, version=1, title="On proofs", body=f"{post.body}\n\nMore.")

    assert seers(image, other_editor) == ["Olga Editor"]


def test_a_picture_in_an_earlier_revision_stays_open_to_its_author_and_comes_back_with_it(
    image: Image, reader: User, editor: User, admin: User, other_editor: User
) -> None:
    theirs = live(other_editor, admin, Image.objects.upload(by=other_editor, data=picture("blue")).image)
    blue = Image.objects.exclude(pk=image.pk).get()
    post = written(editor, blue)
    post.submit(by=editor)
    post.withdraw(by=editor)
    post.edit(by=editor, version=1, title="On proofs", body="Words.")
    theirs.unpublish(by=admin)
    post.restore(by=editor, version=2, revision=1)

    assert seers(blue, editor) == ["Ed Editor"]
    assert ImageUse.objects.filter(post=post, revision=None, image=blue).exists()


@pytest.mark.parametrize("verb", ["write", "edit"])
def test_a_cover_is_a_picture_that_its_author_may_see(
    verb: str, image: Image, editor: User, other_editor: User, reader: User, admin: User
) -> None:
    def covered(by: User, cover: str) -> Post:
        if verb == "write":
            return Post.objects.write_once(by=by, write_key="", title="On proofs", body="Words.", cover=cover)[0]
        post = Post.objects.write(by=by, title="On proofs", body="Words.")
        post.edit(by=by, version=1, title="On proofs", body="Words.", cover=cover)
        return post

    address = image.get_absolute_url()
    for wrong in ("https://example.org/a.png", "/static/blog/favicon.svg", f"/media/{'0' * 64}.webp", f"{address}?"):
        with pytest.raises(NotReady, match="kept here"):
            covered(editor, wrong)
    with pytest.raises(NotReady, match="kept here"):
        covered(other_editor, address)
    post = covered(editor, address)
    post.submit(by=editor)
    post.publish(by=admin, revision=1)

    assert seers(image, reader) == ["Rita Reader"]
