"""What a reader sees of a text, worked out apart from the code under test: its letters and what is around each."""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from blog.rendering.allowlist import BLOCKS

Seen = list[tuple[str, tuple[str, ...]]]
TOLD = ("href", "src", "alt", "title", "datetime", "checked", "class", "lang", "dir")


def seen(html: str) -> Seen:
    """Return each letter with the inline elements around it, and one space for any number of them."""
    found: Seen = []
    for letter, around in _letters(BeautifulSoup(f"<div>{html}</div>", "html.parser"), (), in_pre=False):
        if letter != " " or (found and found[-1][0] != " "):
            found.append((letter, around if letter != " " else ()))
    while found and found[-1][0] == " ":
        found.pop()
    return found


def old_in(html: str) -> Seen:
    """Return what is left of a comparison without what is new."""
    return seen(_without(html, gone="added", kept="removed"))


def new_in(html: str) -> Seen:
    """Return what is left of a comparison without what is gone."""
    return seen(_without(html, gone="removed", kept="added"))


def words(found: Seen) -> list[str]:
    return "".join(letter for letter, _ in found).split()


def _without(html: str, *, gone: str, kept: str) -> str:
    soup = BeautifulSoup(html, "html.parser")
    for note in soup.select("[data-diff=note]"):
        note.decompose()
    for tag in soup.select(f"[data-diff={gone}]"):
        if not tag.decomposed:
            tag.decompose()
    for tag in soup.select(f":is(ins, del)[data-diff={kept}]"):
        tag.unwrap()
    return str(soup)


def _letters(tag: Tag, around: tuple[str, ...], *, in_pre: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    for child in tag.children:
        if isinstance(child, NavigableString):
            text = str(child) if in_pre else re.sub(r"\s+", " ", child)
            yield from (("\N{SYMBOL FOR NEWLINE}" if letter == "\n" else letter, around) for letter in text)
        elif isinstance(child, Tag) and not _is_permalink(child):
            yield from _of_tag(child, around, in_pre=in_pre)


def _of_tag(tag: Tag, around: tuple[str, ...], *, in_pre: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    name = _name(tag)
    if tag.name in BLOCKS:
        yield " ", ()
        if tag.name == "hr":
            yield "\N{EM DASH}", (name,)
        yield from _letters(tag, around, in_pre=in_pre or tag.name == "pre")
        yield " ", ()
    elif tag.name in ("img", "br", "input", "wbr"):
        yield "\N{WHITE SQUARE}", (*around, name)
    else:
        is_colour = in_pre and tag.name == "span"
        yield from _letters(tag, around if is_colour else (*around, name), in_pre=in_pre)


def _name(tag: Tag) -> str:
    return " ".join([tag.name, *(f"{name}={tag[name]}" for name in TOLD if tag.get(name))])


def _is_permalink(tag: Tag) -> bool:
    return tag.name == "a" and tag.get("class") == ["permalink"] and tag.get_text() == "#"
