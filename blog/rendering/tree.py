"""From the tokens of the grammar to the tree that Python-Markdown's own processors go on with."""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ElementTree, SubElement

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.util import ETX, STX
from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

from blog.rendering.code import highlighted
from blog.rendering.grammar import grammar
from blog.rendering.limits import MAX_HTML_CHARACTERS, Unrenderable
from blog.rendering.written import RAW

MOST_DEEP = 150
TAGS = {"s": "del"}
CALLOUT = re.compile(r"\[!(?P<kind>[\w-]+)(?: *\|[^\]\n]*)?\](?P<fold>[-+])?[ \t]*(?P<title>[^\n]*)(?:\n|$)")
ALIGNED = re.compile(r"text-align:(\w+)")


class TreeParser(BlockParser):
    """Stands where Python-Markdown parses, and parses by the grammar instead."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.grammar = grammar()

    def parseDocument(self, lines: Any) -> ElementTree:  # noqa: N802 — the library's hook.
        text = "\n".join([*lines, ""] if lines[-1] else lines)
        env: dict[str, Any] = {}
        tokens: list[Token] = []
        self.grammar.block.parse(text, self.grammar, env, tokens)
        self.root = Element(self.md.doc_tag)
        builder = Builder(self.grammar, env, self.root)
        builder.add(tokens)
        builder.add_footnotes()
        return ElementTree(self.root)


class Builder:
    """Builds one tree, knowing at which line it is."""

    def __init__(self, md: Any, env: dict[str, Any], root: Element) -> None:
        self.md, self.env = md, env
        self.open = [root]
        self.words: list[str] = []  # Of the text that the next element ends.
        self.box: bool | None = None  # Whether the box of a task is ticked that the next line begins with.
        self.line = 1
        self.size = 0  # Of what references repeat.
        self.notes: dict[str, list[Token]] = env.get("footnotes", {})
        self.numbers: dict[str, int] = {}
        self.uses: dict[str, int] = {}
        self.abbreviations: dict[str, str] = env.get("abbreviations", {})
        shorts = sorted(self.abbreviations, key=len, reverse=True)
        self.short = re.compile(rf"\b(?:{'|'.join(map(re.escape, shorts))})\b") if shorts else None

    def add(self, tokens: list[Token]) -> None:
        waiting = iter(enumerate(tokens))
        for index, token in waiting:
            if token.map:
                self.line = token.map[0] + 1
            if token.hidden:
                self.flush()
                if token.nesting < 0 and self.words_follow(tokens, index):
                    self.words.append("\n")
            elif token.type == "inline":
                self.add_inline(token.content)
            elif token.type == "blockquote_open" and (found := _callout(tokens, index)) is not None:
                self.open_callout(found, tokens, index, waiting)
            elif token.type == "blockquote_close":
                self.close()
            elif token.nesting > 0:
                self.open_block(token)
            elif token.nesting < 0:
                self.close()
            else:
                self.add_leaf(token)
        self.flush()

    @staticmethod
    def words_follow(tokens: list[Token], index: int) -> bool:
        return tokens[index + 1].hidden

    def open_block(self, token: Token) -> None:
        attributes = {name: str(value) for name, value in token.attrs.items() if name != "style"}
        if aligned := ALIGNED.match(str(token.attrs.get("style", ""))):
            attributes["align"] = aligned[1]
        if token.type == "list_item_open":
            attributes = self.begin_item(token)
        elif token.tag == "ul" or token.tag == "ol":
            attributes.pop("class", None)
        self.start(token.tag, attributes)

    def begin_item(self, token: Token) -> dict[str, str]:
        if "checked" not in token.meta:
            return {}
        self.box = token.meta["checked"]
        self.flush()
        self.open[-1].set("class", "task-list")
        return {"class": "task-list-item"}

    def open_callout(
        self, found: re.Match[str], tokens: list[Token], index: int, waiting: Iterator[tuple[int, Token]]
    ) -> None:
        """Begin a callout in place of a quote whose first line says [!NOTE], with its title."""
        kind = found["kind"].lower()
        title = found["title"].strip() or found["kind"].title()
        if found["fold"]:
            self.start("details", {"class": kind} | ({"open": "open"} if found["fold"] == "+" else {}))
            self.start("summary", {})
        else:
            self.start("div", {"class": f"admonition {kind}"})
            self.start("p", {"class": "admonition-title"})
        self.add_inline(title)
        self.close()
        tokens[index + 2].content = tokens[index + 2].content[found.end() :]
        if not tokens[index + 2].content:
            for _ in range(3):
                next(waiting)

    def add_leaf(self, token: Token) -> None:
        if token.type == "fence":
            self.add_raw(highlighted(token.content, unescapeAll(token.info.strip())))
        elif token.type == "code_block":
            self.start("pre", {})
            self.start("code", {})
            self.open[-1].text = token.content
            self.close()
            self.close()
        elif token.type == "html_block":
            self.add_raw(token.content)
        elif token.type == "hr":
            self.start("hr", {})
            self.close()

    def add_inline(self, text: str) -> None:
        if self.box is not None:
            self.start("input", {"type": "checkbox", "disabled": ""} | ({"checked": "checked"} if self.box else {}))
            self.close()
            self.words.append(" ")
            self.box = None
        self.env["line"] = self.line
        for token in self.md.inline.parse(text, self.md, self.env, []):
            self.add_inline_token(token)
        self.flush()

    def add_inline_token(self, token: Token) -> None:
        if token.type == "text":
            self.words.append(token.content)
        elif token.type == "softbreak":
            self.words.append("\n")
        elif token.type == "text_special":
            # So that no escaped brace begins a list of attributes. It is taken back by the library.
            self.words += [f"{STX}{ord(sign)}{ETX}" if sign in "{}" else sign for sign in token.content]
        elif token.nesting > 0:
            self.start(TAGS.get(token.tag, token.tag), {name: str(value) for name, value in token.attrs.items()})
        elif token.nesting < 0:
            self.close()
        elif token.type == "code_inline":
            self.start("code", {})
            self.open[-1].text = token.content
            self.close()
        elif token.type == "html_inline":
            self.add_raw(token.content)
        elif token.type == "image":
            attributes = {name: str(value) for name, value in token.attrs.items()}
            self.start("img", attributes | {"alt": words_of(token.children or [])})
            self.close()
        elif token.type == "hardbreak":
            self.start("br", {})
            self.close()
            self.words.append("\n")
        elif token.type == "footnote_ref":
            self.add_reference(token.content)

    def add_reference(self, label: str) -> None:
        number = self.numbers.setdefault(label, len(self.numbers) + 1)
        uses = self.uses[label] = self.uses.get(label, 0) + 1
        self.start("sup", {"id": _mark_id(label, uses)})
        self.start("a", {"class": "footnote-ref", "href": f"#fn-{label}"})
        self.words.append(str(number))
        self.close()
        self.close()

    def add_footnotes(self) -> None:
        """Add the notes in the order of reading; those that nothing leads to come last, after what they lead to."""
        if not self.notes:
            return
        items: dict[str, Element] = {}
        self.start("div", {"class": "footnote"})
        self.start("hr", {})
        self.close()
        self.start("ol", {})
        self.add_numbered(items)
        for label in self.notes:
            if label not in items:
                items[label] = self.note(label)
                self.add_numbered(items)
        notes = self.open[-1]
        notes[:] = sorted(items.values(), key=lambda item: self.numbers.get(item.get("id", "")[3:], len(items) + 1))
        for label, item in items.items():
            self.add_ways_back(label, item)
        self.close()
        self.close()

    def add_numbered(self, items: dict[str, Element]) -> None:
        while len(items) < len(self.numbers) and (label := self.next_label(items)) is not None:
            items[label] = self.note(label)

    def next_label(self, items: dict[str, Element]) -> str | None:
        return next((label for label in self.numbers if label not in items), None)

    def note(self, label: str) -> Element:
        self.start("li", {"id": f"fn-{label}"})
        item = self.open[-1]
        self.add(self.notes[label])
        self.close()
        return item

    def add_ways_back(self, label: str, item: Element) -> None:
        uses = self.uses.get(label, 0)
        if not uses:
            return
        last = item[-1] if len(item) and item[-1].tag == "p" else SubElement(item, "p")
        if len(last):
            last[-1].tail = f"{last[-1].tail or ''}\u00a0"
        else:
            last.text = f"{last.text or ''}\u00a0"
        for use in range(1, uses + 1):
            link = SubElement(last, "a", {"class": "footnote-backref", "href": f"#{_mark_id(label, use)}"})
            link.text = "↩"

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.flush()
        if len(self.open) > MOST_DEEP:
            raise Unrenderable("Things are nested too deeply here.", self.line)
        self.count(sum(map(len, attributes.values())))
        self.open.append(SubElement(self.open[-1], tag, attributes))

    def close(self) -> None:
        self.flush()
        self.open.pop()

    def add_raw(self, html: str) -> None:
        self.flush()
        SubElement(self.open[-1], RAW).text = html

    def flush(self) -> None:
        """Give the element that is open the words that were read since."""
        if not self.words:
            return
        text = "".join(self.words)
        self.words.clear()
        if self.short is None:
            _append(self.open[-1], text)
            return
        position = 0
        for found in self.short.finditer(text):
            _append(self.open[-1], text[position : found.start()])
            title = self.abbreviations[found[0]]
            self.count(len(title))
            SubElement(self.open[-1], "abbr", {"title": title}).text = found[0]
            position = found.end()
        _append(self.open[-1], text[position:])

    def count(self, characters: int) -> None:
        self.size += characters
        if self.size > MAX_HTML_CHARACTERS:  # One long address, and a thousand references to it.
            raise Unrenderable("This text becomes far more HTML than a page can hold.", self.line)


def words_of(tokens: list[Token]) -> str:
    """Return what tokens say without their mark-up, as the words in place of a picture."""
    pieces = []
    for token in tokens:
        if token.type == "image":
            pieces.append(words_of(token.children or []))
        elif token.type in ("softbreak", "hardbreak"):
            pieces.append("\n")
        elif token.type != "html_inline":
            pieces.append(token.content)
    return "".join(pieces)


def _callout(tokens: list[Token], index: int) -> re.Match[str] | None:
    inside = tokens[index + 1 : index + 3]
    if len(inside) == 2 and inside[0].type == "paragraph_open":
        return CALLOUT.match(inside[1].content)
    return None


def _append(element: Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _mark_id(label: str, use: int) -> str:
    return f"fnref{use if use > 1 else ''}-{label}"
