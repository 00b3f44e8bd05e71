"""Markdown to HTML, with every extension Galley offers. Runs in the child."""

from collections.abc import Mapping, Sequence

from markdown import Markdown
from markdown.extensions.attr_list import AttrListExtension
from markdown.extensions.toc import TocExtension, slugify_unicode
from markdown.treeprocessors import UnescapeTreeprocessor
from markdown.util import ETX, STX, Registry

from blog.rendering.allowlist import clean
from blog.rendering.limits import MAX_HTML_CHARACTERS, Unrenderable, densest_line
from blog.rendering.tree import TreeParser
from blog.rendering.written import written

# Ends of lines are one, and there is nothing that the library means something by, nor the character that ends a text.
TIDIED = str.maketrans({"\0": None, STX: None, ETX: None})


class Converter(Markdown):
    """Python-Markdown, whose own grammar guesses and takes the square of a text's length, with another in its place."""

    def build_parser(self) -> "Converter":
        self.preprocessors, self.inlinePatterns, self.postprocessors = Registry(), Registry(), Registry()
        self.treeprocessors = Registry()
        self.treeprocessors.register(UnescapeTreeprocessor(self), "unescape", 0)
        self.parser = TreeParser(self)
        return self


class Document:
    """A Markdown converter, reused from text to text until one of them leaves it broken."""

    def __init__(self) -> None:
        toc = TocExtension(marker="", slugify=slugify_unicode)
        self.markdown = Converter(extensions=[AttrListExtension(), toc], output_format="html")
        self.markdown.serializer = written

    def html(self, text: str, pictures: Mapping[str, Sequence[int]] | None = None, *, is_covered: bool = False) -> str:
        tidy = text.replace("\r\n", "\n").replace("\r", "\n").translate(TIDIED)
        html = self.markdown.reset().convert(tidy)
        if len(html) > MAX_HTML_CHARACTERS:
            raise Unrenderable("This text becomes far more HTML than a page can hold.", densest_line(text))
        shown = clean(html, pictures or {}, is_covered=is_covered)
        if len(shown) > 2 * MAX_HTML_CHARACTERS:  # The same picture, a thousand times over.
            raise Unrenderable("This text becomes far more HTML than a page can hold.", densest_line(text))
        return shown
