"""The Markdown as it was typed, line by line."""

import pytest

from blog.comparing import Kind, Line, Row, Span, source_diff

pytestmark = pytest.mark.no_database


def told(old: str, new: str) -> list[str]:
    """Return the rows as a person would write them down."""
    return [_told(row) for row in source_diff(old, new).rows]


def _told(row: Row) -> str:
    if row.kind in (Kind.FOLDED, Kind.LEFT_OUT):
        return f"{row.kind} {row.count}"
    if row.kind is Kind.CHANGED:
        return f"{_line(row.old)} => {_line(row.new)}"
    return f"{row.kind} {_line(row.old or row.new)}"


def _line(line: Line | None) -> str:
    assert line is not None
    signs = {Kind.SAME: "{}", Kind.REMOVED: "[-{}-]", Kind.ADDED: "[+{}+]"}
    return f"{line.number}:" + "".join(signs[span.kind].format(span.shown) for span in line.spans)


def test_lines_are_the_same_removed_added_or_changed() -> None:
    assert told("one\ngone\nthe old proof\nlast", "one\nthe new proof\nlast\nquite new") == [
        "same 1:one",
        "removed 2:[-gone-]",
        "3:the [-old-] proof => 2:the [+new+] proof",
        "same 4:last",
        "added 4:[+quite new+]",
    ]


def test_a_row_that_is_the_same_has_the_numbers_of_both_sides() -> None:
    row = source_diff("a\nb", "new\na\nb").rows[1]

    assert row == Row(Kind.SAME, Line(1, (Span(Kind.SAME, "a"),)), Line(2, (Span(Kind.SAME, "a"),)))


def test_a_long_stretch_of_the_same_is_folded_but_for_three_lines_about_a_change() -> None:
    lines = [f"line {number}" for number in range(1, 21)]
    changed = [*lines[:9], "another thing", *lines[10:]]

    rows = told("\n".join(lines), "\n".join(changed))

    assert rows[0] == "folded 6"
    assert rows[1] == "same 7:line 7"
    assert rows[-2] == "same 13:line 13"
    assert rows[-1] == "folded 7"


def test_a_short_stretch_is_not_worth_a_fold() -> None:
    assert told("a\nb\nc\nd\ne\nf", "a\nb\nc\nd\ne\nnew") == [
        "same 1:a",
        "same 2:b",
        "same 3:c",
        "same 4:d",
        "same 5:e",
        "removed 6:[-f-]",
        "added 6:[+new+]",
    ]


def test_two_sources_that_are_the_same_have_no_changes() -> None:
    diff = source_diff("a\n" * 50, "a\n" * 50)

    assert not diff.has_changes
    assert [row.kind for row in diff.rows] == [Kind.FOLDED]


def test_without_an_old_source_every_line_is_added() -> None:
    assert told("", "one\n\ntwo\n") == ["added 1:[+one+]", "added 2:", "added 3:[+two+]"]


def test_space_that_changed_can_be_seen() -> None:
    assert told("two words here ", "two words here  ") == ["1:two words here[-·-] => 1:two words here[+··+]"]
    assert told("two words here\u00a0now", "two words here now") == [
        "1:two words here[-[U+00A0]-]now => 1:two words here[+·+]now"
    ]


def test_what_has_no_width_or_turns_a_line_round_can_be_seen() -> None:
    assert told("pay them today", "pay\u200b \u202ethem today") == [
        "1:[-pay-] them today => 1:[+pay[U+200B]+] [+[U+202E]+]them today"
    ]


def test_a_joiner_is_left_alone_in_words_that_did_not_change() -> None:
    assert told("می\u200cخواهم a b", "می\u200cخواهم a c") == ["1:می\u200cخواهم a [-b-] => 1:می\u200cخواهم a [+c+]"]


def test_the_text_of_a_line_is_as_it_was_typed() -> None:
    row = source_diff("a  b\tc", "a b\tc d").rows[0]

    assert row.old is not None
    assert row.old.text == "a  b\tc"


def test_another_target_of_a_link_is_a_changed_word() -> None:
    rows = told("Pay [here](https://good.example/a).", "Pay [here](https://evil.example/a).")

    assert rows == ["1:Pay [here](https://[-good-].example/a). => 1:Pay [here](https://[+evil+].example/a)."]
