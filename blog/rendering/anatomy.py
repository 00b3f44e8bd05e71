"""What a rendered text consists of: its headings, its words without the mark-up, and how many pictures it has."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
APART = HEADINGS | {
    "p",
    "li",
    "div",
    "pre",
    "blockquote",
    "dt",
    "dd",
    "td",
    "th",
    "tr",
    "figcaption",
    "br",
    "hr",
    "summary",
}
BESIDE = ("permalink", "footnote-ref", "footnote-backref")  # Links that we set and nobody wrote.


@dataclass(frozen=True)
class Heading:
    """A heading that can be linked to. `id` is that on the page."""

    level: int
    id: str
    text: str


@dataclass
class Anatomy:
    headings: list[Heading] = field(default_factory=list)
    text: str = ""
    image_count: int = 0


def anatomy_of(html: str) -> Anatomy:
    """Take apart what the renderer made. Blocks stand on lines of their own in its text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return Anatomy(reader.headings, "\n".join(filter(None, lines)), reader.image_count)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.headings: list[Heading] = []
        self.heading: list[str] | None = None  # The words of the heading that is open.
        self.heading_id = ""
        self.image_count = 0
        self.is_beside = False
        self.is_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in APART and not self.is_code:
            self.pieces.append("\n")
        if tag in HEADINGS:
            self.heading, self.heading_id = [], attributes.get("id") or ""
        elif tag == "pre":
            self.is_code = True
        elif tag == "img":
            self.image_count += 1
            self.handle_data(f" {attributes.get('alt') or ''} ")
        elif tag == "a":
            self.is_beside = any(name in BESIDE for name in (attributes.get("class") or "").split())

    def handle_endtag(self, tag: str) -> None:
        if tag in HEADINGS and self.heading is not None:
            text = " ".join("".join(self.heading).split())
            if self.heading_id and text:
                self.headings.append(Heading(int(tag[1]), self.heading_id, text))
            self.heading = None
        elif tag == "pre":
            self.is_code = False
        elif tag == "a":
            self.is_beside = False
        if tag in APART:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if self.is_beside:
            return
        self.pieces.append(data)
        if self.heading is not None:
            self.heading.append(data)
