"""Markdown to HTML, with every extension Galley offers. Runs in the child."""

from collections.abc import Mapping, Sequence

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.abbr import AbbrExtension
from markdown.extensions.admonition import AdmonitionExtension
from markdown.extensions.attr_list import AttrListExtension
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.md_in_html import MarkdownInHtmlExtension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import TocExtension, slugify_unicode
from pymdownx.mark import MarkExtension
from pymdownx.quotes import QuotesExtension
from pymdownx.tasklist import TasklistExtension
from pymdownx.tilde import DeleteSubExtension

from blog.rendering.allowlist import clean
from blog.rendering.fences import FenceExtension
from blog.rendering.footnotes import FootnoteOrderExtension
from blog.rendering.headings import HeadingExtension
from blog.rendering.limits import MAX_HTML_CHARACTERS, Unrenderable, densest_line
from blog.rendering.links import LinkExtension
from blog.rendering.lists import ListExtension


def extensions() -> list[Extension]:
    """Return them as objects: by name, each would be looked for in every package installed."""
    return [
        AbbrExtension(),
        AdmonitionExtension(),
        AttrListExtension(),
        DefListExtension(),
        FootnoteExtension(SEPARATOR="-"),
        MarkdownInHtmlExtension(),
        TableExtension(use_align_attribute=True),
        TocExtension(marker="", slugify=slugify_unicode),
        MarkExtension(),
        QuotesExtension(callouts=True),
        TasklistExtension(),
        DeleteSubExtension(),
        FenceExtension(),
        FootnoteOrderExtension(),
        HeadingExtension(),
        ListExtension(),
        LinkExtension(),
    ]


class Document:
    """A Markdown converter, reused from text to text until one of them leaves it broken."""

    def __init__(self) -> None:
        self.markdown = Markdown(extensions=extensions(), output_format="html")

    def html(self, text: str, pictures: Mapping[str, Sequence[int]] | None = None, *, is_covered: bool = False) -> str:
        html = self.markdown.reset().convert(text.replace("\r\n", "\n").replace("\r", "\n"))
        if len(html) > MAX_HTML_CHARACTERS:  # One long address, and a thousand references to it.
            raise Unrenderable("This text becomes far more HTML than a page can hold.", densest_line(text))
        shown = clean(html, pictures or {}, is_covered=is_covered)
        if len(shown) > 2 * MAX_HTML_CHARACTERS:  # The same picture, a thousand times over.
            raise Unrenderable("This text becomes far more HTML than a page can hold.", densest_line(text))
        return shown
