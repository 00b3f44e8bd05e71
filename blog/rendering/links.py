"""Addresses typed as they are become links."""

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.util import HTML_PLACEHOLDER_RE, STX, AtomicString

ADDRESS = rf"\bhttps?://[^\s<>\"{STX}]+"
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
        """Whether an <a> typed as HTML is open here. It is in the stash by now."""
        assert self.md is not None  # noqa: S101 — given below.
        while (position := data.rfind(STX, 0, position)) != -1:
            placeholder = HTML_PLACEHOLDER_RE.match(data, position)
            if placeholder is None:
                continue
            tag = str(self.md.htmlStash.rawHtmlBlocks[int(placeholder[1])])[:3].lower()
            if tag in ("<a ", "<a\n", "</a"):
                return tag != "</a"
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
