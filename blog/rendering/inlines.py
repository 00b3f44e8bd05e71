"""What stands within a line and is not in CommonMark: addresses as typed, footnote marks, ==marks== and sub~scripts~."""

import re

from markdown_it.helpers import parseLinkLabel
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

from blog.rendering.limits import Unrenderable

# How many characters may be read ahead, in one text, for brackets that are never closed: each is sought on its own.
MOST_READ_AHEAD = 1_000_000
SCHEME = re.compile(r"(?<!\w)https?$", re.IGNORECASE)
# Not past an escape or into code.
ADDRESS = re.compile(r"://(?:[^\s<>\"`\\]|\\(?![!-/:-@\[-`{-~]))+")
NEVER_LAST = "?!.,:*_~'\";"
FOOTNOTE = re.compile(r"\[\^(?P<label>[^\[\]\n]{1,200})\]")
SUBSCRIPT = re.compile(r"~(?P<words>[^\s~]+)~(?!~)")
MARK = ord("=")


def extend(inline: ParserInline) -> None:
    inline.ruler.before("newline", "address", address)
    inline.ruler.before("link", "footnote", footnote)
    inline.ruler.before("strikethrough", "subscript", subscript)
    inline.ruler.before("strikethrough", "mark", mark)
    inline.ruler2.before("fragments_join", "mark", join_marks)


def end_of_label(state: StateInline, start: int, disableNested: bool = False) -> int:  # noqa: N803 — the library's name.
    """Return where the bracket that opens at `start` is closed, or -1."""
    if state.html_terminator_last("]") < start:
        return -1
    end = parseLinkLabel(state, start, disableNested)
    if end == -1:
        state.env["read_ahead"] = state.env.get("read_ahead", 0) + state.posMax - start
        if state.env["read_ahead"] > MOST_READ_AHEAD:
            line = state.env.get("line", 1) + state.src.count("\n", 0, start)
            raise Unrenderable("Too many square brackets open here and are not closed.", line)
    return end


def address(state: StateInline, silent: bool) -> bool:
    """Make http:// and https:// addresses links, ending where GitHub's rules end them."""
    if silent or state.linkLevel or not state.src.startswith("://", state.pos):
        return False
    scheme = SCHEME.search(state.pending[-6:])
    rest = ADDRESS.match(state.src, state.pos, state.posMax)
    if scheme is None or rest is None:
        return False
    written = trimmed(scheme[0] + rest[0])
    if written.endswith("://"):
        return False
    state.pending = state.pending[: -len(scheme[0])]
    state.push("link_open", "a", 1).attrs = {"href": written}
    state.push("text", "", 0).content = written
    state.push("link_close", "a", -1)
    state.pos += len(written) - len(scheme[0])
    return True


def trimmed(written: str) -> str:
    """Leave the punctuation of the sentence out, and a closing bracket that was not opened."""
    surplus = {closing: written.count(closing) - written.count(opening) for opening, closing in ("()", "[]")}
    end = len(written)
    while end:
        last = written[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in NEVER_LAST:
            break
        end -= 1
    return written[:end]


def footnote(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("[^", state.pos):
        return False
    found = FOOTNOTE.match(state.src, state.pos, state.posMax)
    if found is None or found["label"] not in state.env.get("footnotes", ()):
        return False
    if not silent:
        state.push("footnote_ref", "", 0).content = found["label"]
    state.pos = found.end()
    return True


def subscript(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "~" or state.src[state.pos - 1 : state.pos] == "~":
        return False
    found = SUBSCRIPT.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        end, state.pos, state.posMax = state.posMax, found.start("words"), found.end("words")
        state.push("sub_open", "sub", 1)
        state.md.inline.tokenize(state)
        state.push("sub_close", "sub", -1)
        state.posMax = end
    state.pos = found.end()
    return True


def mark(state: StateInline, silent: bool) -> bool:
    """Note each == as something that may open or close a mark, not inside a word."""
    if silent or not state.src.startswith("==", state.pos):
        return False
    run = state.scanDelims(state.pos, False)
    token = state.push("text", "", 0)
    token.content = "=" * run.length
    if run.length == 2:
        index = len(state.tokens) - 1
        state.delimiters.append(Delimiter(MARK, 0, index, -1, run.can_open, run.can_close))
    state.pos += run.length
    return True


def join_marks(state: StateInline) -> None:
    """Turn those that found each other into elements."""
    levels = [state.delimiters, *(meta["delimiters"] for meta in state.tokens_meta if meta and "delimiters" in meta)]
    for delimiters in levels:
        for opening in delimiters:
            if opening.marker == MARK and opening.end != -1:
                for index, nesting in ((opening.token, 1), (delimiters[opening.end].token, -1)):
                    token = state.tokens[index]
                    token.type, token.tag, token.content = "mark", "mark", ""
                    token.nesting = 1 if nesting == 1 else -1
