from unicodedata import normalize

import pytest
from pytest_django import Settings

from tests.blog.checks.texts import Typed, found, lines


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("simply", "It is Simply so."),
        ("at the end of the day", "At the end\nof  the day it is."),
        ("at the end of the day", "*At the end of the day*, yes."),
        ("C++", "We use C++."),
        ("straße", "Die STRASSE."),
        ("café", f"A {normalize('NFD', 'café')}."),
        (normalize("NFD", "café"), "A café."),
        ("просто", "Это ПРОСТО."),
        ("σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("لكن", "نعم، لكن لا"),
        ("हिन्दी", "यह हिन्दी है"),
        ("很好", "这个很好吃"),
        ("ง่าย", "มันง่ายมาก"),
        ("すごい", "とてもすごいです"),
    ],
)
def test_a_word_to_avoid_is_found_in_any_case_and_script(phrase: str, text: str, settings: Settings) -> None:
    settings.WORDS_TO_AVOID = [phrase]

    (finding,) = found(Typed(body=f"Words.\n\n{text}"))

    assert (finding.check, finding.line) == ("words-to-avoid", 3)
    assert finding.message == f"Find another word for “{phrase}”: it is in the text."


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("art", "An article, smart and heart2."),
        ("cafe", f"A {normalize('NFD', 'café')}."),
        ("प", "पि"),
        ("น", "กนุ"),
        ("just so", "Just. So it is."),
        ("simply", "`simply` and <b class='simply'>x</b> and [x](/simply) and https://example.org/simply"),
        ("simply", "Words.\n\n```\nsimply\n```"),
        ("так", "пустяк, также"),
    ],
)
def test_part_of_a_word_code_and_addresses_are_not_it(phrase: str, text: str, settings: Settings) -> None:
    settings.WORDS_TO_AVOID = [phrase]

    assert found(Typed(body=text), pages=("/simply",)) == []


def test_a_word_is_told_once_with_how_often_it_stands_and_where_first(settings: Settings) -> None:
    settings.WORDS_TO_AVOID = ["simply", "just"]

    findings = found(Typed(body="One.\n\nIt simply is.\n\nSimply so, just so."))

    assert [finding.message for finding in findings] == [
        "Find another word for “simply”: it is in the text, 2 times.",
        "Find another word for “just”: it is in the text.",
    ]
    assert lines(findings) == [3, 5]


def test_the_title_and_the_description_are_read_as_well(settings: Settings) -> None:
    settings.WORDS_TO_AVOID = ["simply"]

    findings = found(Typed(title="Simply the best", excerpt="It is simply good."))

    assert [finding.message.rpartition(": ")[2] for finding in findings] == [
        "it is in the title.",
        "it is in the description.",
    ]
    assert lines(findings) == [None, None]
