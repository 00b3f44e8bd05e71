"""Headings as CommonMark has them: a space after the #, up to three before it, and none made of a quote.

And their levels on the page, under its own <h1>.
"""

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockprocessors import HashHeaderProcessor, SetextHeaderProcessor
from markdown.extensions import Extension


class HashProcessor(HashHeaderProcessor):
    RE = re.compile(r"(?:^|\n) {0,3}(?P<level>#{1,6})(?=[ ])(?P<header>(?:\\.|[^\\\n])*?)(?: #+)? *(?:\n|$)")


class UnderlineProcessor(SetextHeaderProcessor):
    RE = re.compile(r"^(?! {0,3}(?:>|[-*_][-*_ ]+\n)).*?\n {0,3}(?:=+|-+)[ ]*(\n|$)")

    def run(self, parent: Element, blocks: list[str]) -> None:
        lines = blocks[0].split("\n", 2)
        lines[1] = lines[1].lstrip(" ")
        blocks[0] = "\n".join(lines)
        super().run(parent, blocks)


class Outline:
    """Gives each heading, in order, the level after that of the one it stands under: no level is skipped."""

    def __init__(self) -> None:
        self.above: list[int] = []  # The levels, as written, of the headings around this place.

    def level_of(self, written: int) -> int:
        while self.above and self.above[-1] >= written:
            self.above.pop()
        self.above.append(written)
        return min(len(self.above) + 1, 6)


class HeadingExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — the library's hook.
        # Below lists (65), so that a heading inside an item is left to the item.
        md.parser.blockprocessors.register(HashProcessor(md.parser), "hashheader", 64.5)
        md.parser.blockprocessors.register(UnderlineProcessor(md.parser), "setextheader", 60)
