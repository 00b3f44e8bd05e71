"""Which HTML may stand on a page, and the shape we give it. What is not named here does not pass.

Twice through nh3: the first time so that what is shaped is well-formed, the second time so that nothing comes
after the allow-list. It never lets SVG, MathML, style, script or raw-text elements through, which every known
bypass of ammonia needed, nor `data-` attributes, on which our scripts hang.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote

import nh3

from blog.rendering.classes import tidy_classes
from blog.rendering.footnotes import Footnotes
from blog.rendering.headings import Outline
from blog.rendering.ids import ID_PREFIX, plain_id
from blog.rendering.pictures import COLUMN_PIXELS, sizes, srcset

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
    "img": {"decoding", "fetchpriority", "loading", "referrerpolicy", "sizes", "srcset"},
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


def clean(html: str, pictures: Mapping[str, Sequence[int]] | None = None, *, is_covered: bool = False) -> str:
    """Return the HTML with nothing in it but what is allowed, ready for a page under an <h1> of its own."""
    typed = _typed.clean(html)
    shaper = Shaper(pictures or {}, Footnotes(typed), is_covered=is_covered)
    shaper.feed(typed)
    shaper.close()
    return _shaped.clean("".join(shaper.pieces))


def clean_compared(html: str) -> str:
    """Return HTML that was clean before, with the marks of a comparison in it and, as two texts share a page, no id."""
    return _compared.clean(html)


class Shaper(HTMLParser):
    """Writes well-formed HTML out again: ids and links to them in order, code and tables within a thumb's reach."""

    def __init__(self, pictures: Mapping[str, Sequence[int]], footnotes: Footnotes, *, is_covered: bool) -> None:
        super().__init__()
        self.pictures, self.footnotes = pictures, footnotes
        self.after_arrow = ""  # What the open link back from a footnote ends with.
        self.is_dropping = False  # Until the link ends that is open.
        self.is_near_top = not is_covered  # Where a picture is in sight as soon as the page is.
        self.text_length = 0
        self.open_tags = Counter[str]()
        self.paragraph = 0  # Where the open one begins among the pieces.
        self.picture: dict[str, str] = {}  # The attributes of the last one.
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
        self.open_tags[tag] += 1
        self.write_tag(tag, attributes)

    def write_tag(self, tag: str, attributes: dict[str, str]) -> None:
        text = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        self.pieces.append(f"<{tag}{text}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in HEADINGS:
            tag = self.close_heading()
        self.open_tags[tag] -= 1
        if tag == "a" and self.close_link():
            return
        if tag == "p" and self.close_lone_picture():
            return
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
        if self.is_dropping and data == ARROW:
            return
        if self.heading:
            self.heading[1].append(data)
        self.text_length += len(data)
        self.pieces.append(escape(data, quote=False))

    def tidy_id(self, attributes: dict[str, str]) -> None:
        if "id" in attributes:
            name = plain_id(attributes.pop("id"))
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

    def shape_a(self, attributes: dict[str, str]) -> bool:
        href = attributes.get("href", "")
        if href.startswith("#"):
            attributes["href"] = f"#{ID_PREFIX}{plain_id(unquote(href[1:]))}" if href != "#" else href
        elif ELSEWHERE.match(href):
            attributes["rel"] = "noopener noreferrer"
        if "footnote-ref" in attributes.get("class", ""):
            attributes["role"] = "doc-noteref"
        elif "footnote-backref" in attributes.get("class", ""):
            return self.lead_back(attributes)
        return True

    def lead_back(self, attributes: dict[str, str]) -> bool:
        """Name the link from a footnote to where it is referred to; leave it out where that is nowhere."""
        found = self.footnotes.way_back(attributes.get("href", "").removeprefix(f"#{ID_PREFIX}"))
        if found is None:
            self.is_dropping = True
            return False
        label, number = found
        attributes |= {"title": label, "role": "doc-backlink", "aria-label": label}
        if number:
            self.after_arrow = f"<sup>{number}</sup>"
        if self.pieces[-1] == "</a>":
            self.pieces.append(" ")
        return True

    def close_link(self) -> bool:
        """End what began with the link that ends here. Whether it was left out, and so its end is to be."""
        was_dropped, self.is_dropping = self.is_dropping, False
        self.pieces.append(self.after_arrow)
        self.after_arrow = ""
        return was_dropped

    def shape_li(self, attributes: dict[str, str]) -> None:
        if self.open_tags["ol"] == 1 and attributes.get("id", "").startswith("fn-"):
            self.footnotes.begin()

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
            if size in attributes and not SIZE.fullmatch(attributes[size]):
                del attributes[size]
        attributes.setdefault("alt", "")
        if source in self.pictures:
            self.size_up(attributes, *self.pictures[source])
        is_first = self.is_near_top and self.text_length < NEAR_TOP
        self.is_near_top = False
        attributes |= {"fetchpriority": "high"} if is_first else {"loading": "lazy", "decoding": "async"}
        attributes["referrerpolicy"] = "no-referrer"
        self.picture = attributes
        if not self.open_tags["figure"]:
            return True
        self.write_picture(attributes)
        return False

    def size_up(self, attributes: dict[str, str], width: int, height: int) -> None:
        """Tell a browser what it needs to know of a picture kept here before it comes, so that nothing jumps."""
        typed_width, typed_height = int(attributes.get("width", 0)), int(attributes.get("height", 0))
        shown = typed_width or round(typed_height * width / height) or width
        if shown == width:
            attributes["class"] = f"{attributes.get('class', '')} natural".strip()
        attributes |= {"width": str(shown), "height": str(round(shown * height / width) or 1)}
        if choice := srcset(attributes["src"], width):
            attributes |= {"srcset": choice, "sizes": sizes(min(shown, COLUMN_PIXELS))}

    def write_picture(self, attributes: dict[str, str]) -> None:
        """Write a picture that stands by itself, with a link to its full size where it is shown smaller."""
        natural, _ = self.pictures.get(attributes["src"], (0, 0))
        is_smaller = natural > min(int(attributes.get("width", 0)), COLUMN_PIXELS)
        if not is_smaller or self.open_tags["a"]:
            self.write_tag("img", attributes)
            return
        label = f"Full size: {attributes['alt']}" if attributes["alt"] else "Picture in full size"
        self.write_tag("a", {"class": "zoom", "href": attributes["src"], "aria-label": label})
        self.write_tag("img", attributes)
        self.pieces.append("</a>")

    def shape_p(self, attributes: dict[str, str]) -> None:
        self.paragraph, self.picture = len(self.pieces), {}

    def close_lone_picture(self) -> bool:
        """Write anew a paragraph that holds a picture and nothing else, if it does: with a title it is a figure."""
        attributes = self.picture
        opening, *inside = (piece for piece in self.pieces[self.paragraph :] if piece.strip())
        is_linked = len(inside) == 3 and inside[0].startswith("<a ") and inside[2] == "</a>"
        if not attributes or self.open_tags["figure"] or not (len(inside) == 1 or is_linked):
            return False
        del self.pieces[self.paragraph :]
        caption = attributes.pop("title", "").strip()
        tag = "figure" if caption else "p"
        self.pieces.append(opening.replace("<p", f"<{tag}", 1))
        if is_linked:
            self.pieces.append(inside[0])
            self.write_tag("img", attributes)
            self.pieces.append(inside[2])
        else:
            self.write_picture(attributes)
        if caption:
            self.pieces.append(f"<figcaption>{escape(caption, quote=False)}</figcaption>")
        self.pieces.append(f"</{tag}>")
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


ARROW = "↩"
NEAR_TOP = 800  # Characters of text above.
SIZE = re.compile(r"[1-9][0-9]{0,4}")
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
ELSEWHERE = re.compile(r"https?:|//|\\\\|/\\|\\/", re.IGNORECASE)
