"""Data for programs inside a page: whatever is in it, it stays data, and it comes out as it went in."""

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.markup import data_block

ANY_TEXT = st.text() | st.text(alphabet="<>/!-&scriptSCRIPT\u2028\u2029]\"'\\ \n\x00", max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)


class Elements(HTMLParser):
    """What a parser makes of a piece of HTML: its tags, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")


@settings(deadline=None)
@given(JSON)
def test_whatever_goes_in_comes_out_and_nothing_else_does(content: object) -> None:
    read = Elements(data_block(content))

    assert read.tags == ["script", "/script"]
    assert json.loads(read.text) == content


@settings(deadline=None)
@given(ANY_TEXT)
def test_nothing_in_it_means_anything_to_html_or_to_scripts(text: str) -> None:
    inside = data_block({text: [text]}).removeprefix('<script type="application/ld+json">').removesuffix("</script>")

    assert not set("<>&\u2028\u2029") & set(inside)


def test_what_json_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        data_block(float("nan"))
