"""Texts that have held Markdown parsers for minutes, as functions of a length."""

from collections.abc import Callable

Family = Callable[[int], str]


def repeated(piece: str, *, before: str = "", after: str = "") -> Family:
    """Return a family that repeats a piece until the text is that long."""
    return lambda length: (before + piece * (length // len(piece) + 1))[: length - len(after)] + after


def numbered(piece: str) -> Family:
    """Return a family whose every piece holds a number of its own."""

    def text(length: int) -> str:
        pieces: list[str] = []
        size = 0
        while size < length:
            pieces.append(piece.replace("%", str(len(pieces))))
            size += len(pieces[-1])
        return "".join(pieces)[:length]

    return text


def wrapped(opening: str, closing: str, inside: str = "x") -> Family:
    """Return a family that opens and closes as often, around one thing."""

    def text(length: int) -> str:
        times = length // (len(opening) + len(closing))
        return opening * times + inside + closing * times

    return text


def staircase(marker: str) -> Family:
    """Return a family of lines, each indented below the one above."""

    def text(length: int) -> str:
        lines: list[str] = []
        size = 0
        while size < length:
            lines.append(" " * (len(marker) * len(lines)) + marker + "x")
            size += len(lines[-1]) + 1
        return "\n".join(lines)[:length]

    return text


FAMILIES: dict[str, Family] = {
    "opening brackets": repeated("["),
    "closing brackets": repeated("]"),
    "nested brackets": wrapped("[", "]"),
    "nested brackets with a target": wrapped("[", "](x)"),
    "links inside links": repeated("[a](b"),
    "links never closed": repeated("[a]("),
    "links in angle brackets never closed": repeated("[a](<b"),
    "link titles never closed": repeated('[a](b "c'),
    "complete links": repeated("[a](b) "),
    "reference links": repeated("[a][b] "),
    "references never closed": repeated("[a]["),
    "bracket and parenthesis": repeated("]("),
    "images inside images": repeated("![["),
    "images with empty links": repeated("![[]()"),
    "images never closed": repeated("![a]("),
    "image openings": repeated("!["),
    "footnote marks": repeated("[^1] ", after="\n\n[^1]: x"),
    "footnote openings": repeated("[^"),
    "footnote definitions": numbered("[^%]: x\n"),
    "footnotes used and defined": numbered("[^%]\n\n[^%]: x\n\n"),
    "footnotes in footnotes": numbered("[^%]: [^%0]\n"),
    "reference definitions": numbered("[%]: x\n"),
    "references and definitions": numbered("[%]: x\n[a][%]\n"),
    "one long address and many references to it": lambda length: (
        f"[a]: http://{'b' * (length // 2)}\n\n" + "[a] " * (length // 8)
    ),
    "one long abbreviation used often": lambda length: f"*[A]: {'b' * (length // 2)}\n\n" + "A " * (length // 4),
    "one long title used often": lambda length: f'[a]: b "{"c" * (length // 2)}"\n\n' + "![a] " * (length // 10),
    "abbreviations": numbered("*[A%]: x\n"),
    "one abbreviation used often": repeated("HTML ", before="*[HTML]: x\n\n"),
    "declarations": repeated("<!"),
    "declarations on lines": repeated("<!\n"),
    "marked sections": repeated("<!["),
    "marked sections on lines": repeated("<![\n"),
    "CDATA": repeated("<![CDATA["),
    "CDATA on lines": repeated("<![CDATA[\n"),
    "comments": repeated("<!--"),
    "comments on lines": repeated("<!--\n"),
    "comment openings in paragraphs": repeated("<!--\n\n"),
    "comment dashes": repeated("-", before="<!--"),
    "processing instructions": repeated("<?"),
    "processing instructions on lines": repeated("<?\n"),
    "open tags": repeated("<a "),
    "open tags on lines": repeated("<a \n"),
    "attributes": repeated("a ", before="<a "),
    "attribute values": repeated("a=' ", before="<a "),
    "attribute quotes": repeated("<a b='"),
    "block tags": repeated("<div>"),
    "block tags on lines": repeated("<div>\n"),
    "closed block tags": wrapped("<div>\n", "</div>\n"),
    "inline tags": repeated("<b>"),
    "closing tags": repeated("</b"),
    "closing block tags": repeated("</div>\n"),
    "Markdown in HTML": repeated("<div markdown>\n"),
    "Markdown in HTML, closed": wrapped("<div markdown>\n\n", "\n</div>\n"),
    "raw text elements": repeated("<script>"),
    "raw pre": repeated("<pre>\n"),
    "less-than signs": repeated("<"),
    "autolinks never closed": repeated("<http://a"),
    "addresses in angle brackets never closed": repeated("<a@"),
    "entities": repeated("&#"),
    "ampersands": repeated("&"),
    "quotes": repeated(">"),
    "quotes with spaces": repeated("> "),
    "quotes line by line": repeated("> a\n"),
    "quoted lists": repeated("> - "),
    "quotes in lists": repeated("- > "),
    "list markers": repeated("- "),
    "list markers of three kinds": repeated("* + - "),
    "list markers and text": repeated("- ", after="x"),
    "ordered markers": repeated("1. "),
    "staircase of bullets": staircase("- "),
    "staircase of numbers": staircase("1. "),
    "staircase of stars, four spaces": staircase("*   "),
    "flat list": repeated("- a\n"),
    "loose list": repeated("- a\n\n"),
    "lists and paragraphs": repeated("- a\n\nb\n\n"),
    "lists and breaks": repeated("- a\n---\n"),
    "lists after lines": repeated("a\n- b\n"),
    "changing bullets": repeated("- a\n* b\n"),
    "empty items": repeated("-\n"),
    "numbers": repeated("1"),
    "ordered list": numbered("%. a\n"),
    "definitions": repeated(": "),
    "definitions, one each": repeated("a\n: b\n"),
    "definitions in definitions": repeated(":   ", before="a\n"),
    "definition paragraphs": repeated("a\n\n:   b\n\n"),
    "staircase of definitions": staircase(":   "),
    "admonitions": repeated("!!! note\n"),
    "staircase of admonitions": staircase('!!! note "x"\n'),
    "callouts": repeated("> [!NOTE]\n"),
    "headings": repeated("# a\n"),
    "hashes": repeated("#"),
    "headings with hashes": repeated("# #"),
    "one heading": repeated("#", before="# a "),
    "same heading": repeated("# a\n\n"),
    "underlined headings": repeated("a\n-\n"),
    "breaks": repeated("---\n"),
    "dashes": repeated("-"),
    "stars and spaces": repeated("* * "),
    "stars": repeated("*"),
    "underscores": repeated("_"),
    "stars and letters": repeated("*a "),
    "emphasis in emphasis": repeated("*a **b "),
    "stars and underscores": repeated("*_"),
    "strong never closed": repeated("**a"),
    "closing emphasis": repeated("a** "),
    "triple stars": repeated("***a** b* "),
    "tildes": repeated("~"),
    "strikes": repeated("~~a "),
    "subscripts": repeated("~a"),
    "marks": repeated("==a "),
    "equals signs": repeated("="),
    "mixed delimiters": repeated("*_~~=="),
    "backticks": repeated("`"),
    "backtick runs": lambda length: "".join("`" * n + "a" for n in range(1, int((2 * length) ** 0.5))),
    "backticks and letters": repeated("`a "),
    "pairs of backticks": repeated("``a` "),
    "backslashes": repeated("\\"),
    "escapes": repeated("\\["),
    "escaped backticks": repeated("\\`"),
    "fences": repeated("```\n"),
    "fences never closed": repeated("```a\n"),
    "longer fences": lambda length: "\n\n".join("`" * n + "\na" for n in range(3, int((2 * length) ** 0.5))),
    "tilde fences": repeated("~~~\na\n~~~\n"),
    "fences in lists": repeated("- ```\n  a\n  ```\n"),
    "table pipes": repeated("|"),
    "wide table": repeated("a|", before="", after="\n" + "-|" * 20),
    "wide table and delimiters": lambda length: "a|" * (length // 4) + "\n" + "-|" * (length // 4),
    "long table": repeated("| a | b |\n", before="| a | b |\n|---|---|\n"),
    "many tables": repeated("a | b\n--|--\n1 | 2\n\n"),
    "table cells with backticks": repeated("`|", before="a|b\n-|-\n"),
    "escaped pipes": repeated("\\|", before="a|b\n-|-\n"),
    "attribute lists": repeated("{: "),
    "attribute list braces": repeated("{", before="# a "),
    "attribute list quotes": repeated("a='", before="# a {: ", after="}"),
    "attribute list words": repeated("a ", before="# a {: ", after="}"),
    "attribute lists on lines": repeated("a {: .b }\n"),
    "inline attribute lists": repeated("*a*{: b } "),
    "addresses": repeated("http://a.b "),
    "one long address": repeated("a", before="http://"),
    "address with parentheses": repeated(")", before="http://a"),
    "address with both brackets": repeated(")]", before="http://a"),
    "address starts": repeated("http://"),
    "task lists": repeated("- [ ] a\n"),
    "task boxes": repeated("[ ] "),
    "hard breaks": repeated("a  \n"),
    "spaces": repeated(" "),
    "spaces in a line": repeated(" ", before="a", after="b"),
    "blank lines": repeated("\n"),
    "blank lines with spaces": repeated(" \n"),
    "tabs": repeated("\t"),
    "tabs and bullets": repeated("\t- a\n"),
    "short lines": repeated("a\n"),
    "paragraphs": repeated("a\n\n"),
    "indented code": repeated("    a\n\n"),
    "letters": repeated("a"),
    "four-byte letters": repeated("\U0001d518"),
    "combining marks": repeated("\u0301"),
    "right to left": repeated("\u05d0 \u202e"),
    "nulls": repeated("\0"),
    "control characters": repeated("\x02\x03"),
    "stash marks": repeated("\x02wzxhzdk:0\x03"),
    "carriage returns": repeated("\r"),
    "other line ends": repeated("\u2028\x0b\x0c\x85"),
    "long Python line": repeated("(", before="```python\n"),
    "Python strings": repeated('"', before="```python\n"),
    "JavaScript slashes": repeated("/a", before="```js\n"),
    "PHP openings": repeated("<?php ", before="```php\n"),
    "HTML code": repeated("<a ", before="```html\n"),
    "Perl code": repeated("s{", before="```perl\n"),
    "Markdown code": repeated("[", before="```markdown\n"),
    "diff code": repeated("+a\n", before="```diff\n"),
    "SQL code": repeated("'a", before="```sql\n"),
    "shell code": repeated("$((", before="```bash\n"),
}
