"""Lists as CommonMark has them: any indentation that reaches the item's text nests, no blank line needed before."""

from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.extensions.def_list import DefListIndentProcessor
from markdown.util import STX

from blog.rendering.containers import BREAK, HOLDER, QUOTE, Item, indent_of, item_at
from blog.rendering.fences import HEADING


class ListProcessor(BlockProcessor):
    """Takes a whole list, and whatever is indented below its items, in one go."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md.parser)
        self.gaps = 0  # Blank lines that lists further in have already accounted for.

    def test(self, parent: Element, block: str) -> bool:
        return _first_item(block.split("\n")) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        block = blocks.pop(0)
        lines = block.split("\n")
        start = _first_item(lines)
        assert start is not None  # noqa: S101 — `test` has just found it.
        if start:
            self.parser.parseBlocks(parent, ["\n".join(lines[:start])])
        taken = Taken(lines[start:], blocks)
        if taken.left:
            blocks.insert(0, "\n".join(taken.left))
        gaps = self.gaps + taken.gaps
        self.build(parent, taken)
        self.gaps = gaps

    def build(self, parent: Element, taken: "Taken") -> None:
        first = taken.items[0]
        attributes = {} if first.is_bullet or int(first.marker[:-1]) == 1 else {"start": str(int(first.marker[:-1]))}
        element = SubElement(parent, "ul" if first.is_bullet else "ol", attributes)
        is_loose = taken.is_loose
        for text in taken.texts:
            item = SubElement(element, "li")
            self.gaps = 0
            self.parser.state.set("item")
            blocks = text.split("\n\n")
            gaps = len(blocks) - 1
            self.parser.parseBlocks(item, blocks)
            self.parser.state.reset()
            is_loose = is_loose or gaps > self.gaps
        if not is_loose:
            for item in element:
                _tighten(item)


class Taken:
    """The lines of one list: its items and their texts, freed of indentation."""

    def __init__(self, lines: list[str], blocks: list[str]) -> None:
        self.items: list[Item] = []
        self.texts: list[str] = []
        self.left: list[str] = []
        self.is_loose = False
        self.gaps = 0
        self.current: list[str] = []
        self.take(lines, after_gap=False)
        while not self.left and blocks and self.goes_on(blocks[0]):
            self.gaps += 1
            self.take(blocks.pop(0).lstrip("\n").split("\n"), after_gap=True)
        self.texts.append("\n".join(self.current))

    def goes_on(self, block: str) -> bool:
        line = block.lstrip("\n").partition("\n")[0]
        return not line or self.belongs(line) or self.is_next(item_at(line))

    def belongs(self, line: str) -> bool:
        """Whether a line is indented enough to be part of the last item."""
        last = self.items[-1]
        indent = indent_of(line)
        if indent >= last.width:
            return True
        # Two spaces before a bullet mean “below”, even under “1. ” or “*   ”, which would ask for more.
        item = item_at(line)
        return item is not None and item.is_bullet and indent >= last.indent + 2

    def is_next(self, item: Item | None) -> bool:
        return item is not None and item.kind == self.items[0].kind

    def take(self, lines: list[str], *, after_gap: bool) -> None:
        if after_gap and not lines[0]:
            return
        pending = after_gap
        for number, line in enumerate(lines):
            item = item_at(line)
            if self.items and self.belongs(line):
                if pending:
                    self.current.append("")
                self.current.append(line[min(self.items[-1].width, indent_of(line)) :])
            elif item is not None and (not self.items or self.is_next(item)):
                if self.items:
                    self.texts.append("\n".join(self.current))
                    self.is_loose = self.is_loose or pending
                self.items.append(item)
                self.current = [line[item.width :]]
            elif not pending and self.current and _is_lazy(self.current[-1], line):
                self.current.append(line.lstrip(" "))
            else:
                self.left = lines[number:]
                return
            pending = False


def _first_item(lines: list[str]) -> int | None:
    """Return the line in which a list begins, or None. In mid-paragraph fewer markers count."""
    if item_at(lines[0]) is not None:
        return 0
    for number, line in enumerate(lines):
        if number and (item := item_at(line)) is not None and item.may_interrupt:
            return number
    return None


def _is_lazy(previous: str, line: str) -> bool:
    """Whether an unindented line carries on the paragraph of the item above it."""
    text = previous.strip()
    return (
        bool(text)
        and STX not in previous
        and not HEADING.match(previous)
        and item_at(line) is None
        and not line.lstrip(" ").startswith((STX, "<", "|"))
        and not any(pattern.match(line) for pattern in (HEADING, BREAK, QUOTE, HOLDER))
        and bool(line.strip("= "))
    )


def _tighten(item: Element) -> None:
    """Take the paragraphs of a list without blank lines out of their <p>."""
    previous: Element | None = None
    for child in list(item):
        if child.tag != "p" or len(child) or child.attrib:
            previous = child
            continue
        text = child.text or ""
        if previous is None:
            item.text = f"{item.text}\n{text}" if item.text else text
        else:
            previous.tail = f"{(previous.tail or '').rstrip()}\n{text}"
        item.remove(child)


class DefinitionIndentProcessor(DefListIndentProcessor):
    """Leaves the items of lists to ListProcessor."""

    ITEM_TYPES = ["dd"]
    LIST_TYPES = ["dl"]


class ListExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — the library's hook.
        processors = md.parser.blockprocessors
        for name in ("indent", "olist", "ulist"):
            processors.deregister(name)
        processors.register(ListProcessor(md), "list", 65)
        processors.register(DefinitionIndentProcessor(md.parser), "defindent", 85)
