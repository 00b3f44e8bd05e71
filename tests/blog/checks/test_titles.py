import pytest
from pytest_django import Settings

from tests.blog.checks.texts import Typed, found, names


def test_a_text_with_all_it_needs_passes_every_check() -> None:
    assert found(Typed()) == []


@pytest.mark.parametrize("title", ["", "  \n"])
def test_a_post_needs_a_title(title: str) -> None:
    assert names(found(Typed(title=title))) == ["title-missing"]


def test_a_title_may_be_as_long_as_search_results_show() -> None:
    assert found(Typed(title="é" * 70)) == []
    assert names(found(Typed(title="é" * 71))) == ["title-too-long"]


def test_how_long_a_title_may_be_is_a_setting(settings: Settings) -> None:
    settings.MAX_TITLE_CHARACTERS = 5

    finding = found(Typed(title="On proofs"))[0]

    assert finding.message == "Make the title shorter: it has 9 characters, and search results show about 5."


def test_a_post_without_a_description_is_told_what_is_shown_instead() -> None:
    finding = found(Typed(excerpt=" "))[0]

    assert finding.check == "description-missing"
    assert "first words" in finding.message
