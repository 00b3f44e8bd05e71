"""The first words of a post, as plain text."""

import re
from html.parser import HTMLParser

EXCERPT_CHARACTERS = 200
TAG = re.compile(r"<[^>]*>")


def excerpt_of(html: str) -> str:
    """Return about 200 characters of plain text from the first paragraphs, in whole words."""
    reader = _Paragraphs()
    reader.feed(html)
    reader.close()
    text = " ".join("".join(reader.pieces).split())
    if len(text) <= EXCERPT_CHARACTERS:
        return text
    words = text[: EXCERPT_CHARACTERS + 1].rpartition(" ")[0] or text[:EXCERPT_CHARACTERS]
    return words.rstrip(" ,;:–—-") + "…"


class _Paragraphs(HTMLParser):
    """Collects the text of <p>, without footnotes and their marks, until there is enough."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.length = 0
        self.in_paragraph = False
        self.in_note = False
        self.is_over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "p":
            self.in_paragraph = ("class", "admonition-title") not in attrs
        elif tag == "sup":
            self.in_note = True
        elif ("class", "footnote") in attrs:  # They come last.
            self.is_over = True
        elif tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self.handle_data(" ")
            self.in_paragraph = False
        elif tag == "sup":
            self.in_note = False

    def handle_data(self, data: str) -> None:
        is_wanted = self.in_paragraph and not self.in_note and not self.is_over
        if is_wanted and self.length <= 2 * EXCERPT_CHARACTERS:
            self.pieces.append(data)
            self.length += len(data)


def word_count_of(html: str) -> int:
    """Return how many words the page has, code included."""
    return len(TAG.sub("", html).split())
