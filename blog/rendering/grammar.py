"""What is Markdown here: CommonMark 0.31, read by markdown-it-py, with GitHub's tables and what Galley has besides."""

from markdown_it import MarkdownIt, helpers
from markdown_it.parser_block import ParserBlock
from markdown_it.rules_block import StateBlock
from mdurl import encode

from blog.rendering import blocks, inlines, lists
from blog.rendering.limits import Unrenderable

MOST_NESTED = 20
MOST_NESTED_INLINE = 60


def grammar() -> MarkdownIt:
    """Return a parser that can be used again and again; what it learns of a text goes into the text's own `env`."""
    md = MarkdownIt("commonmark", {"maxNesting": MOST_NESTED_INLINE, "tasklists": True})
    md.block = BlockGrammar()
    md.enable(["table", "strikethrough"])
    # Every address passes: the allow-list decides, and of a link that it refuses the words remain.
    for name, what in (("normalizeLink", encode), ("normalizeLinkText", str), ("validateLink", lambda _: True)):
        setattr(md, name, what)
    blocks.extend(md.block.ruler)
    inlines.extend(md.inline)
    md.helpers = Helpers()  # type: ignore[assignment]  # A module, of which the rules use these functions.
    return md


class Helpers:
    """What the library's rules look things up with. For the end of a link's words they look no further than is fair."""

    parseLinkDestination = staticmethod(helpers.parseLinkDestination)  # noqa: N815 — the library's names.
    parseLinkTitle = staticmethod(helpers.parseLinkTitle)  # noqa: N815
    parseLinkLabel = staticmethod(inlines.end_of_label)  # noqa: N815


class BlockGrammar(ParserBlock):
    """Refuses what is nested too deeply, where the library would leave out the rest of the text."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0  # Of quotes, items and the like around what is read.

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803 — the library's names.
        if self.depth > MOST_NESTED:
            raise Unrenderable(f"Lists and quotes are nested more than {MOST_NESTED} deep here.", startLine + 1)
        lists.narrow(state, startLine, endLine)
        self.depth += 1
        try:
            super().tokenize(state, startLine, endLine)
        finally:
            self.depth -= 1
