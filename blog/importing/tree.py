"""Somebody's HTML as a tidy tree: well-formed, without what is no text, and shaped as Markdown can say it."""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

import nh3
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
CONTAINERS = {
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "details",
    "div",
    "figure",
    "footer",
    "form",
} | {
    *("fieldset", "header", "main", "nav", "section", "[document]"),
}
BLOCKS = CONTAINERS | HEADINGS | {"dl", "dt", "figcaption", "hr", "li", "ol", "p", "pre", "summary", "table", "ul"}
# Emphasis and such around blocks: somebody's editor put it there, and Markdown cannot.
WRAPPERS = ["b", "del", "em", "i", "ins", "s", "small", "strike", "strong", "u"]
NO_TEXT = {
    "button",
    "canvas",
    "dialog",
    "map",
    "math",
    "menu",
    "noembed",
    "noframes",
    "script",
    "select",
    "style",
    "svg",
} | {
    *("template", "textarea", "title"),
}
EMBEDS = ["audio", "embed", "iframe", "object", "video"]
TABLES = {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
INLINES = {
    "a",
    "abbr",
    "bdi",
    "bdo",
    "br",
    "cite",
    "code",
    "dfn",
    "img",
    "input",
    "kbd",
    "mark",
    "noscript",
    "q",
    "samp",
} | {
    *("source", "sub", "sup", "time", "track", "var", "wbr"),
}
TAGS = (BLOCKS | INLINES | TABLES | {*WRAPPERS, *EMBEDS}) - {"[document]", "body"}
ATTRIBUTES = {
    "*": {"align", "class", "colspan", "data", "data-lang", "data-language", "data-src", "height", "href", "id", "lang"}
    | {"name", "rowspan", "scope", "src", "start", "title", "type", "value", "width", "dir", "datetime", "alt"}
    | {"checked", "style", "open"},
}
PANELS = ".highlight__panel, .code-toolbar > .toolbar, .zeroclipboard-container, .heading-anchor, .anchor-icon"
SCHEMES = {"http", "https", "mailto"}

MOST_NESTED = 100
MOST_TAGS = 20_000

_cleaner = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=NO_TEXT,
    attributes=ATTRIBUTES,
    url_schemes=SCHEMES | {"data"},
    link_rel=None,
)


class Tangled(Exception):
    """There are more tags than any text needs, or nested deeper: more than can be walked in a sensible time."""


def text_of(html: str) -> str:
    """Return the words of a piece of HTML."""
    return str(_soup(html).get_text())


def tree_of(html: str, base: str) -> tuple[BeautifulSoup, Counter[str]]:
    """Return the tree, its addresses absolute, and how many of what had to be left out. Raises Tangled."""
    soup = _soup(html)
    refuse_tangles(soup)
    lost: Counter[str] = Counter()
    for panel in soup.select(PANELS):
        panel.decompose()
    keep_one_of_two_images(soup)
    make_absolute(soup, base, lost)
    link_embeds(soup, lost)
    for tag in soup.find_all(["fieldset", "form", "noscript"]):
        tag.unwrap()
    unwrap_around_blocks(soup)
    mend_lists(soup)
    for strike in soup.find_all("strike"):
        strike.name = "s"
    for code in soup.find_all("code"):
        if code.find_parent("pre") is None and code.find(["a", "img"]):
            code.name = "html-code"
    join_neighbours(soup, ["b", "strong"])
    join_neighbours(soup, ["em", "i"])
    for container in [soup, *soup.find_all(list(CONTAINERS))]:
        gather_loose_text(container, soup, "p")
    for item in soup.find_all("li"):
        gather_loose_text(item, soup, "run")
    return soup, lost


def _soup(html: str) -> BeautifulSoup:
    # Read by a browser's rules first, which close what nobody closed.
    return BeautifulSoup(f"<main>{_cleaner.clean(html)}</main>", "html.parser")


def refuse_tangles(soup: BeautifulSoup) -> None:
    depths = {id(soup): 0}
    for tag in soup.find_all(True):
        depths[id(tag)] = depth = depths[id(tag.parent)] + 1
        if depth > MOST_NESTED or len(depths) > MOST_TAGS:
            raise Tangled


def keep_one_of_two_images(soup: BeautifulSoup) -> None:
    """Take lazily loaded images for what they are; the <noscript> beside each says it again."""
    for image in soup.find_all("img"):
        source = str(image.get("src") or "")
        if image.get("data-src") and (not source or source.startswith("data:")):
            image["src"] = str(image["data-src"])
    for fallback in soup.find_all("noscript"):
        before = fallback.find_previous_sibling()
        if before is not None and (before.name == "img" or before.find("img")):
            fallback.decompose()


def make_absolute(soup: BeautifulSoup, base: str, lost: Counter[str]) -> None:
    targets = _targets_in_headings(soup)
    for tag in soup.find_all(["a", "img", *EMBEDS, "source"]):
        for name in ("href", "src", "data"):
            if tag.get(name) is None:
                continue
            address = "".join(str(tag[name]).split("\n")).strip()
            if address.startswith("#") and address[1:] in targets:
                targets[address[1:]]["data-id"] = address[1:]
                continue
            tag[name] = absolute(address, base)
            if not tag[name]:
                del tag[name]
    for image in soup.find_all("img"):
        if not image.get("src"):
            lost["image without an address"] += 1
            image.replace_with(str(image.get("alt") or ""))


def absolute(address: str, base: str) -> str:
    """Return an address that a page may link to, or nothing."""
    try:
        whole = urljoin(base, address)
        return whole if urlsplit(whole).scheme in SCHEMES or not base else ""
    except ValueError:
        return ""


def _targets_in_headings(soup: BeautifulSoup) -> dict[str, Tag]:
    """Return the headings by the names that links within the text know them by."""
    targets: dict[str, Tag] = {}
    for heading in soup.find_all(list(HEADINGS)):
        for tag in [heading, *heading.find_all(True)]:
            for name in (tag.get("id"), tag.get("name")):
                if isinstance(name, str) and re.fullmatch(r"[\w.-]+", name):
                    targets.setdefault(name, heading)
    return targets


def link_embeds(soup: BeautifulSoup, lost: Counter[str]) -> None:
    """Put a plain link where something from elsewhere was shown within the page."""
    for embed in soup.find_all(EMBEDS):
        inner = embed.find("source", src=True)
        address = embed.get("src") or embed.get("data") or (inner.get("src") if isinstance(inner, Tag) else "")
        if not address:
            lost["embed without an address"] += 1
            embed.decompose()
            continue
        link = soup.new_tag("a", href=str(address))
        link.string = " ".join(str(embed.get("title") or address).split())
        embed.replace_with(link)


def unwrap_around_blocks(soup: BeautifulSoup) -> None:
    for tag in soup.find_all(WRAPPERS):
        if tag.find(list(BLOCKS)):
            tag.unwrap()
    for link in soup.find_all("a"):
        blocks = link.find_all(list(BLOCKS))
        if len(blocks) == 1 and blocks[0].name in HEADINGS | {"p"} and blocks[0].parent is link:
            _swap(link, blocks[0], soup)
            continue
        for block in blocks:
            block.insert_after(" ")
            block.unwrap()
    for code in soup.find_all(["code", "kbd", "samp"]):
        inner = code.find("a", recursive=False)
        if inner is None or code.find_parent("pre") is not None or code.find("img") is not None:
            continue
        if inner.get_text() == code.get_text():
            _swap(code, inner, soup)


def _swap(outer: Tag, inner: Tag, soup: BeautifulSoup) -> None:
    """Turn <outer><inner>…</inner></outer> inside out."""
    again = soup.new_tag(outer.name)
    again.attrs.update(outer.attrs)
    for child in list(inner.contents):
        again.append(child.extract())
    inner.append(again)
    outer.unwrap()


def mend_lists(soup: BeautifulSoup) -> None:
    """Put a list that stands between two items into the first of them, and number the items."""
    for inner in soup.find_all(["ol", "ul"]):
        before = inner.find_previous_sibling()
        if (
            inner.parent is not None
            and inner.parent.name in ("ol", "ul")
            and before is not None
            and before.name == "li"
        ):
            before.append(inner.extract())
    for numbered in soup.find_all("ol"):
        start = str(numbered.get("start") or "1")
        first = int(start) if start.isdecimal() and len(start) < 9 else 1
        for number, item in enumerate(numbered.find_all("li", recursive=False), start=first):
            item["value"] = str(number)


def join_neighbours(soup: BeautifulSoup, names: list[str]) -> None:
    """Make one of two that touch: `**a****b**` says nothing."""
    for tag in soup.find_all(names):
        while (after := tag.next_sibling) is not None and isinstance(after, Tag) and after.name in names:
            for child in list(after.contents):
                tag.append(child.extract())
            after.decompose()


def gather_loose_text(container: Tag, soup: BeautifulSoup, name: str) -> None:
    """Wrap the text that stands beside blocks without a paragraph of its own."""
    children = list(container.children)
    if container.name == "li" and not any(is_block(child) for child in children):
        return
    run: list[PageElement] = []
    for child in [*children, None]:
        if child is not None and not is_block(child):
            run.append(child)
            continue
        if any(says_something(piece) for piece in run):
            wrapper = soup.new_tag(name)
            run[0].insert_before(wrapper)
            for piece in run:
                wrapper.append(piece.extract())
        run = []


def is_block(node: PageElement) -> bool:
    return isinstance(node, Tag) and node.name in BLOCKS | {"run"}


def says_something(node: PageElement) -> bool:
    return isinstance(node, Tag) or (isinstance(node, NavigableString) and bool(node.strip()))


def classes_of(tags: Iterable[Tag]) -> list[str]:
    return [str(name) for tag in tags for name in (tag.get("class") or [])]
