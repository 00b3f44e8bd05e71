"""How much of CommonMark comes out as its specification shows it. Run by bin/bench commonmark.

Each example of the specification goes through `blog.markup.render`, and what comes out is compared as the
specification's own test runner compares: by elements, attributes and text, white space aside where HTML puts it
aside. What Galley adds on purpose is taken away first; see `Canonical`. Examples that need raw HTML to pass are left
out: Galley has an allow-list of its own for that.
"""

import base64
import hashlib
import re
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from markdown_it import MarkdownIt

from benchmarks.commonmark_differences import DIFFERENCES, REASONS
from blog.markup import render
from blog.rendering.code import language_label
from blog.rendering.headings import Outline

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "commonmark-spec@0.31.2"
INTEGRITY = "sha512-vXKxmclzJPymhOJYD26G0oBjVmIcKC8p5m2DvHIq1A1btr1m0r0dT/PzRA5/nwxUbCAPedMNPEoiQE+zvuOcOw=="
ARCHIVE = ROOT / "build" / "commonmark-spec-0.31.2.tgz"
RAW_SECTIONS = ("HTML blocks", "Raw HTML")
WANTED = 0.9

EXAMPLE = re.compile(
    r"^`{32} example\n(?P<markdown>.*?)^\.\n(?P<html>.*?)^`{32}$|^#{1,6} +(?P<section>[^\n]*)$", re.M | re.S
)
BLOCKS = frozenset(
    [
        "p",
        "li",
        "ul",
        "ol",
        "blockquote",
        "pre",
        "hr",
        "div",
        "table",
        "thead",
        "tbody",
        "tr",
        "td",
        "th",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    ]
)


@dataclass(frozen=True)
class Example:
    number: int
    section: str
    markdown: str
    html: str

    @property
    def is_raw(self) -> bool:
        """Whether it is about HTML that passes through."""
        if self.section in RAW_SECTIONS:
            return True
        tokens = MarkdownIt("commonmark").parse(self.markdown)
        return any(token.type.startswith("html_") for block in tokens for token in (block, *(block.children or ())))


def main() -> None:
    examples = list(examples_of(specification()))
    raw = [example for example in examples if example.is_raw]
    measured = [example for example in examples if not example.is_raw]
    elsewhere = [example.number for example in raw if example.section not in RAW_SECTIONS]
    say(
        f"{len(examples)} examples in {PACKAGE}; {len(raw)} need raw HTML and are left out: {len(raw) - len(elsewhere)}"
    )
    say(
        f"in the sections {' and '.join(RAW_SECTIONS)}, {len(elsewhere)} elsewhere ({', '.join(map(str, elsewhere))}).\n"
    )

    different = [example for example in measured if canonical(render(example.markdown)) != expected(example)]
    print_sections(measured, different)
    share = 1 - len(different) / len(measured)
    say(f"\n{len(measured) - len(different)} of {len(measured)} come out as shown: {share:.1%}. Wanted: {WANTED:.0%}.")
    unexplained = print_differences(different)
    numbers = {example.number for example in different}
    gone = sorted(set(DIFFERENCES) - numbers)
    if gone:
        say(f"\nNo longer different, so to be struck from the table: {', '.join(map(str, gone))}")
    if unexplained or gone or share < WANTED:
        raise SystemExit(1)


def specification() -> str:
    """Return the specification's text from its npm package, which bin/bench has fetched, if its hash is the one expected."""
    digest = base64.b64encode(hashlib.sha512(ARCHIVE.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY:
        raise SystemExit(f"{ARCHIVE} is not the {PACKAGE} that was expected. Remove it and try again.")
    with tarfile.open(ARCHIVE) as archive:
        member = archive.extractfile("package/spec.txt")
        assert member is not None  # noqa: S101 — the hash says so.
        return member.read().decode()


def examples_of(text: str) -> Iterator[Example]:
    section, number = "", 0
    for match in EXAMPLE.finditer(text):
        if match["section"] is not None:
            section = match["section"]
            continue
        number += 1
        yield Example(number, section, match["markdown"].replace("→", "\t"), match["html"].replace("→", "\t"))


def print_sections(measured: list[Example], different: list[Example]) -> None:
    missing = Counter(example.section for example in different)
    for section, count in Counter(example.section for example in measured).items():
        say(f"  {section:44}{count - missing[section]:4} of {count:3}")


def print_differences(different: list[Example]) -> list[Example]:
    """Print what differs, by reason, and return what nothing explains."""
    for reason, why in REASONS.items():
        numbers = [str(example.number) for example in different if DIFFERENCES.get(example.number) == reason]
        if numbers:
            say(f"\n{why}\n  {len(numbers)}: {', '.join(numbers)}")
    unexplained = [example for example in different if example.number not in DIFFERENCES]
    for example in unexplained:
        say(f"\nNOT EXPLAINED: {example.number}, {example.section}\n{example.markdown}")
        say(f"  expected {expected(example)}\n  got      {canonical(render(example.markdown))}")
    return unexplained


def expected(example: Example) -> str:
    return canonical(example.html, is_expected=True)


def canonical(html: str, *, is_expected: bool = False) -> str:
    reader = Canonical(is_expected=is_expected)
    reader.feed(html)
    reader.close()
    return "".join(reader.pieces).strip()


class Canonical(HTMLParser):
    """HTML in one way of writing it, without what Galley adds.

    That is: ids, and the link to itself in each heading; the box around code, with its label, focus and colours; how
    to load a picture; `rel` on links. Of what is expected, headings are given the levels that Galley gives under a
    page's own heading, and the language of code is called by the name that it has on the label.
    """

    def __init__(self, *, is_expected: bool) -> None:
        super().__init__()
        self.is_expected = is_expected
        self.pieces: list[str] = []
        self.outline = Outline()
        self.names: list[str] = []  # What each open element is called here; "" for one that is taken away.
        self.pre_depth = 0
        self.language = ""
        self.in_permalink = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        name = self.name_of(tag, attributes)
        if tag not in VOID:
            self.names.append(name)
        if tag == "pre":
            self.pre_depth += 1
        if name:
            kept = self.kept(tag, attributes)
            written = "".join(f' {key}="{value}"' for key, value in sorted(kept.items()))
            self.break_around(name)
            self.pieces.append(f"<{name}{written}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        name = self.names.pop()
        if tag == "pre":
            self.pre_depth -= 1
        if tag == "a":
            self.in_permalink = False
        if name:
            self.break_around(name)
            self.pieces.append(f"</{name}>")

    def handle_data(self, data: str) -> None:
        if self.in_permalink:
            return
        if not self.pre_depth:
            data = re.sub(r"[ \t\r\n]+", " ", data)
            if not self.pieces or self.pieces[-1].endswith((" ", "\n")) or self.is_after_block():
                data = data.lstrip(" ")
        self.pieces.append(data.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))

    def is_after_block(self) -> bool:
        match = re.fullmatch(r"</?(\w+)[^<]*>", self.pieces[-1]) if self.pieces else None
        return match is not None and (match[1] in BLOCKS or match[1] == "br")

    def break_around(self, name: str) -> None:
        if name in BLOCKS and not (self.pre_depth and name != "pre") and self.pieces:
            self.pieces[-1] = self.pieces[-1].rstrip(" \n")

    def name_of(self, tag: str, attributes: dict[str, str]) -> str:
        """Return what an element is called here, "" where it is taken away."""
        classes = attributes.get("class", "").split()
        if re.fullmatch("h[1-6]", tag):
            return f"h{self.outline.level_of(int(tag[1]))}" if self.is_expected else tag
        if tag == "div" and "highlight" in classes:
            self.language = attributes.get("data-lang", "")
            return ""
        if tag == "a" and "permalink" in classes:
            self.in_permalink = True
            self.pieces[-1] = self.pieces[-1].rstrip(" ")
            return ""
        return "" if tag == "span" and self.pre_depth else tag

    def kept(self, tag: str, attributes: dict[str, str]) -> dict[str, str]:
        if tag == "code" and self.pre_depth:
            if self.is_expected:
                info = attributes.get("class", "").removeprefix("language-")
                return {"language": language_label(info) or info} if info else {}
            language, self.language = self.language, ""
            return {"language": language} if language else {}
        return {name: attributes[name] for name in KEPT.get(tag, ()) if name in attributes}


VOID = {"br", "hr", "img"}
KEPT = {"a": ("href", "title"), "img": ("alt", "src", "title"), "ol": ("start",)}


def say(what: str) -> None:
    sys.stdout.write(what + "\n")


if __name__ == "__main__":
    main()
