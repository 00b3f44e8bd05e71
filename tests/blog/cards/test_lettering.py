"""Words on a card: all of them, or as many as fit, and none as a box."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.cards.lettering import FOLDER, MEASURED_AT, SEMIBOLD, Ruler, drawable, fitted

pytestmark = pytest.mark.skipif(
    not (FOLDER / SEMIBOLD).exists(), reason="SKIPPED: the front-end assets are not built. Run bin/test."
)

SIZES = range(96, 43, -4)
LETTERS = st.text(alphabet="abcdefghijWM öß-", min_size=1, max_size=200).map(lambda text: " ".join(text.split()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("On proofs", "On proofs"),
        ("Übung – “ça va?” Привет, Ελληνικά, tiếng Việt", "Übung – “ça va?” Привет, Ελληνικά, tiếng Việt"),
        ("U\u0308bung", "Übung"),
        ("🎉 Version 2 is here 👩🏽\u200d💻", "Version 2 is here"),
        ("1\ufe0f\u20e3 year", "1 year"),
        ("a\u200bb\tc\n \u202ed", "ab c d"),
        ("校正について", ""),
        ("Proofs, 校正", ""),
        ("تصحيح", ""),
        ("प्रूफ़", ""),
        ("🎉", ""),
        ("", ""),
    ],
)
def test_what_has_no_letters_is_left_out_and_never_half_a_word(text: str, shown: str) -> None:
    assert drawable(text, SEMIBOLD) == shown


@pytest.mark.parametrize(
    ("title", "size", "lines"), [("On proofs", 96, 1), ("word " * 8, 96, 3), ("word " * 40, 44, 5)]
)
def test_a_short_title_is_large_and_a_long_one_is_small(title: str, size: int, lines: int) -> None:
    text = fitted(title.strip(), SEMIBOLD, width=1024, height=340, sizes=SIZES)

    assert (text.size, len(text.lines)) == (size, lines)


def test_lines_are_of_like_length() -> None:
    text = fitted("One title that has a very lonely word", SEMIBOLD, width=1024, height=340, sizes=SIZES)

    assert text.lines == ["One title that has a", "very lonely word"]


def test_what_is_too_long_ends_in_dots() -> None:
    text = fitted("W" * 200, SEMIBOLD, width=1024, height=340, sizes=range(96, 91, -4))

    assert text.lines[-1].endswith("W…")
    assert text.height <= 340


@settings(deadline=None, max_examples=60)
@given(LETTERS)
def test_whatever_the_title_it_fits_and_no_letter_is_lost(title: str) -> None:
    text = fitted(title, SEMIBOLD, width=1024, height=340, sizes=SIZES)
    ruler = Ruler("", SEMIBOLD)

    assert text.height <= 340
    for line in text.lines:
        assert ruler.measure(line) * text.size / MEASURED_AT <= 1024 * 1.03, line
    if not text.lines[-1].endswith("…"):
        assert "".join(text.lines).replace(" ", "") == title.replace(" ", "")
