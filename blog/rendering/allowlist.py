"""Which HTML may stand on a page, and the shape we give it. What is not named here does not pass.

Twice through nh3: the first time so that what is shaped is well-formed, the second time so that nothing comes
after the allow-list. It never lets SVG, MathML, style, script or raw-text elements through, which every known
bypass of ammonia needed, nor `data-` attributes, on which our scripts hang.
"""

import re
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote

import nh3

from blog.rendering.classes import tidy_classes
from blog.rendering.headings import Outline

# Every id in a text begins with this, so that none can be taken for one of the page's own.
ID_PREFIX = "in-"

BLOCKS = {
    *("blockquote", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr"),
    *("li", "ol", "p", "pre", "summary", "ul"),
    *("caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"),
}
INLINES = {
    *("a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "del", "dfn", "em", "i", "img", "input", "ins", "kbd"),
    *("mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"),
}
ANYWHERE = {"class", "dir", "id", "lang", "title"}
# No `cite`, which holds an address that ammonia does not look at.
ATTRIBUTES = {
    "*": ANYWHERE,
    "a": {"href"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"datetime"},
    "details": {"open"},
    "div": {"data-lang"},
    "img": {"alt", "height", "src", "width"},
    "input": {"checked"},
    "ins": {"datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
# What only we may add, between the two passes.
SHAPED = {
    "a": {"aria-label", "rel", "role"},
    "div": {"aria-label", "role", "tabindex"},
    "img": {"decoding", "loading", "referrerpolicy"},
    "input": {"aria-label", "disabled", "type"},
    "pre": {"aria-label", "role", "tabindex"},
}
URL_SCHEMES = {"http", "https", "mailto"}

_typed = nh3.Cleaner(tags=BLOCKS | INLINES | {"h1"}, attributes=ATTRIBUTES, url_schemes=URL_SCHEMES, link_rel=None)
_shaped = nh3.Cleaner(
    tags=BLOCKS | INLINES,
    attributes={tag: ATTRIBUTES.get(tag, set()) | SHAPED.get(tag, set()) for tag in ATTRIBUTES | SHAPED},
    set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}},
    url_schemes=URL_SCHEMES,
    link_rel=None,
    id_prefix=ID_PREFIX,
)
_compared = nh3.Cleaner(
    tags=BLOCKS | INLINES,
    attributes={
        tag: (ATTRIBUTES.get(tag, set()) | SHAPED.get(tag, set()) | {"data-diff"}) - {"id"}
        for tag in ATTRIBUTES | SHAPED
    },
    set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}},
    url_schemes=URL_SCHEMES,
    link_rel=None,
)


def clean(html: str) -> str:
    """Return the HTML with nothing in it but what is allowed, ready for a page under an <h1> of its own."""
    shaper = Shaper()
    shaper.feed(_typed.clean(html))
    shaper.close()
    return _shaped.clean("".join(shaper.pieces))


def clean_compared(html: str) -> str:
    """Return HTML that was clean before, with the marks of a comparison in it and, as two texts share a page, no id."""
    return _compared.clean(html)


class Shaper(HTMLParser):
    """Writes well-formed HTML out again: ids and links to them in order, code and tables within a thumb's reach."""

    def __init__(self) -> None:
        super().__init__()
        self.outline = Outline()
        self.open_headings: list[str] = []
        self.pieces: list[str] = []
        self.ids: set[str] = set()
        self.table_depth = 0
        self.in_head = False
        self.language = ""
        self.heading: tuple[str, list[str]] | None = None  # Its id, and its text so far.

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tidy_id(attributes)
        tidy_classes(attributes)
        shape = getattr(self, f"shape_{tag}", None)
        if tag in HEADINGS:
            tag = self.open_heading(tag, attributes)
        elif shape is not None and shape(attributes) is False:
            return
        self.write_tag(tag, attributes)

    def write_tag(self, tag: str, attributes: dict[str, str]) -> None:
        text = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        self.pieces.append(f"<{tag}{text}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in HEADINGS:
            tag = self.close_heading()
        self.pieces.append(f"</{tag}>")
        if tag == "table":
            self.table_depth -= 1
            if self.table_depth == 0:
                self.pieces.append("</div>")
        elif tag == "thead":
            self.in_head = False
        elif tag == "div":
            self.language = ""

    def handle_data(self, data: str) -> None:
        if self.heading:
            self.heading[1].append(data)
        self.pieces.append(escape(data, quote=False))

    def tidy_id(self, attributes: dict[str, str]) -> None:
        if "id" in attributes:
            name = _id(attributes.pop("id"))
            if name and name not in self.ids:
                self.ids.add(name)
                attributes["id"] = name

    def open_heading(self, tag: str, attributes: dict[str, str]) -> str:
        self.heading = (attributes.get("id", ""), [])
        self.open_headings.append(f"h{self.outline.level_of(int(tag[1]))}")
        return self.open_headings[-1]

    def close_heading(self) -> str:
        name, text = self.heading or ("", [])
        self.heading = None
        if name:
            label = escape(f"Link to “{' '.join(''.join(text).split())}”")
            self.pieces.append(f' <a class="permalink" href="#{ID_PREFIX}{name}" aria-label="{label}">#</a>')
        return self.open_headings.pop()

    def shape_a(self, attributes: dict[str, str]) -> None:
        href = attributes.get("href", "")
        if href.startswith("#"):
            attributes["href"] = f"#{ID_PREFIX}{_id(unquote(href[1:]))}" if href != "#" else href
        elif ELSEWHERE.match(href):
            attributes["rel"] = "noopener noreferrer"
        if "footnote-ref" in attributes.get("class", ""):
            attributes["role"] = "doc-noteref"
        elif "footnote-backref" in attributes.get("class", ""):
            attributes |= {"role": "doc-backlink", "aria-label": attributes.get("title", "")}

    def shape_div(self, attributes: dict[str, str]) -> None:
        self.language = attributes.get("data-lang", "")
        if attributes.get("class") == "footnote":
            attributes |= {"role": "doc-endnotes", "aria-label": "Footnotes"}

    def shape_img(self, attributes: dict[str, str]) -> bool:
        source = attributes.get("src", "")
        if not source or source.lower().startswith("mailto:"):
            self.handle_data(attributes.get("alt", ""))
            return False
        for size in ("width", "height"):
            if not attributes.get(size, "0").isdecimal():
                del attributes[size]
        attributes.setdefault("alt", "")
        attributes |= {"loading": "lazy", "decoding": "async", "referrerpolicy": "no-referrer"}
        return True

    def shape_input(self, attributes: dict[str, str]) -> None:
        label = "Done" if "checked" in attributes else "To do"
        # Whatever the second pass would add, it would add in an order of its own in each process.
        attributes |= {"type": "checkbox", "disabled": "", "aria-label": label}

    def shape_pre(self, attributes: dict[str, str]) -> None:
        label = f"Code, {self.language}" if self.language else "Code"
        attributes |= {"tabindex": "0", "role": "group", "aria-label": label}

    def shape_table(self, attributes: dict[str, str]) -> None:
        if self.table_depth == 0:
            self.write_tag("div", {"class": "table-scroll", "tabindex": "0", "role": "group", "aria-label": "Table"})
        self.table_depth += 1

    def shape_thead(self, attributes: dict[str, str]) -> None:
        self.in_head = True

    def shape_td(self, attributes: dict[str, str]) -> None:
        if (side := attributes.pop("align", "")) in ("left", "center", "right"):
            attributes["class"] = f"{attributes.get('class', '')} align-{side}".strip()

    def shape_th(self, attributes: dict[str, str]) -> None:
        self.shape_td(attributes)
        if self.in_head:
            attributes.setdefault("scope", "col")


HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
ELSEWHERE = re.compile(r"https?:|//|\\\\|/\\|\\/", re.IGNORECASE)


def _id(name: str) -> str:
    """Return an id with nothing in it that an address would have to escape."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-")
