"""Fenced code wherever CommonMark has it: in lists, in quotes, on the marker's own line, not closed at all.

It runs before everything else, because nothing else may look inside code.
"""

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.util import ETX, STX

from blog.rendering.code import highlighted
from blog.rendering.containers import BREAK, HOLDER, HOLDER_INDENT, QUOTE, indent_of, item_at
from blog.rendering.guard import refuse_costly
from blog.rendering.limits import Unrenderable

FENCE = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)$")
RAW_START = re.compile(r" {0,3}(?:(?P<comment><!--)|<(?P<tag>pre|script|style|textarea)(?=[\s>]|$))", re.IGNORECASE)
HEADING = re.compile(r" {0,3}#{1,6}(?: |$)")
PLACEHOLDER_LINE = re.compile(rf"^[ ]*{STX}wzxhzdk:\d+{ETX}[ ]*$", re.MULTILINE)
MOST_NESTED = 20
UNDERLINE = re.compile(r" {0,3}-+ *$")
IS_QUOTE = 0  # Where a list item has the width of its marker.


@dataclass
class Fence:
    """An open fence and what it has collected."""

    mark: str
    info: str
    indent: int
    prefix: str
    depth: int
    number: int
    code: list[str] = field(default_factory=list)

    def is_closed_by(self, line: str) -> bool:
        text = line.strip()
        return indent_of(line) < 4 and len(text) >= len(self.mark) and text == self.mark[0] * len(text)


class FencePreprocessor(Preprocessor):
    """Takes fenced code out of the text, and tidies the white space of the rest."""

    def run(self, lines: list[str]) -> list[str]:
        walk = Walk(self.md, lines)
        refuse_costly(walk.result, walk.prose, walk.numbers)
        return [*walk.result, "", ""]


class Walk:
    """One walk over the lines of a text, knowing in each which quotes and list items are open."""

    def __init__(self, md: Markdown, lines: list[str]) -> None:
        self.md = md
        self.result: list[str] = []
        self.prose: list[str] = []  # The same, but empty where a line is code or raw HTML.
        self.numbers: list[int] = []  # Of the lines in the result, where they were in the text.
        self.open: list[int] = []  # Of each container, outermost first: its width, or IS_QUOTE.
        self.fence: Fence | None = None
        self.raw_until = ""  # The end of raw HTML in which nothing is Markdown.
        self.in_paragraph = False
        for number, raw in enumerate(lines, start=1):
            self.number = number
            self.take(raw.replace("\0", "").replace(STX, "").replace(ETX, ""))
        self.close_fence()

    def take(self, raw: str) -> None:
        line = raw.expandtabs(4)
        if self.raw_until:
            self.keep(line, is_prose=False)
            if self.raw_until in line.lower():
                self.raw_until = ""
            return
        depth, start = self.match(line)
        if self.fence and self.fence.depth > depth:
            self.close_fence()
        if self.fence is None:
            self.take_text(line, depth, start)
        elif self.fence.is_closed_by(line[start:]):
            self.close_fence()
        else:
            content = _after_column(raw, start)
            spaces = min(indent_of(content), self.fence.indent)
            self.fence.code.append(content[spaces:])

    def match(self, line: str) -> tuple[int, int]:
        """Return how many of the open containers go on in this line, and where their content begins."""
        start = 0
        is_blank = not line.strip()
        for depth, width in enumerate(self.open):
            if width == IS_QUOTE:
                quote = QUOTE.match(line, start)
                if quote is None:
                    return depth, start
                start = quote.end()
                is_blank = not line[start:].strip()
            elif is_blank:
                continue
            elif indent_of(line, start) >= width:
                start += width
            else:
                return depth, start
        return len(self.open), start

    def take_text(self, line: str, depth: int, start: int) -> None:
        if not line[start:].strip():
            if depth < len(self.open):
                del self.open[depth:]
            self.in_paragraph = False
            self.keep(line)
            return
        goes_on = self.in_paragraph and depth == len(self.open)
        opened = depth
        while indent_of(line, start) < 4:
            if (quote := QUOTE.match(line, start)) is not None:
                width, start = IS_QUOTE, quote.end()
            elif (item := item_at(line, start)) is not None and (not goes_on or item.may_interrupt):
                width, start = item.width, min(start + item.width, len(line))
            elif HOLDER.match(line, start + indent_of(line, start)):
                width = HOLDER_INDENT
            else:
                break
            self.open[opened:] = [width]
            opened += 1
            goes_on = self.in_paragraph = False
            self.refuse_depth()
            if width == HOLDER_INDENT and HOLDER.match(line, start + indent_of(line, start)):
                self.in_paragraph = True
                self.keep(line)
                return
        self.take_leaf(line, start, opened, is_lazy=self.in_paragraph and opened < len(self.open))

    def take_leaf(self, line: str, start: int, depth: int, *, is_lazy: bool) -> None:
        rest = line[start:]
        if depth == 0 and self.open and self.open[0] == IS_QUOTE and not is_lazy:
            self.keep("")  # Or Python-Markdown would take the line for a lazy part of the quote.
        if indent_of(rest) >= 4 and not self.in_paragraph:
            del self.open[depth:]
            self.keep(line, is_prose=False)
            return
        if (match := FENCE.match(rest)) is not None:
            del self.open[depth:]
            self.in_paragraph = False
            indent = indent_of(rest)
            self.fence = Fence(
                match["fence"], match["info"].strip(), indent, line[: start + indent], depth, self.number
            )
            return
        if (raw := RAW_START.match(rest)) is not None:
            self.raw_until = "-->" if raw["comment"] else f"</{raw['tag'].lower()}>"
            if self.raw_until in rest.lower():
                self.raw_until = ""
            self.in_paragraph = False
        elif not is_lazy:
            del self.open[depth:]
            if stands_alone(rest) and not (self.in_paragraph and UNDERLINE.match(rest)):
                self.in_paragraph = False
                self.keep_apart(line)
                return
            self.in_paragraph = bool(rest.strip())
        self.keep(line)

    def refuse_depth(self) -> None:
        if len(self.open) > MOST_NESTED:
            raise Unrenderable(f"Lists and quotes are nested more than {MOST_NESTED} deep here.", self.number)

    def keep(self, line: str, *, is_prose: bool = True) -> None:
        self.result.append(line if line.strip() else "")
        self.prose.append(self.result[-1] if is_prose else "")
        self.numbers.append(self.number)

    def keep_apart(self, line: str) -> None:
        """Give a heading or a break a block of its own, for speed: blocks are searched again for each.

        Not inside lists and quotes, where a blank line means something.
        """
        if self.open:
            self.keep(line)
        else:
            for piece in ("", line, ""):
                self.keep(piece)

    def close_fence(self) -> None:
        if self.fence:
            html = highlighted("\n".join(self.fence.code), self.fence.info)
            self.keep(self.fence.prefix + self.md.htmlStash.store(html))
            self.numbers[-1] = self.fence.number
            if not self.open:
                self.keep("")
            self.fence = None


def _after_column(raw: str, column: int) -> str:
    """Return what follows a column of a line, with the tabs of the remainder as they are."""
    position = reached = 0
    while reached < column and position < len(raw):
        reached += 4 - reached % 4 if raw[position] == "\t" else 1
        position += 1
    return " " * (reached - column) + raw[position:]


def stands_alone(line: str) -> bool:
    return bool(BREAK.match(line) or HEADING.match(line))


class PlaceholderProcessor(BlockProcessor):
    """Gives code that touches a paragraph a block of its own."""

    def test(self, parent: ElementTree.Element, block: str) -> bool:
        return PLACEHOLDER_LINE.search(block) is not None

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        block = blocks.pop(0)
        match = PLACEHOLDER_LINE.search(block)
        assert match is not None  # noqa: S101 — `test` has just found it.
        if after := block[match.end() :].lstrip("\n"):
            blocks.insert(0, after)
        if before := block[: match.start()].rstrip("\n"):
            self.parser.parseBlocks(parent, [before])
        ElementTree.SubElement(parent, "p").text = match[0].strip()


class FenceExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — the library's hook.
        md.preprocessors.register(FencePreprocessor(md), "normalize_whitespace", 30)
        md.parser.blockprocessors.register(PlaceholderProcessor(md.parser), "placeholder", 64)
