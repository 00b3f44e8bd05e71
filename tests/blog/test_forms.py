"""What people type, checked for shape and otherwise left alone."""

from typing import Any

import pytest

from blog.forms import PostForm, ReasonForm


def form(**typed: Any) -> PostForm:
    return PostForm({"title": "Title", "tags": "", "body": "Words.", "version": "1"} | typed)


@pytest.mark.parametrize("body", ["two spaces  ", "  indented\n", "\n\n", "\t", "𝒢 e\u0301 \u200d"])
def test_a_text_is_left_as_it_was_typed(body: str) -> None:
    typed = form(body=body)

    assert typed.is_valid()
    assert typed.words["body"] == body


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "x" * 201),
        ("title", "nul \0"),
        ("body", "x" * 100_001),
        ("body", "nul \0"),
        ("tags", "x" * 51),
        ("tags", ",".join(str(number) for number in range(21))),
        ("tags", "nul \0"),
        ("version", "0"),
        ("version", "abc"),
        ("write_key", "x" * 65),
        ("write_key", "no slug"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(field: str, value: str) -> None:
    assert list(form(**{field: value}).errors) == [field]


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("", []),
        (" , ,, ", []),
        ("python, sign-in", ["python", "sign-in"]),
        ("#python,  two   words ", ["python", "two words"]),
        ("Python, python, PYTHON", ["Python"]),
        ("straße, STRASSE", ["straße"]),
        ("b, a", ["b", "a"]),
    ],
)
def test_tags_come_without_blanks_and_repeats(typed: str, tags: list[str]) -> None:
    posted = form(tags=typed)

    assert posted.is_valid()
    assert posted.words["tags"] == tags


def test_a_browser_does_not_cut_a_text_that_is_pasted() -> None:
    assert "maxlength" not in str(PostForm()["body"])
    assert 'data-most="100000"' in str(PostForm()["body"])


def test_a_form_has_no_field_for_what_the_workflow_decides() -> None:
    words = {"title", "tags", "body", "excerpt", "picked_cover", "cover", "cover_alt", "canonical_url", "note"}
    words |= {"series", "language", "corrections"}

    assert set(PostForm.base_fields) == words | {"version", "write_key"}


def test_a_line_end_counts_once_though_browsers_send_two_characters_for_it() -> None:
    typed = form(body="a\r\n" * 50_000)

    assert typed.is_valid()
    assert typed.words["body"] == "a\n" * 50_000


@pytest.mark.parametrize(("reason", "fits"), [("Shorter.", True), ("", True), ("x" * 10_001, False), ("\0", False)])
def test_a_reason_is_a_text_of_bounded_length(reason: str, fits: bool) -> None:
    assert ReasonForm({"reason": reason}).is_valid() == fits
