"""What stands on the page: headings, links, images and anchors, each with its line in the Markdown where it is known."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TypeVar

from .source import Source, name_of

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
# Links that the renderer makes, not the writer.
OURS = {"permalink", "footnote-ref", "footnote-backref", "zoom"}
# Most tags of a page, and none that is looked at: parsing them would take most of the time.
IDLE_TAG = re.compile(r'</?(?!(?:a|h[1-6]|img)\b)[a-z][a-z0-9]*(?: class="[^"<>]*")?>')
Place = TypeVar("Place")


@dataclass(frozen=True)
class Heading:
    """`level` is the one that was typed: on the page it is that below the heading before. None if it is not known."""

    words: str
    level: int | None
    line: int | None


@dataclass(frozen=True)
class Link:
    """`words` are what one clicks on, with the alternative text of images."""

    address: str
    words: str
    line: int | None


@dataclass(frozen=True)
class Image:
    address: str
    alt: str
    line: int | None


@dataclass(frozen=True)
class Outline:
    """What stands on a page, each in its order. `is_blank` says that there is nothing to read or to see."""

    headings: list[Heading]
    links: list[Link]
    images: list[Image]
    anchors: frozenset[str]
    is_blank: bool


def outline_of(html: str, source: Source) -> Outline:
    """Return what stands on a page that was rendered from this source."""
    page = _Page()
    page.feed(IDLE_TAG.sub("", html))
    page.close()
    names = [name_of(address) for _, address, _ in page.pointers]
    lines = _places(names, source.addresses) if names else []
    pointers = [
        (tag, address, _joined(words), line) for (tag, address, words), line in zip(page.pointers, lines, strict=True)
    ]
    titles = [_joined(words) for words in page.headings]
    typed = _places([name_of(title) for title in titles], source.headings) if titles else []
    return Outline(
        headings=[Heading(title, *(place or (None, None))) for title, place in zip(titles, typed, strict=True)],
        links=[Link(address, words, line) for tag, address, words, line in pointers if tag == "a"],
        images=[Image(address, words, line) for tag, address, words, line in pointers if tag == "img"],
        anchors=frozenset(page.anchors),
        is_blank=page.is_blank,
    )


class _Page(HTMLParser):
    """Collects what stands in HTML that has passed the allow-list."""

    def __init__(self) -> None:
        super().__init__()
        self.pointers: list[tuple[str, str, list[str]]] = []  # Tag, address, words.
        self.headings: list[list[str]] = []
        self.anchors: set[str] = set()
        self.is_blank = True
        self.is_in_ours = False
        self.open_link: list[str] | None = None
        self.open_heading: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if "id" in attributes:
            self.anchors.add(attributes["id"])
        if tag in HEADINGS:
            self.open_heading = []
            self.headings.append(self.open_heading)
        elif tag == "a":
            self.open_a(attributes)
        elif tag == "img":
            self.pointers.append((tag, attributes.get("src", ""), [attributes.get("alt", "")]))
            self.add(attributes.get("alt", ""))
            self.is_blank = False

    def open_a(self, attributes: dict[str, str]) -> None:
        self.is_in_ours = not OURS.isdisjoint(attributes.get("class", "").split())
        is_anchor = "id" in attributes and "href" not in attributes
        if not self.is_in_ours and not is_anchor:
            self.open_link = []
            self.pointers.append(("a", attributes.get("href", ""), self.open_link))

    def handle_endtag(self, tag: str) -> None:
        if tag in HEADINGS:
            self.open_heading = None
        elif tag == "a":
            self.open_link, self.is_in_ours = None, False

    def handle_data(self, data: str) -> None:
        if not self.is_in_ours:
            self.is_blank = self.is_blank and data.isspace()
            self.add(data)

    def add(self, words: str) -> None:
        for collected in (self.open_link, self.open_heading):
            if collected is not None:
                collected.append(words)


def _joined(words: list[str]) -> str:
    return " ".join("".join(words).split())


def _places(found: Sequence[str], written: Iterable[tuple[str, Place]]) -> list[Place | None]:
    """Return where each thing was written: the only place that has its name, or the nth of as many as were found."""
    places = defaultdict[str, list[Place]](list)
    for name, place in written:
        places[name].append(place)
    totals, seen = Counter(found), Counter[str]()
    result: list[Place | None] = []
    for name in found:
        known = places.get(name, [])
        if len(known) == totals[name]:
            result.append(known[seen[name]])
        else:
            result.append(known[0] if len(known) == 1 else None)
        seen[name] += 1
    return result
