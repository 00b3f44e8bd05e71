"""Text that Markdown would take for markup, marked as text; and no backslash where none is needed.

It is about the Markdown that blog/rendering reads: an underscore inside a word means nothing there, an address
is a link as it stands.
"""

import re

# As blog/rendering/links.py finds them, without what it would leave out or another pattern would find first.
ADDRESS = re.compile(r"\bhttps?://(?:(?!&#?\w+;)[^\s<>\"`\[\]\\*])*[\w/=%#+-]")
ENTITY = re.compile(r"&(?=#|\w+;)")
RUNS_INTO_ENTITY = re.compile(r"\S*[<&]")
TAG = re.compile(r"<(?=[a-zA-Z/!?]|$)")
# A delimiter run between letters is part of a word; between spaces it is a sign of its own.
UNDERSCORES = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
ASTERISKS = re.compile(r"\*+")
BACKSLASH = re.compile(r"\\(?=[!-/:-@\[-`{-~\n]|$)")
STRIKES = re.compile(r"~{2,}|~(?=\S*(?:~|$))")
MARKS = re.compile(r"(?<!\w)={2,}(?=\S)|(?<=\S)={2,}(?!\w)")
BRACKETS = re.compile(r"!?\[(?=\^|[ xX]\]|[^\]]*(?:\]\s?[\[(:]|$))")
BRACES = re.compile(r"^(\s*)\{|\{(?=:|[^{}]*\}\s*$)")
# What begins a block: quote, heading, list, definition, admonition, rule or underline, fence, table.
STARTS = (
    (re.compile(r"^(>|#{1,6}(?=\s|$)|[-+*](?=\s|$)|!!!)"), r"\\\1"),
    (re.compile(r"^(\d{1,9})([.)])(?=\s|$)"), r"\1\\\2"),
    (re.compile(r"^([-=~])(?=[-=~|:\s]*$)"), r"\\\1"),
    (re.compile(r"^~(?=~~)"), r"\\~"),
    (re.compile(r"^:(?= )"), "&#58;"),
    (re.compile(r"^\[(?=!\w+\])"), r"\\["),
    (re.compile(r"^\|"), r"\\|"),
)


def escaped(text: str) -> str:
    """Return a stretch of text as inline Markdown that reads the same."""
    pieces: list[str] = []
    position = 0
    for address in ADDRESS.finditer(text):
        # Where an entity will follow, brackets say where the address ends.
        is_open = RUNS_INTO_ENTITY.match(text, address.end())
        pieces += [escaped_words(text[position : address.start()]), f"<{address[0]}>" if is_open else address[0]]
        position = address.end()
    return "".join([*pieces, escaped_words(text[position:])])


def escaped_words(text: str) -> str:
    """Return the same, where an address is no link: inside one."""
    text = BACKSLASH.sub(r"\\\\", text)
    text = text.replace("`", "\\`")
    for pattern in (UNDERSCORES, ASTERISKS, STRIKES, MARKS):
        text = pattern.sub(lambda run: _unless_alone(run), text)
    text = BRACKETS.sub(lambda found: found[0].replace("[", "\\["), text)
    text = BRACES.sub(lambda found: found[0].replace("{", "\\{"), text)
    return TAG.sub("&lt;", ENTITY.sub("&amp;", text))


def _unless_alone(run: re.Match[str]) -> str:
    """Return the run with a backslash before each sign, or as it is where there is space on both sides."""
    before, after = run.string[: run.start()][-1:], run.string[run.end() :][:1]
    if before.isspace() and after.isspace():
        return run[0]
    return "".join(f"\\{sign}" for sign in run[0])


def with_plain_starts(lines: str) -> str:
    """Return the lines of a paragraph, so that none begins a block of another kind."""
    return "\n".join(_plain_start(line) for line in lines.split("\n"))


def _plain_start(line: str) -> str:
    for pattern, replacement in STARTS:
        line, count = pattern.subn(replacement, line)
        if count:
            break
    return line


def destination(address: str, title: str = "") -> str:
    """Return an address, and a title for it, as they stand between the brackets of a link."""
    for sign, code in ((" ", "%20"), ("<", "%3C"), (">", "%3E"), ('"', "%22"), ("`", "%60"), ("\\", "%5C")):
        address = address.replace(sign, code)
    address = ENTITY.sub("&amp;", address)
    if re.search(r"[()\[\]']", address):
        address = f"<{address}>"
    words = " ".join(ENTITY.sub("&amp;", title).replace('"', "&quot;").split())
    return f'{address} "{words}"' if words else address
