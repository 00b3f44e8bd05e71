"""What becomes of the bytes that somebody says are a picture."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from accounts import pictures
from accounts.pictures import NotAPicture, reencoded, squared

RED, BLUE = (220, 30, 30), (30, 30, 220)


def file(image: Image.Image, kind: str, **options: Any) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def two_halves(width: int, height: int) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def opened(picture: pictures.Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.bytes))
    image.load()
    return image


def is_near(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    seen = image.convert("RGB").getpixel(at)
    assert isinstance(seen, tuple)
    return all(abs(one - other) < 40 for one, other in zip(seen, colour, strict=True))


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_each_kind_of_picture_becomes_webp_of_the_size_asked_for(kind: str) -> None:
    data = file(two_halves(800, 400), kind)

    whole, square = reencoded(data, max_width=400, max_height=400), squared(data, side=256)

    assert (whole.width, whole.height) == opened(whole).size == (400, 200)
    assert (square.width, square.height) == opened(square).size == (256, 256)
    assert opened(whole).format == opened(square).format == "WEBP"
    for image in (opened(whole), opened(square)):
        assert is_near(image, (10, 100), RED)
        assert is_near(image, (image.width - 10, 100), BLUE)


def test_a_small_picture_keeps_its_size_unless_a_square_is_asked_for() -> None:
    data = file(two_halves(20, 10), "PNG")

    assert reencoded(data, max_width=400, max_height=400).width == 20
    assert squared(data, side=256).width == 256


def test_a_picture_taken_on_its_side_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # To be turned clockwise by a quarter: what was left is on top.
    data = file(two_halves(80, 40), "JPEG", exif=exif)

    upright = reencoded(data, max_width=400, max_height=400)

    assert (upright.width, upright.height) == (40, 80)
    assert is_near(opened(upright), (20, 5), RED)
    assert is_near(opened(upright), (20, 75), BLUE)


def test_what_is_transparent_stays_so() -> None:
    data = file(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG")

    assert opened(reencoded(data, max_width=50, max_height=50)).convert("RGBA").getpixel((5, 5)) == (0, 0, 0, 0)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
def test_pictures_of_few_or_odd_colours_are_read(mode: str) -> None:
    image = Image.new("L", (30, 30), 200).convert(mode) if mode != "I;16" else Image.new("I;16", (30, 30))
    data = file(image, "JPEG" if mode == "CMYK" else "PNG")

    assert opened(squared(data, side=16)).size == (16, 16)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_a_moving_picture_the_first_frame_is_taken(kind: str) -> None:
    data = file(Image.new("RGB", (9, 9), RED), kind, save_all=True, append_images=[Image.new("RGB", (9, 9), BLUE)])

    made = reencoded(data, max_width=9, max_height=9)

    assert is_near(opened(made), (4, 4), RED)
    assert getattr(opened(made), "n_frames", 1) == 1
    assert made.has_moved
    assert not reencoded(file(two_halves(9, 9), kind), max_width=9, max_height=9).has_moved


def swapped_profile() -> bytes:
    """Return a profile in which red is blue: sRGB's, with two of its primaries exchanged."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"????", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"????", b"bXYZ", 1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colours_are_those_that_the_profile_of_a_picture_means(kind: str, mode: str) -> None:
    if (kind, mode) in (("JPEG", "RGBA"), ("JPEG", "P"), ("WEBP", "P")):
        pytest.skip("There are no such files.")
    data = file(two_halves(40, 40).convert(mode), kind, icc_profile=swapped_profile())

    whole = opened(reencoded(data, max_width=40, max_height=40))

    assert is_near(whole, (5, 20), BLUE)
    assert is_near(whole, (35, 20), RED)


def test_what_is_transparent_stays_so_whatever_its_profile() -> None:
    data = file(Image.new("RGBA", (50, 50), (255, 0, 0, 0)), "PNG", icc_profile=swapped_profile())

    assert opened(reencoded(data, max_width=50, max_height=50)).convert("RGBA").getchannel("A").getextrema() == (0, 0)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_a_profile_of_another_kind_of_picture_changes_nothing(mode: str) -> None:
    data = file(Image.new("L", (40, 40), 120).convert(mode), "JPEG", icc_profile=swapped_profile())

    assert is_near(opened(reencoded(data, max_width=40, max_height=40)), (5, 5), (120, 120, 120))


def test_sixteen_bits_of_grey_are_no_more_than_eight() -> None:
    data = file(Image.new("I;16", (40, 40), 0x8000), "PNG")

    assert is_near(opened(reencoded(data, max_width=40, max_height=40)), (5, 5), (128, 128, 128))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_stays_but_the_pixels(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRET-CAMERA"
    more: dict[str, Any] = {"exif": exif, "icc_profile": b"SECRET-PROFILE"}
    if kind == "PNG":
        more["pnginfo"] = PngInfo()
        more["pnginfo"].add_text("Comment", "SECRET-COMMENT")
    else:
        more["xmp"] = b"<x>SECRET-XMP</x>"
    data = file(two_halves(40, 40), kind, **more)
    assert b"SECRET" in data

    picture = reencoded(data, max_width=40, max_height=40)

    assert b"SECRET" not in picture.bytes
    assert not {"exif", "icc_profile", "xmp"} & set(opened(picture).info)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html></html>",
        file(two_halves(40, 40), "BMP"),
        file(two_halves(40, 40), "TIFF"),
        file(two_halves(400, 400), "PNG")[:500],
        file(two_halves(400, 400), "JPEG")[:300],
        file(two_halves(400, 400), "WEBP")[:60],
        claiming(0, 0),
        claiming(100, 100),
    ],
    ids=["nothing", "text", "svg", "html", "bmp", "tiff", "half png", "half jpeg", "half webp", "no size", "too short"],
)
def test_what_is_no_picture_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(NotAPicture, match="no picture that we can read"):
        squared(data, side=256)


@pytest.mark.parametrize("size", [(6400, 6400), (12_000, 12_000), (60_000, 60_000)])
def test_a_picture_that_would_fill_the_memory_is_refused_unread(size: tuple[int, int]) -> None:
    with pytest.raises(NotAPicture, match="more than 40 million pixels"):
        squared(claiming(*size), side=256)


def test_what_broke_one_reading_does_not_stop_the_next() -> None:
    with pytest.raises(NotAPicture):
        squared(b"", side=256)

    assert squared(file(two_halves(40, 40), "PNG"), side=8).width == 8
