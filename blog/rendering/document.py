"""Markdown to HTML, with every extension Galley offers. Runs in the child."""

from typing import Any

import markdown
from markdown.extensions.toc import slugify_unicode

from blog.rendering.allowlist import clean
from blog.rendering.fences import FenceExtension
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
    "pymdownx.saneheaders",
    "pymdownx.tasklist",
    "pymdownx.tilde",
]


class Document:
    """A Markdown converter, reused from text to text until one of them leaves it broken."""

    def __init__(self) -> None:
        self.markdown = markdown.Markdown(
            extensions=[*EXTENSIONS, FenceExtension(), ListExtension(), LinkExtension()],
            extension_configs=CONFIG,
            output_format="html",
        )

    def html(self, text: str) -> str:
        return clean(self.markdown.reset().convert(text.replace("\r\n", "\n").replace("\r", "\n")))
