"""Addresses typed as they are become links."""

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import InlineProcessor as InlineTreeProcessor
from markdown.util import HTML_PLACEHOLDER_RE, INLINE_PLACEHOLDER_RE, STX, AtomicString

ADDRESS = rf"\bhttps?://[^\s<>\"{STX}]+"
RAW_LINK = re.compile(r"</?(?=a[\s/>])", re.IGNORECASE)
NEVER_LAST = "?!.,:*_~'\";"


class AddressProcessor(InlineProcessor):
    """Links http:// and https:// addresses, ending where GitHub's rules end them."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element | None, int | None, int | None]:  # type: ignore[override]  # noqa: N802 — the stub knows only the older hook.
        address = _trimmed(m[0])
        if address.endswith("://") or self.is_inside_raw_link(data, m.start()):
            return None, None, None
        link = Element("a", {"href": address})
        link.text = AtomicString(address)
        return link, m.start(), m.start() + len(address)

    def is_inside_raw_link(self, data: str, position: int) -> bool:
        """Whether an <a> typed as HTML is open here. By now there is a placeholder where it was."""
        assert self.md is not None  # noqa: S101 — given below.
        inline_patterns = self.md.treeprocessors["inline"]
        assert isinstance(inline_patterns, InlineTreeProcessor)  # noqa: S101 — so the library registers it.
        nodes = inline_patterns.stashed_nodes
        while (position := data.rfind(STX, 0, position)) != -1:
            inline = INLINE_PLACEHOLDER_RE.match(data, position)
            node = nodes.get(inline[1]) if inline else None
            raw = HTML_PLACEHOLDER_RE.match(node) if isinstance(node, str) else None
            tag = RAW_LINK.match(str(self.md.htmlStash.rawHtmlBlocks[int(raw[1])])) if raw else None
            if tag:
                return tag[0] != "</"
        return False


def _trimmed(address: str) -> str:
    """Leave the punctuation of the sentence out, and a closing bracket that was not opened."""
    while True:
        shorter = address.rstrip(NEVER_LAST)
        for opening, closing in ("()", "[]"):
            if shorter.endswith(closing) and shorter.count(closing) > shorter.count(opening):
                shorter = shorter[:-1]
        if shorter == address:
            return address
        address = shorter


class LinkExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — the library's hook.
        md.inlinePatterns.register(AddressProcessor(ADDRESS, md), "address", 85)
