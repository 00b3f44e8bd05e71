"""Markdown to HTML, with every extension Galley offers. Runs in the child."""

from typing import Any

import markdown
from markdown.extensions.toc import slugify_unicode

from blog.rendering.allowlist import clean
from blog.rendering.fences import FenceExtension
from blog.rendering.headings import HeadingExtension
from blog.rendering.limits import MAX_HTML_CHARACTERS, Unrenderable, densest_line
from blog.rendering.links import LinkExtension
from blog.rendering.lists import ListExtension

CONFIG: dict[str, dict[str, Any]] = {
    "footnotes": {"SEPARATOR": "-"},
    "pymdownx.quotes": {"callouts": True},
    "tables": {"use_align_attribute": True},
    "toc": {"marker": "", "slugify": slugify_unicode},
}
EXTENSIONS = [
    "abbr",
    "admonition",
    "attr_list",
    "def_list",
    "footnotes",
    "md_in_html",
    "tables",
    "toc",
    "pymdownx.mark",
    "pymdownx.quotes",
    "pymdownx.tasklist",
    "pymdownx.tilde",
]


class Document:
    """A Markdown converter, reused from text to text until one of them leaves it broken."""

    def __init__(self) -> None:
        self.markdown = markdown.Markdown(
            extensions=[*EXTENSIONS, FenceExtension(), HeadingExtension(), ListExtension(), LinkExtension()],
            extension_configs=CONFIG,
            output_format="html",
        )

    def html(self, text: str) -> str:
        html = self.markdown.reset().convert(text.replace("\r\n", "\n").replace("\r", "\n"))
        if len(html) > MAX_HTML_CHARACTERS:  # One long address, and a thousand references to it.
            raise Unrenderable("This text becomes far more HTML than a page can hold.", densest_line(text))
        return clean(html)
