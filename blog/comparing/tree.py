"""A rendered text as a tree of blocks, in which equal parts have equal keys."""

import re
from collections.abc import Hashable, Iterator
from html import unescape

from blog.rendering.allowlist import BLOCKS, HEADINGS

MOST_DEPTH = 60
VOID = {"br", "col", "hr", "img", "input", "wbr"}
# Written by us, never typed: they follow from the rest, or from the renderer's version.
GENERATED = {
    *("aria-label", "decoding", "disabled", "fetchpriority", "loading", "referrerpolicy", "rel", "role", "sizes"),
    *("srcset", "tabindex"),
}
# Of one page only: two texts on it would have the same ids twice, and our marks are not the author's to set.
LEFT_OUT = {"data-diff", "id"}
NATURAL = "natural"  # The class of a picture in its own size, which the renderer has looked up.
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)((?: [^\s=>]+=\"[^\"]*\")*)>")
ATTRIBUTE = re.compile(r" ([^\s=>]+)=\"([^\"]*)\"")
SPACE = re.compile(r"\s+")


class TooDeep(Exception):
    """More elements inside each other than a text for people has."""


class Keys:
    """Gives equal things the same number, across both texts."""

    def __init__(self) -> None:
        self.numbers: dict[Hashable, int] = {}
        self.tags: dict[tuple[str, str], tuple[dict[str, str], int]] = {}

    def of(self, thing: Hashable) -> int:
        return self.numbers.setdefault(thing, len(self.numbers))

    def of_tag(self, tag: str, written: str) -> tuple[dict[str, str], int]:
        """Return the attributes, as they are written in a tag, as a dict that nobody changes, and the shape."""
        if (tag, written) not in self.tags:
            attributes = {name: unescape(value) for name, value in ATTRIBUTE.findall(written) if name not in LEFT_OUT}
            shown = tuple(sorted(told_by(tag, attributes).items()))
            # A paragraph and the text of a list's item are the same to a reader.
            self.tags[tag, written] = attributes, self.of(("shape", "" if tag == "p" else tag, shown))
        return self.tags[tag, written]


class Element:
    """An element. Either all its children are blocks, or it is a leaf: text and inline elements.

    One without a tag stands for text that has blocks beside it. `key` is equal for equal elements, `shape` for
    those that are equal but for their children.
    """

    __slots__ = ("attributes", "children", "in_pre", "is_leaf", "key", "shape", "tag")

    def __init__(self, tag: str, written: str, keys: Keys, *, in_pre: bool) -> None:
        self.tag = tag
        self.attributes, self.shape = keys.of_tag(tag, written)
        self.in_pre = in_pre
        self.children: list[Element | str] = []
        self.is_leaf = True
        self.key = -1

    @property
    def is_block(self) -> bool:
        return self.tag in BLOCKS or not self.is_leaf

    @property
    def blocks(self) -> list["Element"]:
        """The children of one that is no leaf."""
        return [child for child in self.children if isinstance(child, Element)]

    def text(self) -> str:
        return "".join(self.texts())

    def texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child.texts()
                if child.is_block:
                    yield "\n"

    def close(self, keys: Keys) -> None:
        """Put the children in order, and take the keys. All children are closed already."""
        if self.tag in HEADINGS:
            self._drop_permalink()
        self.is_leaf = not any(isinstance(child, Element) and child.is_block for child in self.children)
        if not self.is_leaf:
            self._gather_runs(keys)
        content = tuple(self._key_of_text(child) if isinstance(child, str) else child.key for child in self.children)
        self.key = keys.of((self.tag, self.shape, content))

    def _drop_permalink(self) -> None:
        last = self.children[-1] if self.children else ""
        if (
            isinstance(last, Element)
            and last.children == ["#"]
            and last.attributes.get("class") == "permalink"
            and last.attributes.get("href", "").startswith("#")
        ):
            self.children.pop()

    def _gather_runs(self, keys: Keys) -> None:
        blocks: list[Element | str] = []
        run: list[Element | str] = []
        for child in [*self.children, None]:
            if child is not None and (isinstance(child, str) or not child.is_block):
                run.append(child)
                continue
            if any(isinstance(piece, Element) or piece.strip() for piece in run):
                gathered = Element("", "", keys, in_pre=self.in_pre)
                gathered.children = run
                gathered.close(keys)
                blocks.append(gathered)
            run = []
            if child is not None:
                blocks.append(child)
        self.children = blocks

    def _key_of_text(self, text: str) -> str:
        return text if self.in_pre else SPACE.sub(" ", text)


def told_by(tag: str, attributes: dict[str, str]) -> dict[str, str]:
    """Return what the attributes of an element tell that does not follow from the rest."""
    told = {name: value for name, value in attributes.items() if name not in GENERATED}
    if tag == "img" and NATURAL in told.get("class", "").split():  # No author can write that.
        names = [name for name in told.pop("class").split() if name != NATURAL]
        told = {name: value for name, value in told.items() if name not in ("width", "height")}
        return told | ({"class": " ".join(names)} if names else {})
    if tag == "a" and told.get("class") == "footnote-backref":
        told.pop("title", None)
    return told


def parse(html: str, keys: Keys) -> Element:
    """Return the root, whose children are the blocks of the text. Raises TooDeep.

    `html` must come out of `allowlist.compared`: well-formed, lower-case, every attribute quoted, every `<` a tag.
    """
    root = Element("", "", keys, in_pre=False)
    open_elements = [root]
    position = 0
    for match in TAG.finditer(html):
        if match.start() > position:
            open_elements[-1].children.append(unescape(html[position : match.start()]))
        position = match.end()
        closing, tag, written = match.groups()
        if closing:
            element = open_elements.pop()
            element.close(keys)
            if element.attributes.get("class") == "zoom":  # Ours, and comes and goes with the size of the picture.
                open_elements[-1].children[-1:] = element.children
            continue
        parent = open_elements[-1]
        element = Element(tag, written, keys, in_pre=parent.in_pre or tag == "pre")
        parent.children.append(element)
        if tag in VOID:
            element.close(keys)
        elif len(open_elements) == MOST_DEPTH:
            raise TooDeep
        else:
            open_elements.append(element)
    root.children.append(unescape(html[position:]))
    root.is_leaf = False
    root._gather_runs(keys)
    return root
