"""The head of a page as a program reads it."""

import json
from html.parser import HTMLParser
from typing import Any


class Head(HTMLParser):
    """What a page says of itself: the content of each `meta`, the address of each `link`, and its linked data."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.metas: dict[str, list[str]] = {}
        self.links: dict[str, list[dict[str, str]]] = {}
        self.blocks: list[Any] = []
        self._in_block = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "meta":
            self.metas.setdefault(told.get("property") or told.get("name", ""), []).append(told.get("content", ""))
        if tag == "link":
            self.links.setdefault(told["rel"], []).append(told)
        self._in_block = tag == "script" and told.get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self._in_block:
            self.blocks.append(json.loads(data))

    def handle_endtag(self, tag: str) -> None:
        self._in_block = False

    def meta(self, name: str) -> str:
        """Return what stands under a name that may be there once."""
        [content] = self.metas[name]
        return content

    def link(self, rel: str) -> str:
        [link] = self.links[rel]
        return link["href"]

    def thing(self, kind: str) -> Any:
        """Return the one thing of this type in the linked data."""
        [block] = self.blocks
        [thing] = [node for node in block["@graph"] if node["@type"] == kind]
        return thing
