"""What is kept of pictures: for whoever brought them, for the seals, and not for ever."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from accounts.models import User
from blog.checks.site import image_bytes_for
from blog.models import Image, ImageUse, Post, Upload
from blog.seals import mismatches
from tests.conftest import signed_in

from .files import picture


def brought(by: User, colour: str = "red") -> Image:
    return Image.objects.upload(by=by, data=picture(colour), alt=f"A {colour} sheet").image


def showing(by: User, *images: Image) -> Post:
    body = "\n\n".join(f"![A sheet]({image.get_absolute_url()})" for image in images)
    return Post.objects.write(by=by, title="On proofs", body=body)


def file_of(image: Image) -> str:
    return f"posts/{image.digest}.webp"


def goodbye(editor: User, **choice: str) -> None:
    answer = signed_in(editor).post("/account/delete", {"confirmation": "delete", **choice})
    assert answer.status_code == 200


def test_the_file_of_ones_data_lists_ones_pictures(editor: User, other_editor: User) -> None:
    image = brought(editor)
    brought(other_editor, "blue")

    listed = signed_in(editor).get("/account/data").json()["pictures"]

    assert [(one["address"], one["what_it_shows"]) for one in listed] == [(image.get_absolute_url(), "A red sheet")]
    assert (listed[0]["width"], listed[0]["height"], listed[0]["bytes"]) == (40, 30, image.size_bytes)


def test_who_leaves_with_their_posts_leaves_no_picture_of_a_draft(
    editor: User, other_editor: User, django_capture_on_commit_callbacks: Any
) -> None:
    unused, drafted, shared = brought(editor), brought(editor, "blue"), brought(editor, "green")
    brought(other_editor, "green")
    showing(editor, drafted, shared)

    with django_capture_on_commit_callbacks(execute=True):
        goodbye(editor, posts="take-down")

    assert list(Image.objects.all()) == [shared]
    assert list(Upload.objects.values_list("by", flat=True)) == [other_editor.pk]
    assert [default_storage.exists(file_of(image)) for image in (unused, drafted, shared)] == [False, False, True]


def test_what_was_live_is_served_to_readers_no_more_and_stays_sealed(editor: User, admin: User, reader: User) -> None:
    image = brought(editor)
    post = showing(editor, image)
    post.submit(by=editor)
    post.publish(by=admin, revision=1)
    browser = signed_in(reader)

    goodbye(editor, posts="take-down")

    assert browser.get(image.get_absolute_url()).status_code == 404
    assert list(mismatches()) == []


def test_posts_that_stay_keep_their_pictures_and_the_others_go(
    editor: User, admin: User, reader: User, django_capture_on_commit_callbacks: Any
) -> None:
    image, unused = brought(editor), brought(editor, "blue")
    post = showing(editor, image)
    post.submit(by=editor)
    post.publish(by=admin, revision=1)

    with django_capture_on_commit_callbacks(execute=True):
        goodbye(editor, posts="keep", name="The Night Desk")

    assert list(Image.objects.visible_to(reader)) == [image]
    assert not default_storage.exists(file_of(unused))


def test_what_is_brought_again_meanwhile_keeps_its_file(
    editor: User, other_editor: User, django_capture_on_commit_callbacks: Any
) -> None:
    image = brought(editor)

    with django_capture_on_commit_callbacks(execute=True):
        Image.objects.let_go_of(editor)
        brought(other_editor)

    assert default_storage.exists(file_of(image))


def test_deleting_a_draft_lets_go_of_what_it_showed(editor: User) -> None:
    image = brought(editor)
    post = showing(editor, image)

    post.delete_for_good(by=editor)

    assert not ImageUse.objects.exists()
    assert list(Image.objects.visible_to(editor)) == [image]


def test_what_a_picture_is_named_for_and_where_it_is_sealed_never_changes(editor: User) -> None:
    image = brought(editor)
    showing(editor, image).submit(by=editor)
    sealed = ImageUse.objects.filter(revision__isnull=False)

    for attack in (
        lambda: Image.objects.update(digest="0" * 64),
        lambda: sealed.update(revision=None),
        lambda: sealed.delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attack()

    assert sealed.get().image.digest == image.digest


def test_a_file_that_was_changed_under_the_seal_is_named(editor: User) -> None:
    image, unsealed = brought(editor), brought(editor, "blue")
    showing(editor, image).submit(by=editor)
    before = list(mismatches())
    for changed in (image, unsealed):
        default_storage.delete(file_of(changed))
        default_storage.save(file_of(changed), ContentFile(b"RIFF"))

    assert before == []
    assert [found.where for found in mismatches()] == [f"picture {image.digest}"]


def test_checks_know_what_pictures_weigh_as_far_as_the_writer_may_know(
    editor: User, other_editor: User, django_assert_num_queries: Any
) -> None:
    image, elsewhere = brought(editor), "https://example.org/a.png"
    text = f'<img src="{image.get_absolute_url()}"> <img src="{elsewhere}">'

    with django_assert_num_queries(1):
        of_editor = image_bytes_for(editor, Image.objects.all(), text)
    of_other = image_bytes_for(other_editor, Image.objects.all(), text)

    assert of_editor(image.get_absolute_url()) == image.size_bytes
    assert of_editor(elsewhere) is of_other(image.get_absolute_url()) is None


def test_a_picture_that_weighs_too_much_is_found(editor: User, settings: Any) -> None:
    settings.MAX_IMAGE_KILOBYTES = 0

    found = showing(editor, brought(editor)).findings_for(editor)

    assert "image-too-big" in [finding.check for finding in found]
