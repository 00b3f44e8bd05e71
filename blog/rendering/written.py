"""A tree written as HTML: characters that mean something escaped, raw HTML as it is, blocks on lines of their own."""

from html import escape
from xml.etree.ElementTree import Element

from markdown.util import BLOCK_LEVEL_ELEMENTS

RAW = "raw-html"  # The tag of an element that holds HTML as its text.
VOID = frozenset({"br", "hr", "img", "input"})
BLOCKS = frozenset(BLOCK_LEVEL_ELEMENTS)


def written(element: Element) -> str:
    pieces: list[str] = []
    _write(element, pieces)
    return "".join(pieces)


def _write(element: Element, pieces: list[str]) -> None:
    tag = element.tag
    if tag == RAW:
        pieces.append(element.text or "")
        return
    if element.attrib:
        pieces.append(f"<{tag}{''.join(map(_attribute, element.attrib.items()))}>")
    else:
        pieces.append(f"<{tag}>")
    if element.text:
        pieces.append(escape(element.text, quote=False))
    for child in element:
        _write(child, pieces)
        if child.tail:
            pieces.append(escape(child.tail, quote=False))
    if tag not in VOID:
        pieces.append(f"</{tag}>")
    if tag in BLOCKS:
        pieces.append("\n")


def _attribute(item: tuple[str, str | None]) -> str:
    name, value = item
    return f" {name}" if value is None else f' {name}="{escape(value)}"'
