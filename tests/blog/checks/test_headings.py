import pytest

from tests.blog.checks.texts import Typed, found, lines, names


@pytest.mark.parametrize(
    "body",
    [
        "# A\n\n## B\n\n### C\n\n# D",
        "## A\n\n### B\n\n## C",
        "### A\n\n### B",
        "A\n=\n\nB\n-\n\n### C",
        "## A\n\n```\n#### no heading\n```\n\n### B",
        "<h2>A</h2>\n\n### B",
        "No headings at all.",
    ],
)
def test_headings_that_go_down_step_by_step_are_in_order(body: str) -> None:
    assert found(Typed(body=body)) == []


@pytest.mark.parametrize(
    ("body", "line", "hashes"),
    [
        ("## A\n\n#### B", 3, "###"),
        ("Words.\n\nA\n===\n\n### B", 6, "##"),
        ("> ## A\n>\n> #### B", 3, "###"),
        ("## A\n\n<h4>B</h4>", 3, "###"),
        ("## A\n\n```\n### B\n```\n\n#### B\n", 7, "###"),
    ],
)
def test_a_heading_that_skips_a_level_is_found_with_its_line(body: str, line: int, hashes: str) -> None:
    (finding,) = found(Typed(body=body))

    assert (finding.check, finding.line, finding.excerpt) == ("heading-order", line, "B")
    assert finding.message.startswith(f"Start this heading with {hashes}: ")


def test_a_text_that_starts_below_its_other_headings_is_out_of_order() -> None:
    (finding,) = found(Typed(body="### A\n\n## B"))

    assert finding.message == "Start this heading with ##: it has 3 of them, and others here stand higher."
    assert finding.line == 1


def test_a_heading_is_known_again_with_emphasis_links_code_and_an_id_of_its_own() -> None:
    body = "## A\n\n#### The *big* [link](https://example.org) &amp; caf&eacute; `code_b` {#own}\n"

    assert lines(found(Typed(body=body))) == [3]


def test_of_headings_with_the_same_words_each_has_its_own_line() -> None:
    body = "## Example\n\n#### Why\n\n## Example\n\n#### Why\n"

    assert lines(found(Typed(body=body))) == [3, 7]


def test_where_a_heading_cannot_be_told_from_code_nothing_is_said_of_its_level_or_the_next() -> None:
    body = "# A\n\n    ### B\n\n### B\n\n#### C"

    assert found(Typed(body=body)) == []


@pytest.mark.parametrize("body", ["## \n\nWords.", "<h2></h2>\n\nWords."])
def test_a_heading_without_words_is_found(body: str) -> None:
    assert names(found(Typed(body=body))) == ["heading-empty"]


def test_a_heading_that_is_a_picture_has_the_words_of_the_picture() -> None:
    assert found(Typed(body="## ![The house](https://example.org/a.png)")) == []
