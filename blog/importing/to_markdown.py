"""HTML in, Markdown out, as an editor would have typed it."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape as html_escaped
from typing import Any

from bs4 import Tag
from markdownify import MarkdownConverter

from .escape import destination, escaped, escaped_words, with_plain_starts
from .tree import HEADINGS, Tangled, classes_of, tree_of

__all__ = ["Converted", "Tangled", "markdown_of"]

LANGUAGE_CLASS = re.compile(r"(?:language|lang|highlight-source|brush:?)[-:](?P<name>[\w+#.-]+)$")
LANGUAGE = re.compile(r"[\w+#./-]{1,40}")
NOT_A_LANGUAGE = {"", "hljs", "highlight", "none", "plain", "plaintext", "prettyprint", "text", "txt"}
# Inline tags without signs of their own in Markdown. They may stand in it as they are.
KEPT_AS_HTML = {
    *(
        "abbr",
        "bdi",
        "bdo",
        "cite",
        "del",
        "dfn",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "sub",
        "sup",
        "u",
        "var",
    ),
    "html-code",
}
KEPT_ATTRIBUTES = ("title", "lang", "dir")
SPACE = re.compile(r"[ \t\r\n\f]*\u00a0[ \t\r\n\f]+|[ \t\r\n\f]+\u00a0[ \t\r\n\f]*")
BREAKS = re.compile(r"(?:[ ]{2}\n[ ]*){2,}")
CELL_BREAKERS = ["blockquote", "dl", "hr", "ol", "p", "pre", "table", "ul", *HEADINGS]


@dataclass(frozen=True)
class Converted:
    """The Markdown, and what of the HTML is not in it: what it was, and how many."""

    text: str
    lost: Counter[str]


def markdown_of(html: str, base: str = "", picture_at: Callable[[str, str], str] | None = None) -> Converted:
    """Return the HTML as Markdown, with its relative links made absolute by `base`.

    `picture_at` is asked of each picture, by its address and its description, which address to write. Raises Tangled.
    """
    tree, lost = tree_of(html.replace("\0", ""), base)
    if picture_at is not None:
        for image in tree.find_all("img"):
            image["src"] = picture_at(str(image["src"]), str(image.get("alt") or ""))
    text: str = Converter().convert_soup(tree)
    lines = [line.rstrip() if not line.endswith("  ") else f"{line.rstrip()}  " for line in text.split("\n")]
    return Converted("\n".join(lines).strip("\n"), lost)


class Converter(MarkdownConverter):
    """markdownify's walk over the tree, writing the Markdown that Galley reads."""

    class Options:
        heading_style = "atx"
        bullets = "-"
        wrap = True  # White space is a space, as in a browser; lines are not broken.
        wrap_width = None
        strip_pre = None

    def get_conv_fn(self, tag_name: str) -> Any:
        if tag_name in KEPT_AS_HTML:
            return partial(self.keep_as_html, tag_name.removeprefix("html-"))
        return super().get_conv_fn(tag_name)  # type: ignore[misc]  # left out of the library's stub

    def process_text(self, el: Any, parent_tags: set[str] | None = None) -> str:
        tags = parent_tags or set()
        if "pre" not in tags:
            el = _in_place_of(el, SPACE.sub(" ", str(el)))
        text: str = super().process_text(el, parent_tags=tags)  # type: ignore[misc]  # left out of the library's stub
        return text

    def escape(self, text: str, parent_tags: set[str]) -> str:
        if "a" in parent_tags:
            text = re.sub(r"(?<!\\)([\[\]])", r"\\\1", escaped_words(text)).replace("^", "&#94;")
        else:
            text = escaped(text)
        if {"b", "em", "i", "strong"} & parent_tags:
            text = re.sub(r"(?<!\\)\*", r"\\*", text)
        if "td" in parent_tags or "th" in parent_tags:
            text = text.replace("|", "\\|")
        return text

    # Inline

    def keep_as_html(self, name: str, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "pre" in parent_tags or not text:
            return text
        if name in ("kbd", "samp"):  # markdownify takes their text for code and leaves it unescaped.
            text = self.escape(text, parent_tags)
        attributes = "".join(
            f' {key}="{html_escaped(str(el[key]))}"' for key in KEPT_ATTRIBUTES if el.get(key) is not None
        )
        return f"<{name}{attributes}>{text}</{name}>"

    def convert_strong(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self.emphasised(el, text, parent_tags, "**", "strong", {"b", "strong"})

    def convert_em(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self.emphasised(el, text, parent_tags, "*", "em", {"em", "i"})

    convert_b, convert_i = convert_strong, convert_em

    def emphasised(self, el: Tag, text: str, parent_tags: set[str], sign: str, name: str, same: set[str]) -> str:
        if "_noformat" in parent_tags or same & parent_tags or not text.strip():
            return text
        before, words, after = _apart(text)
        # Two runs of asterisks that touch would be read as one.
        touches = any(
            isinstance(side, Tag) and side.name in ("b", "em", "i", "strong")
            for side in (el.previous_sibling, el.next_sibling)
        )
        if touches or (same != {"b", "strong"} and words.startswith("**") != words.endswith("**")):
            return f"{before}<{name}>{words}</{name}>{after}"
        return f"{before}{sign}{words}{sign}{after}"

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_noformat" in parent_tags:
            return text
        code = text.replace("\u00a0", " ")
        before, code, after = _apart(code)
        if not code:
            return before or after
        ticks = "`" * (max((len(run) for run in re.findall("`+", code)), default=0) + 1)
        padding = " " if "`" in (code[0], code[-1]) else ""
        return f"{before}{ticks}{padding}{code}{padding}{ticks}{after}"

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        before, words, after = _apart(text)
        href, title = str(el.get("href") or ""), str(el.get("title") or "")
        if "_noformat" in parent_tags or "a" in parent_tags or not href or not words:
            return text if words else before or after
        if href == el.get_text().strip() and href.startswith(("http://", "https://")) and not title:
            return f"{before}<{href}>{after}" if re.fullmatch(r"[^\s<>\\`]+", href) else text
        return f"{before}[{words}]({destination(href, title)}){after}"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        alt = re.sub(r"([\[\]])", r"\\\1", escaped_words(" ".join(str(el.get("alt") or "").split())))
        sizes = [
            f"{name}={el[name]}" for name in ("width", "height") if re.fullmatch(r"\d{1,5}", str(el.get(name) or ""))
        ]
        size = f"{{{' '.join(sizes)}}}" if len(sizes) == 2 else ""  # One alone would bend the picture.
        image = f"![{alt}]({destination(str(el['src']), str(el.get('title') or ''))}){size}"
        return image.replace("|", "%7C") if {"td", "th"} & parent_tags else image

    def convert_input(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if el.get("type") != "checkbox":
            return ""
        box = "[x]" if el.get("checked") is not None else "[ ]"
        return box if str(el.next_sibling or "")[:1].isspace() else f"{box} "

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if {"td", "th"} & parent_tags:
            return "<br>"
        return " " if "_inline" in parent_tags else "  \n"

    def convert_wbr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return ""

    # Blocks

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        words = _paragraphs(text)
        return f"\n\n{words}\n\n" if words else ""

    def convert_run(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """The text of an item above or below its inner list."""
        words = _paragraphs(text)
        has_paragraph = el.parent is not None and el.parent.find(["p", "pre", "blockquote", "table"], recursive=False)
        return f"\n\n{words}\n\n" if has_paragraph else f"\n{words}\n"

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: N802 — markdownify's name.
        words = " ".join(re.split(r"[ \n]+", text.strip(" \n")))
        words = re.sub(r"#+$", lambda run: "\\#" * len(run[0]), words)
        if not words or "_inline" in parent_tags:
            return words
        name = f" {{#{el['data-id']}}}" if el.get("data-id") else ""
        return f"\n\n{'#' * n} {words}{name}\n\n"

    def convert_blockquote(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        words = text.strip("\n ")
        if "_inline" in parent_tags or not words:
            return f" {words} "
        quoted = "\n".join(f"> {line}" if line else ">" for line in words.split("\n"))
        before = el.find_previous_sibling()
        apart = "<!-- -->\n\n" if before is not None and before.name == "blockquote" else ""
        return f"\n\n{apart}{quoted}\n\n"

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        for line_break in el.find_all("br"):
            line_break.replace_with("\n")
        code = el.get_text().replace("\r\n", "\n").replace("\u00a0", " ")
        code = re.sub(r"\A(?:[ \t]*\n)+|\s+\Z", "", code)
        if not code:
            return ""
        fence = "`" * max(3, max((len(run) for run in re.findall("`+", code)), default=0) + 1)
        return f"\n\n{fence}{_language(el)}\n{code}\n{fence}\n\n"

    def convert_list(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        words = text.strip("\n")
        if not words:
            return ""
        is_inner = (
            el.parent is not None and el.parent.name == "li" and not el.parent.find(["p", "pre"], recursive=False)
        )
        return f"\n{words}\n" if is_inner else f"\n\n{words}\n\n"

    convert_ul = convert_ol = convert_list

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        marker = _marker(el)
        words = text.strip("\n ")
        if el.find(["p", "run", "pre", "ul", "ol", "blockquote", "table", "div", *HEADINGS], recursive=False) is None:
            words = _paragraphs(words)
        indent = " " * (len(marker) + 1)
        lines = words.split("\n")
        return "\n".join([f"{marker} {lines[0]}".rstrip(" ") + _hard_break(lines[0])]
                         + [f"{indent}{line}" if line else "" for line in lines[1:]]) + "\n"  # fmt: skip

    def convert_dl(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n{text.strip()}\n\n"

    def convert_dt(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n{with_plain_starts(' '.join(text.split()))}\n" if text.strip() else ""

    def convert_dd(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        lines = text.strip("\n ").split("\n")
        return "\n".join([f":   {lines[0]}", *(f"    {line}" if line else "" for line in lines[1:])]) + "\n"

    def convert_figcaption(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        words = _paragraphs(text)
        return f"\n\n{words}\n\n" if words else ""

    def convert_details(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        is_open = " open" if el.get("open") is not None else ""
        return f'\n\n<details{is_open} markdown="1">\n{text.strip()}\n\n</details>\n\n'

    def convert_summary(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"<summary>{html_escaped(' '.join(el.get_text().split()), quote=False)}</summary>\n\n"

    # Tables

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        rows = [row for row in el.find_all("tr") if row.find_parent("table") is el]
        if not rows or "_inline" in parent_tags:
            return text
        if not _is_simple(el, rows):
            return f"\n\n{_html_of(el)}\n\n"
        head, *body = [self.row(row) for row in rows]
        widths = max(len(row) for row in (head, *body))
        rule = [_rule(cell) for cell in rows[0].find_all(["td", "th"])]
        table = [head, rule, *body]
        lines = [f"| {' | '.join([*row, *[''] * (widths - len(row))])} |" for row in table]
        return "\n\n" + "\n".join(lines) + "\n\n"

    def row(self, row: Tag) -> list[str]:
        tags = {"table", "tr"}
        cells = row.find_all(["td", "th"], recursive=False)
        texts = [self.process_tag(cell, parent_tags=tags) for cell in cells]  # type: ignore[attr-defined]  # so is this
        return [" ".join(text.split(" ")).strip() for text in texts]

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return re.sub(r"^(?:<br>|\s)+|(?:<br>|\s)+$", "", text)

    convert_th = convert_td

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return text


def _in_place_of(node: Any, text: str) -> Any:
    """Return the text node with another text, where it stood."""
    if text == str(node):
        return node
    other = type(node)(text)
    node.replace_with(other)
    return other


def _apart(text: str) -> tuple[str, str, str]:
    """Return the space before, the words, and the space after: signs must touch what they are about."""
    words = text.strip(" \n")
    start = text.find(words)
    return text[:start], words, text[start + len(words) :]


def _paragraphs(text: str) -> str:
    """Return loose text as lines that begin no other block. Two breaks in a row begin a paragraph."""
    text = re.sub(r"\A(?:\s*\n)+|\s+\Z", "", text.strip(" "))
    return with_plain_starts(re.sub(r"\n +", "\n", BREAKS.sub("\n\n", text)))


def _hard_break(line: str) -> str:
    return "  " if line.endswith("  ") else ""


def _marker(item: Tag) -> str:
    """Return the bullet or number. Of two lists that touch, the second has another, or they would be one."""
    parent = item.parent
    before = parent.find_previous_sibling() if parent is not None else None
    is_second = parent is not None and before is not None and before.name == parent.name
    if parent is None or parent.name != "ol":
        return "*" if is_second else "-"
    return f"{item['value']}{')' if is_second else '.'}"


def _language(pre: Tag) -> str:
    """Return the language that the HTML tells in one of the usual ways, or nothing."""
    near = [pre, *pre.find_all("code"), *[parent for parent in pre.parents if parent.name == "div"][:2]]
    for tag in near:
        told = str(tag.get("data-lang") or tag.get("data-language") or tag.get("lang") or "")
        if LANGUAGE.fullmatch(told):
            return _known(told)
    names = classes_of(near)
    for name in names:
        if match := LANGUAGE_CLASS.match(name):
            return _known(match["name"])
    own = classes_of([pre])
    if own[:1] == ["highlight"] and len(own) == 2 and LANGUAGE.fullmatch(own[1]):  # dev.to: Rouge's “highlight ruby”.
        return _known(own[1])
    return ""


def _known(name: str) -> str:
    return "" if name.lower() in NOT_A_LANGUAGE else name.lower()


def _is_simple(table: Tag, rows: list[Tag]) -> bool:
    """Whether the table is one of Markdown's: a row of heads, then rows of words."""
    heads = rows[0].find_all(["td", "th"], recursive=False)
    has_head = bool(heads) and (_is_in_head(rows[0]) or all(cell.name == "th" for cell in heads))
    cells = table.find_all(["td", "th"])
    spans = any(str(cell.get(name) or "1") != "1" for cell in cells for name in ("colspan", "rowspan"))
    is_even = all(len(row.find_all(["td", "th"], recursive=False)) <= len(heads) for row in rows)
    one_paragraph_at_most = all(
        len(cell.find_all(CELL_BREAKERS)) == len(cell.find_all("p", recursive=False)) <= 1 for cell in cells
    )
    return has_head and is_even and not spans and one_paragraph_at_most and table.find("caption") is None


def _is_in_head(row: Tag) -> bool:
    return row.parent is not None and row.parent.name == "thead"


def _rule(cell: Tag) -> str:
    style = re.search(r"text-align:\s*(left|center|right)", str(cell.get("style") or ""))
    side = style[1] if style else str(cell.get("align") or "")
    return {"left": ":--", "center": ":-:", "right": "--:"}.get(side, "---")


def _html_of(table: Tag) -> str:
    """Return a table that Markdown cannot say as HTML, on one line so that no blank one ends it."""
    for tag in table.find_all(True):
        for name in ("class", "style", "id", "name"):
            del tag[name]
        if tag.name == "run":
            tag.unwrap()
    for code in table.find_all("pre"):
        code.string = code.get_text().strip("\n")
    return str(table).replace("\n", "&#10;") if table.find("pre") else " ".join(str(table).split())
