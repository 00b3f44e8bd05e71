"""A rendered text as feed readers need it: they bring looks of their own, and know none of our scripts and classes.

It has no ids, which some readers drop and which others show many texts with on one page; and a `#` alone means the
address of the feed to them. So links to a place in a text, those of footnotes above all, lead there on its own page.

Every address in it is whole, or begins with a `/` in ` href="/` or ` src="/`. A quotation mark in the text itself is
written as a reference, so that these two strings are never anything else: whoever serves it puts the site's address
before them without looking any closer.
"""

import re
from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

KEPT = {
    "a": {"href"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"datetime"},
    "details": {"open"},
    "img": {"src", "alt", "width", "height"},
    "ins": {"datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
KEPT_ANYWHERE = {"dir", "lang", "title"}
VOID = {"br", "col", "hr", "img", "wbr"}
# What XML 1.0 has no way to write: production 2, Char.
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def for_feeds(html: str, *, page: str) -> str:
    """Return what the renderer made, for readers of feeds. `page` is the path at which it is read here."""
    writer = _Writer(page)
    writer.feed(html)
    writer.close()
    return writable("".join(writer.pieces)).strip()


def writable(text: str) -> str:
    """Return the text without the characters that XML cannot hold."""
    return NOT_IN_XML.sub("", text)


def tag_of(name: str, attributes: Mapping[str, str]) -> str:
    written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>"


class _Writer(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.pieces: list[str] = []
        self.open: list[tuple[str, str]] = []  # Of each element that is open: its name, and what closes it.
        self.language = ""
        self.is_left_out = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        classes = attributes.get("class", "").split()
        if "permalink" in classes:
            self.is_left_out = True
            self.pieces[-1:] = [piece.rstrip(" ") for piece in self.pieces[-1:]]
        if tag == "input":
            self.pieces.append("☑" if "checked" in attributes else "☐")
            return
        written, closing = self.shaped(tag, attributes, classes)
        self.pieces.append("" if self.is_left_out else written)
        if tag not in VOID:
            self.open.append((tag, "" if self.is_left_out else closing))

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            name, closing = self.open.pop()
            self.pieces.append(closing)
            if name == tag:
                break
        if tag == "a":
            self.is_left_out = False

    def handle_data(self, data: str) -> None:
        if not self.is_left_out:
            self.pieces.append(escape(data))

    def shaped(self, tag: str, attributes: dict[str, str], classes: list[str]) -> tuple[str, str]:
        """Return what opens and what closes an element. Nothing, where it is there for our own pages alone."""
        if tag == "div" and "highlight" in classes:
            self.language = attributes.get("data-lang", "")
            return "", ""
        if tag == "div" and "table-scroll" in classes:
            return "", ""
        if tag == "div" and "admonition" in classes:
            return "<blockquote>", "</blockquote>"
        if "admonition-title" in classes:
            return "<p><strong>", "</strong></p>"
        if tag == "span" and "filename" in classes:
            return "<p><code>", "</code></p>"
        kept = self.kept(tag, attributes, classes)
        if tag == "span" and not kept:
            return "", ""
        return tag_of(tag, kept), "" if tag in VOID else f"</{tag}>"

    def kept(self, tag: str, attributes: dict[str, str], classes: list[str]) -> dict[str, str]:
        allowed = KEPT_ANYWHERE | KEPT.get(tag, set())
        kept = {name: value for name, value in attributes.items() if name in allowed}
        for name in ("href", "src"):
            if name in kept:
                kept[name] = self.address(kept[name])
        if tag == "code" and self.language and self.open and self.open[-1][0] == "pre":
            kept["class"] = f"language-{re.sub('[^a-z0-9+#]+', '-', self.language.lower()).strip('-')}"
            self.language = ""
        for side in ("left", "center", "right"):
            if f"align-{side}" in classes:
                kept["align"] = side
        return kept

    def address(self, written: str) -> str:
        """Return an address that means the same elsewhere."""
        try:
            whole = urljoin(self.page, written.strip())
            parts = urlsplit(whole)
        except ValueError:  # A bracket that is never closed.
            return self.page
        if parts.scheme or parts.netloc:
            return f"https:{whole}" if not parts.scheme else whole
        return whole if whole.startswith("/") else self.page
