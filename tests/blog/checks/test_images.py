import pytest

from tests.blog.checks.texts import Typed, found, lines, names

SOURCE = "https://example.org/a.png"


@pytest.mark.parametrize("alt", ["A bridge at dawn", "Figure 3: the .png format", "中文", "H", "Image of a bridge"])
def test_a_picture_with_words_passes(alt: str) -> None:
    assert found(Typed(body=f"![{alt}]({SOURCE})", cover=SOURCE, cover_alt=alt)) == []


@pytest.mark.parametrize(
    "picture", [f"![]({SOURCE})", f"![ ]({SOURCE})", f'<img src="{SOURCE}">', f"![][a]\n\n[a]: {SOURCE}"]
)
def test_a_picture_without_words_is_found(picture: str) -> None:
    (finding,) = found(Typed(body=f"Words. {picture}"))

    assert (finding.check, finding.excerpt) == ("image-alt", SOURCE)
    assert finding.line in (1, 3)


@pytest.mark.parametrize("alt", ["IMG_2041.JPG", "a-bridge.webp", "image", "Image description", "screenshot"])
def test_the_name_of_a_file_or_a_filler_is_no_description(alt: str) -> None:
    (finding,) = found(Typed(body=f"![{alt}]({SOURCE})"))

    assert finding.check == "image-alt"
    assert f"“{alt}”" in finding.message


def test_the_cover_needs_words_as_well() -> None:
    assert names(found(Typed(cover=SOURCE))) == ["image-alt"]


def test_each_of_several_pictures_has_its_own_line() -> None:
    assert lines(found(Typed(body=f"![]({SOURCE})\n\nWords.\n\n> ![]({SOURCE})"))) == [1, 5]


def test_a_picture_that_weighs_too_much_is_found_and_one_of_unknown_weight_is_not() -> None:
    sizes = {"/heavy.png": 1_600_000, "/light.png": 512_000}
    body = "![Heavy](/heavy.png)\n\n![Light](/light.png)\n\n![Unknown](https://example.org/a.png)"

    (finding,) = found(Typed(body=body), image_bytes=sizes.get)

    assert (finding.check, finding.line) == ("image-too-big", 1)
    assert finding.message == "Make this picture smaller: it weighs 1,563 KB, and 500 KB are enough."


def test_the_cover_is_weighed_as_well() -> None:
    assert names(found(Typed(cover=SOURCE, cover_alt="A bridge"), image_bytes=lambda address: 10**7)) == [
        "image-too-big"
    ]
