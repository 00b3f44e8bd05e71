"""Files that are made to do harm, and what is left of them."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image as Pixels

from accounts.models import User
from accounts.pictures import NotAPicture
from blog.models import Image

from .files import picture

HTML = b"<html><script>alert(document.domain)</script></html>"


def kept(by: User, data: bytes) -> tuple[Image, bytes]:
    image = Image.objects.upload(by=by, data=data).image
    file = image.opened()
    assert file is not None
    with file:
        return image, file.read()


def png(width: int, height: int, rows: bytes) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def with_place() -> bytes:
    """A JPEG that tells where it was taken."""
    exif = Pixels.Exif()
    exif[0x010F] = "SECRET-CAMERA"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 7.0), 29: "SECRET-DAY"})
    return picture(kind="JPEG", exif=exif, comment=b"SECRET-COMMENT")


def test_where_it_was_taken_is_gone(editor: User) -> None:
    data = with_place()
    assert dict(Pixels.open(io.BytesIO(data)).getexif().get_ifd(0x8825))[29] == "SECRET-DAY"

    _, content = kept(editor, data)

    assert b"SECRET" not in content
    assert b"EXIF" not in content
    assert not Pixels.open(io.BytesIO(content)).getexif()


@pytest.mark.parametrize(
    "data",
    [
        picture(kind="GIF") + HTML,
        picture(kind="PNG") + HTML,
        picture(kind="JPEG") + b"PK\x03\x04" + HTML,
        picture(kind="JPEG", comment=HTML),
        picture(kind="WEBP") + HTML,
    ],
    ids=["gif", "png", "jpeg and zip", "jpeg comment", "webp"],
)
def test_what_is_two_things_at_once_is_a_picture_afterwards(editor: User, data: bytes) -> None:
    assert HTML in data

    image, content = kept(editor, data)

    assert b"script" not in content
    assert content.startswith(b"RIFF")
    assert image.is_intact


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + HTML,
        b"GIF89a" + HTML,
        b"\xff\xd8\xff\xe0" + HTML,
        b"RIFF\xff\xff\xff\xffWEBPVP8 " + HTML,
        b"\0\0\0\x20ftypavif" + HTML,
        b"%PDF-1.4 " + HTML,
        b"%!PS-Adobe-3.0 EPSF-3.0\n(id) (r) file",
        b"II*\0" + HTML,
        b"MZ" + HTML,
        HTML,
        picture(size=(400, 400), kind="PNG")[:200],
        picture(size=(400, 400), kind="JPEG")[:300],
        picture(size=(400, 400), kind="WEBP")[:60],
        picture(size=(400, 400), kind="AVIF")[:120],
        picture(kind="BMP"),
        picture(kind="TIFF"),
    ],
    ids=[
        *("magic of png", "of gif", "of jpeg", "of webp", "of avif", "pdf", "postscript", "magic of tiff", "program"),
        *("html", "half a png", "half a jpeg", "half a webp", "half an avif", "bmp", "tiff"),
    ],
)
def test_what_only_begins_like_a_picture_is_refused(editor: User, data: bytes) -> None:
    with pytest.raises(NotAPicture, match="no picture that we can read"):
        Image.objects.upload(by=editor, data=data)

    assert not Image.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"  <?xml version='1.0'?><svg/>",
        b"\xef\xbb\xbf<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>",
        b"<!-- a drawing --><svg/>",
    ],
)
def test_drawings_that_hold_programs_are_refused_in_words(editor: User, data: bytes) -> None:
    with pytest.raises(NotAPicture, match="SVG"):
        Image.objects.upload(by=editor, data=data)


@pytest.mark.parametrize("size", [(6400, 6400), (40_000, 40_000), (2**31 - 1, 2**31 - 1), (50_000_000, 1)])
def test_what_would_fill_the_memory_is_refused_unread(editor: User, size: tuple[int, int]) -> None:
    with pytest.raises(NotAPicture, match="more than 40 million pixels"):
        Image.objects.upload(by=editor, data=png(*size, rows=zlib.compress(b"\0" * 1_000_000)))


def test_a_few_bytes_that_unpack_to_much_give_no_more_than_was_announced(editor: User) -> None:
    rows = zlib.compress(b"\0" * 100_000_000, 9)
    assert len(rows) < 100_000

    image, _ = kept(editor, png(10, 10, rows=rows))

    assert (image.width, image.height) == (10, 10)


@pytest.mark.parametrize(
    ("size", "kept_size"),
    [((3000, 100), (2400, 80)), ((100, 12_000), (80, 9600)), ((30_000, 1), (2400, 1)), ((1, 30_000), (1, 9600))],
)
def test_what_is_too_wide_or_too_tall_is_made_smaller(
    editor: User, size: tuple[int, int], kept_size: tuple[int, int]
) -> None:
    image, content = kept(editor, picture(size=size))

    assert (image.width, image.height) == Pixels.open(io.BytesIO(content)).size == kept_size


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_each_kind_that_is_named_is_taken_and_becomes_webp(kind: str, editor: User) -> None:
    image, content = kept(editor, picture(kind=kind))

    assert Pixels.open(io.BytesIO(content)).format == "WEBP"
    assert image.size_bytes == len(content)


def test_of_a_moving_picture_the_first_frame_is_kept(editor: User) -> None:
    more: dict[str, Any] = {"save_all": True, "append_images": [Pixels.new("RGB", (40, 30), "blue")]}

    _, content = kept(editor, picture(kind="GIF", **more))

    assert getattr(Pixels.open(io.BytesIO(content)), "n_frames", 1) == 1
