"""Smaller copies of a picture: made when it is brought, shown to whom the picture is, and never what was sealed."""

import io
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image as Picture

from accounts.models import User
from blog.models import Image, ImageCopy, Post
from blog.seals import mismatches
from tests.conftest import signed_in

from .files import picture


@pytest.fixture
def image(editor: User) -> Image:
    return Image.objects.upload(by=editor, data=picture(size=(1000, 500)), alt="A red sheet").image


def copy_of(image: Image, width: int) -> str:
    return f"/media/{image.digest}-{width}.webp"


def file_of(image: Image, width: int) -> str:
    return f"posts/{image.digest}-{width}.webp"


def showing(by: User, image: Image) -> Post:
    post = Post.objects.write(by=by, title="On proofs", body=f"![A red sheet]({image.get_absolute_url()})")
    post.submit(by=by)
    return post


def size_of(answer: Any) -> tuple[int, int]:
    content = b"".join(answer.streaming_content)
    answer.close()
    return Picture.open(io.BytesIO(content)).size


def test_those_that_are_smaller_than_it_are_made_when_it_is_brought(image: Image, editor: User) -> None:
    browser = signed_in(editor)

    kept = [default_storage.exists(file_of(image, width)) for width in (480, 800, 1200)]
    sizes = [size_of(browser.get(copy_of(image, width))) for width in (480, 800)]

    assert kept == [True, True, False]
    assert sizes == [(480, 240), (800, 400)]
    assert [browser.get(copy_of(image, width)).status_code for width in (0, 100, 1000, 1200)] == [404] * 4


def test_a_small_picture_has_none(editor: User) -> None:
    image = Image.objects.upload(by=editor, data=picture(size=(480, 300))).image

    assert (image.srcset, image.thumbnail) == ("", image.get_absolute_url())
    assert not ImageCopy.objects.exists()
    assert signed_in(editor).get(copy_of(image, 480)).status_code == 404


@pytest.mark.parametrize("who", ["reader", "other_editor"])
def test_it_is_shown_to_whom_the_picture_is_and_kept_as_long(
    who: str, image: Image, editor: User, admin: User, request: pytest.FixtureRequest
) -> None:
    browser = signed_in(request.getfixturevalue(who))
    both = (image.get_absolute_url(), copy_of(image, 480))
    post = showing(editor, image)

    hidden = [browser.get(address).status_code for address in both]
    post.publish(by=admin, revision=1)
    whole, smaller = (browser.get(address) for address in both)
    again = browser.get(copy_of(image, 480), headers={"If-None-Match": smaller["ETag"]})
    whole.close()
    smaller.close()
    post.unpublish(by=admin)

    assert hidden == [404, 404]
    told = ("Cache-Control", "Content-Security-Policy", "Cross-Origin-Resource-Policy", "Content-Type")
    assert [whole[name] for name in told] == [smaller[name] for name in told]
    assert (whole["ETag"] != smaller["ETag"], again.status_code) == (True, 304)
    assert [browser.get(address).status_code for address in both] == [404, 404]
    assert Client().get(copy_of(image, 480)).status_code == 302


def test_one_that_is_missing_is_made_when_somebody_asks(image: Image, editor: User) -> None:
    """As all are of pictures that were brought before there were copies."""
    default_storage.delete(file_of(image, 800))
    ImageCopy.objects.all().delete()

    answer = signed_in(editor).get(copy_of(image, 800))

    assert size_of(answer) == (800, 400)
    assert default_storage.exists(file_of(image, 800))
    assert list(ImageCopy.objects.values_list("width", flat=True)) == [800]


def test_where_the_picture_itself_is_gone_none_is_made(image: Image, editor: User) -> None:
    for name in (f"posts/{image.digest}.webp", file_of(image, 480)):
        default_storage.delete(name)

    assert signed_in(editor).get(copy_of(image, 480)).status_code == 404


def test_the_seal_is_of_the_picture_and_a_copy_that_was_changed_is_named(image: Image, editor: User) -> None:
    showing(editor, image)
    default_storage.delete(file_of(image, 480))
    without = list(mismatches())
    default_storage.save(file_of(image, 480), ContentFile(b"RIFF"))

    assert without == []
    assert [(found.where, "480 pixels" in found.what) for found in mismatches()] == [(f"picture {image.digest}", True)]


def test_with_the_picture_its_copies_go(image: Image, editor: User, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        signed_in(editor).post(f"/desk/images/{image.digest}/delete")

    assert not ImageCopy.objects.exists()
    assert not any(default_storage.exists(file_of(image, width)) for width in (480, 800))
