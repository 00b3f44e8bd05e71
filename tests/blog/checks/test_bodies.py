import pytest

from tests.blog.checks.texts import Typed, found, names


@pytest.mark.parametrize("body", ["", " \n\t\n", "<!-- later -->", "[ref]: https://example.org\n", "<p> </p>"])
def test_a_page_with_nothing_on_it_is_empty(body: str) -> None:
    assert "body-empty" in names(found(Typed(body=body)))


@pytest.mark.parametrize(
    "body", ["x", "```\nx\n```", "![A bridge](https://example.org/a.png)", "- [x](https://example.org)", "中"]
)
def test_a_page_with_anything_on_it_is_not(body: str) -> None:
    assert found(Typed(body=body)) == []
