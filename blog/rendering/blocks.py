"""Blocks that CommonMark does not have: footnotes, abbreviations, admonitions, definitions, Markdown in HTML."""

import re

from markdown_it.common.html_blocks import block_names
from markdown_it.parser_block import RuleFuncBlockType
from markdown_it.ruler import RuleOptionsType, Ruler
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import html_block as any_html_block

MOST_TERMS = 20
INDENT = 4  # Of what stands below a footnote or an admonition.
FOOTNOTE = re.compile(r"\[\^(?P<label>[^\[\]\n]{1,200})\]:[ \t]*")
ABBREVIATION = re.compile(r"\*\[(?P<short>[^\[\]\n\\]{1,200})\] ?:[ \t]*(?P<long>[^\n]*)")
ADMONITION = re.compile(r'!!! ?(?P<classes>[\w-]+(?: +[\w-]+)*)(?: +"(?P<title>[^"\n]*)")? *$')
DEFINITION = re.compile(r":(?=[ \t]+[^ \t\n])")
NAMES = "|".join(block_names)
HTML = re.compile(rf"<(?:[!?]|/?(?:script|pre|style|textarea|{NAMES})(?=\s|/?>|$))", re.IGNORECASE)
MARKDOWN_IN_HTML = re.compile(
    rf"""<(?P<tag>{NAMES})(?=[^>\n]*\smarkdown[\s=>])[^>\n]*>""",
    re.IGNORECASE,
)

Matched = re.Match[str] | None


def extend(ruler: Ruler[RuleFuncBlockType]) -> None:
    may_interrupt: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    ruler.before("reference", "footnote", footnote, may_interrupt)
    ruler.before("list", "abbreviation", abbreviation, may_interrupt)
    ruler.before("list", "admonition", admonition, may_interrupt)
    ruler.at("html_block", html_block, {"alt": ["paragraph", "reference", "blockquote"]})
    ruler.before("html_block", "markdown_in_html", markdown_in_html, may_interrupt)
    ruler.before("lheading", "definitions", definitions, may_interrupt)


def _found(state: StateBlock, pattern: re.Pattern[str], line: int) -> Matched:
    """Return how the line matches from its first letter on, if it is no code."""
    if state.is_code_block(line):
        return None
    return pattern.match(state.src, state.bMarks[line] + state.tShift[line], state.eMarks[line])


def footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    found = _found(state, FOOTNOTE, start)
    if found is None or silent:
        return found is not None
    first = len(state.tokens)
    _inside(state, start, end, found.end(), state.sCount[start] + INDENT)
    notes = state.env.setdefault("footnotes", {})
    notes.setdefault(found["label"], state.tokens[first:])
    del state.tokens[first:]
    return True


def abbreviation(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    found = _found(state, ABBREVIATION, start)
    if found is None or silent:
        return found is not None
    if long := found["long"].strip():
        state.env.setdefault("abbreviations", {})[found["short"].strip()] = long
    state.line = start + 1
    return True


def admonition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    found = _found(state, ADMONITION, start)
    if found is None or silent:
        return found is not None
    indent = state.sCount[start] + INDENT
    last = _last_indented(state, start + 1, end, indent)
    title = found["classes"].split()[0].capitalize() if found["title"] is None else found["title"]
    with _Element(state, "div", start, {"class": f"admonition {found['classes'].lower()}"}):
        if title:
            with _Element(state, "p", start, {"class": "admonition-title"}):
                _inline(state, title, start)
        state.line = start + 1
        if last > start + 1:
            _tokenize(state, start + 1, last, indent)
    return True


def definitions(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take terms, each on a line of its own, and what is said of them, each after a colon."""
    if silent:
        return state.ddIndent >= 0 and _ends_definition(state, start, end)
    if state.is_code_block(start) or (line := _definition_below(state, start, end)) is None:
        return False
    with _Element(state, "dl", start):
        terms = range(start, line)
        while line is not None:
            for term in terms:
                if not state.isEmpty(term):
                    with _Element(state, "dt", term):
                        _inline(state, state.getLines(term, term + 1, state.blkIndent, False).strip(), term)
            while line < end and state.sCount[line] >= state.blkIndent and (found := _found(state, DEFINITION, line)):
                old, state.ddIndent = state.ddIndent, state.sCount[line] + 2
                is_tight, first = not state.isEmpty(line - 1), len(state.tokens)
                with _Element(state, "dd", line):
                    _inside(state, line, end, found.end(), state.ddIndent)
                    if is_tight:
                        _tighten(state, first)
                state.ddIndent = old
                line = state.line = state.skipEmptyLines(state.line)
            begin = line
            line = _definition_below(state, begin, end) if begin < end else None
            terms = range(begin, line or begin)
    return True


def _ends_definition(state: StateBlock, line: int, end: int) -> bool:
    """Whether a paragraph within a definition is over because here is the next one, or the next term."""
    return _found(state, DEFINITION, line) is not None or (
        state.sCount[line] < state.ddIndent and line + 1 < end and _found(state, DEFINITION, line + 1) is not None
    )


def _definition_below(state: StateBlock, start: int, end: int) -> int | None:
    """Return the line of the definition that follows the terms from here on, after one blank line at most."""
    if state.sCount[start] < state.blkIndent or _found(state, DEFINITION, start):
        return None
    line, most = start + 1, min(end, start + MOST_TERMS + 1)
    while line < most and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        if _found(state, DEFINITION, line):
            return line
        line += 1
    line += 1
    if (
        line < end
        and state.sCount[line] >= state.blkIndent
        and not state.isEmpty(line)
        and _found(state, DEFINITION, line)
    ):
        return line
    return None


def _tighten(state: StateBlock, first: int) -> None:
    """Take the one paragraph of a definition out of its <p>, if it is one."""
    paragraphs = [
        index
        for index, token in enumerate(state.tokens[first:], start=first)
        if token.type == "paragraph_open" and token.level == state.level
    ]
    if len(paragraphs) == 1:
        state.tokens[paragraphs[0]].hidden = state.tokens[paragraphs[0] + 2].hidden = True


def html_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Leave a line that begins with <b> or <img> to the paragraph that it is part of.

    CommonMark takes such a tag for a block where it is alone on its line.
    """
    return _found(state, HTML, start) is not None and any_html_block(state, start, end, silent)


def markdown_in_html(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take `<div markdown>` and what it holds, up to the end of the element, for Markdown."""
    found = _found(state, MARKDOWN_IN_HTML, start)
    if found is None or silent:
        return found is not None
    last, closing = _end_of_element(state, found["tag"], start, end)
    _html(state, found[0], start)
    inside = state.src[found.end() : state.eMarks[start]].strip()
    if last == start:
        inside = inside[: inside.lower().rfind("</")] if closing else inside
        _inline(state, inside, start)
    else:
        state.tShift[start] = found.end() - state.bMarks[start]
        _tokenize(state, start if inside else start + 1, last, state.blkIndent)
    _html(state, closing, min(last, end - 1))
    state.line = min(last + 1, end)
    return True


def _end_of_element(state: StateBlock, tag: str, start: int, end: int) -> tuple[int, str]:
    """Return the line on which the element ends, and its end tag with what follows; at the end, nothing."""
    tags = re.compile(rf"<(?P<slash>/?){tag}(?=[\s/>])", re.IGNORECASE)
    depth = 0
    for line in range(start, end):
        for found in tags.finditer(state.src, state.bMarks[line], state.eMarks[line]):
            depth += -1 if found["slash"] else 1
            if depth == 0:
                return line, state.src[found.start() : state.eMarks[line]]
    return end, ""


class _Element:
    """Opens an element, and closes it after what is inside."""

    def __init__(self, state: StateBlock, tag: str, line: int, attributes: dict[str, str] | None = None) -> None:
        self.state, self.tag = state, tag
        token = state.push(f"{tag}_open", tag, 1)
        token.map = [line, line + 1]
        token.attrs = dict(attributes or {})

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self.state.push(f"{self.tag}_close", self.tag, -1)


def _inline(state: StateBlock, text: str, line: int) -> None:
    token = state.push("inline", "", 0)
    token.content, token.map, token.children = text, [line, line + 1], []


def _html(state: StateBlock, html: str, line: int) -> None:
    token = state.push("html_block", "", 0)
    token.content, token.map = html, [line, line + 1]


def _last_indented(state: StateBlock, start: int, end: int, indent: int) -> int:
    """Return the line after the last that is indented so far, blank lines within included."""
    last = start
    for line in range(start, end):
        if state.isEmpty(line):
            continue
        if state.sCount[line] < indent:
            break
        last = line + 1
    return last


def _tokenize(state: StateBlock, start: int, end: int, indent: int) -> None:
    old = state.blkIndent, state.parentType, state.lineMax
    state.blkIndent, state.parentType, state.lineMax = indent, "root", end
    state.md.block.tokenize(state, start, end)
    state.blkIndent, state.parentType, state.lineMax = old


def _inside(state: StateBlock, start: int, end: int, content: int, indent: int) -> None:
    """Read what follows a marker on its line, and all that is indented below, as blocks."""
    content = state.skipSpaces(content)
    old = state.bMarks[start], state.tShift[start], state.sCount[start]
    if content >= state.eMarks[start]:
        state.line = start + 1
        start = state.skipEmptyLines(start + 1)
        if start < end and state.sCount[start] >= indent:
            _tokenize(state, start, end, indent)
        return
    state.bMarks[start], state.tShift[start], state.sCount[start] = content, 0, indent
    _tokenize(state, start, end, indent)
    state.bMarks[start], state.tShift[start], state.sCount[start] = old
