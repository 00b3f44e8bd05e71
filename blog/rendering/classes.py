"""Which classes a text may carry: those that we give it and that article.css and code.css know.

Any other would let a text dress up as a part of the page, or hide words from those who see and not from those who
listen, or the other way round.
"""

from pygments.token import STANDARD_TYPES

CODE = {"highlight", "filename", "hll", *STANDARD_TYPES.values()} - {""}
NOTES = {
    *("admonition", "admonition-title", "note", "tip", "hint", "info", "success", "question", "example", "quote"),
    *("abstract", "warning", "caution", "danger", "attention", "error", "important", "bug", "failure"),
}
LISTS = {"task-list", "task-list-item"}
FOOTNOTES = {"footnote", "footnote-ref", "footnote-backref"}
TABLES = {"align-left", "align-center", "align-right"}
KNOWN = frozenset(CODE | NOTES | LISTS | FOOTNOTES | TABLES)


def tidy_classes(attributes: dict[str, str]) -> None:
    """Leave only known classes in the attributes of an element."""
    if "class" in attributes:
        known = [name for name in attributes.pop("class").split() if name in KNOWN]
        if known:
            attributes["class"] = " ".join(known)
