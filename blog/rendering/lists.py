"""Lists, where Galley is more lenient than CommonMark: two spaces before a bullet mean “below”, whatever is above it.

CommonMark asks for as many as reach the text of the item above: three under “1. ”, four under “10. ” or “*   ”.
"""

import re

from markdown_it.rules_block import StateBlock

BULLET = re.compile(r"[-*+][ \t]")


def narrow(state: StateBlock, start: int, end: int) -> None:
    """Let the content of the item that begins here start where the first bullet below it stands, if that is less."""
    if state.parentType != "list" or state.tokens[-1].type != "list_item_open":
        return
    below = _marker_column(state, start) + 2
    if below >= state.blkIndent:
        return
    for line in range(start + 1, end):
        if state.isEmpty(line):
            continue
        indent = state.sCount[line]
        if indent < below:
            return
        if indent < state.blkIndent and BULLET.match(state.src, state.bMarks[line] + state.tShift[line]):
            state.blkIndent = indent
            return


def _marker_column(state: StateBlock, line: int) -> int:
    marker = len(state.tokens[-1].info) + 1
    content = state.bMarks[line] + state.tShift[line]
    before = state.src[state.bMarks[line] : content]
    spaces = len(before) - len(before.rstrip(" \t"))
    if "\t" in before:
        return state.blkIndent
    return state.blkIndent - (spaces if 1 <= spaces <= 4 and content < state.eMarks[line] else 1) - marker
