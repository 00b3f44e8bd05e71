"""Markdown to HTML, with every extension Galley offers. Runs in the child."""

import markdown

from blog.rendering.allowlist import clean

EXTENSIONS = [
    "tables",
    "attr_list",
    "def_list",
    "abbr",
    "admonition",
    "footnotes",
    "md_in_html",
    "toc",
    "sane_lists",
    "pymdownx.superfences",
    "pymdownx.highlight",
    "pymdownx.saneheaders",
    "pymdownx.magiclink",
    "pymdownx.tilde",
    "pymdownx.mark",
    "pymdownx.tasklist",
    "pymdownx.quotes",
]
CONFIG = {
    "pymdownx.quotes": {"callouts": True},
    "footnotes": {"SEPARATOR": "-"},
    "toc": {"marker": ""},
}


class Document:
    """A Markdown converter, reused from text to text until one of them leaves it broken."""

    def __init__(self) -> None:
        self.markdown = markdown.Markdown(extensions=EXTENSIONS, extension_configs=CONFIG, output_format="html")

    def html(self, text: str) -> str:
        return clean(self.markdown.reset().convert(text))
