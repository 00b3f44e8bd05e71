"""Code as HTML: Pygments' classes, the language's name, the lines to point at."""

import re
from functools import lru_cache
from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

LANGUAGE = re.compile(r"[{ ]*\.?(?P<name>[\w+#./-]{1,40})(?=[\s,}{]|$)")
OPTION = re.compile(r"(?P<key>hl_lines|title)=(?P<quote>[\"'])(?P<value>[^\"']*)(?P=quote)")
RANGE = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")


def highlighted(code: str, info: str) -> str:
    """Return the code of a fence, which ends with its last line end, as HTML. `info` is what follows the opening fence.

    It may say a language, `hl_lines="2 4-6"` and `title="settings.py"`, with or without braces around.
    """
    options = {match["key"]: match["value"] for match in OPTION.finditer(info)}
    lexer = _lexer(_language(info).lower())
    lines = _lines(options.get("hl_lines", ""), code.count("\n"))
    body = highlight(code, lexer, _formatter(lines)) if lexer and code else escape(code, quote=False)
    label = language_label(info)
    language_note = f' data-lang="{escape(label)}"' if label else ""
    title = f'<span class="filename">{escape(options["title"])}</span>' if options.get("title") else ""
    return f'<div class="highlight"{language_note}>{title}<pre><code>{body}</code></pre></div>'


def language_label(info: str) -> str:
    """Return what the language of a fence is called on the page: by its full name where it is known."""
    name = _language(info)
    lexer = _lexer(name.lower())
    return lexer.name if lexer else name


def _language(info: str) -> str:
    match = LANGUAGE.match(info)
    return match["name"] if match and "=" not in match["name"] else ""


@lru_cache(maxsize=64)
def _lexer(name: str) -> Lexer | None:
    if not name:
        return None
    try:
        return get_lexer_by_name(name, stripnl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=16)
def _formatter(lines: tuple[int, ...]) -> HtmlFormatter[str]:
    return HtmlFormatter(nowrap=True, hl_lines=lines)


def _lines(ranges: str, count: int) -> tuple[int, ...]:
    """Return the numbers in a text such as “2 4-6”, none beyond the last line."""
    numbers: set[int] = set()
    for first, last in RANGE.findall(ranges):
        numbers.update(range(int(first), min(int(last or first), count) + 1))
    return tuple(sorted(numbers))
