"""The words of a leaf block, each with the elements around it, and what became of them."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import NamedTuple

from .marks import Context, Mark, Writer
from .sequences import Budget, Stretch, readable, stretches
from .tree import VOID, Element, Keys
from .words import IN_PROSE, IN_SOURCE

MOST_TOKENS = 60_000  # In both leaves together.
MOST_INDENT = 20  # Tokens by which a change is moved to begin with its line.
Pieces = Iterable[tuple[Mark | None, Context, str]]


class Token(NamedTuple):
    """A word, a mark of punctuation, a picture, a line break: what is compared as one.

    `key` is that of all a reader sees of it. Space is no token in prose: it hangs on the next one.
    """

    key: int
    html: str
    length: int
    context: Context
    space: Context | None = None
    """The elements around the space before it; None where there is no space."""
    element: Element | None = None

    @property
    def elements(self) -> Context:
        return (*self.context, self.element) if self.element else self.context


def tokens_of(leaf: Element, keys: Keys) -> list[Token]:
    return list(_Reader(leaf, keys).tokens(leaf, (), 0))


class _Reader:
    def __init__(self, leaf: Element, keys: Keys) -> None:
        self.keys = keys
        self.in_pre = leaf.in_pre
        self.space: Context | None = None
        self.is_first = True

    def tokens(self, parent: Element, context: Context, around: int) -> Iterator[Token]:
        """`around` is the key of the context."""
        for child in parent.children:
            if isinstance(child, str):
                yield from self.words(child, context, around)
            elif child.tag in VOID:
                yield self.token(self.keys.of((around, child.key)), "", context, child)
            else:
                inside = around if self.is_colour(child) else self.keys.of(("in", around, child.shape))
                yield from self.tokens(child, (*context, child), inside)

    def words(self, text: str, context: Context, around: int) -> Iterator[Token]:
        for word in (IN_SOURCE if self.in_pre else IN_PROSE).findall(text):
            if self.in_pre or not word.isspace():
                yield self.token(self.keys.of((around, word)), word, context)
            elif not self.is_first:
                self.space = context

    def token(self, key: int, word: str, context: Context, element: Element | None = None) -> Token:
        space, self.space, self.is_first = self.space, None, False
        return Token(key, escape(word, quote=False), len(word) or 1, context, space, element)

    def is_colour(self, element: Element) -> bool:
        """Whether it only colours code, which follows from the code."""
        return self.in_pre and element.tag == "span" and element.attributes.get("class") != "hll"


def write_words(old: Element, new: Element, writer: Writer, keys: Keys, budget: Budget) -> None:
    """Write the contents of the new leaf, with what is changed in its words marked."""
    if (inside := _only_child(old, new)) is not None:  # What is around both needs no mark, and <pre> wants its <code>.
        writer.open(inside[1])
        write_words(*inside, writer, keys, budget)
        writer.close(inside[1])
        return
    before, after = tokens_of(old, keys), tokens_of(new, keys)
    if len(before) + len(after) > MOST_TOKENS:
        budget.is_overdrawn = True
        writer.run((Mark.REMOVED, *piece) for piece in _pieces(before))
        writer.run((Mark.ADDED, *piece) for piece in _pieces(after))
        return
    found = stretches([token.key for token in before], [token.key for token in after], budget)
    found = readable(found, [token.length for token in before], [token.length for token in after])
    if new.in_pre:
        found = by_lines(found, before, after)
    pending: list[tuple[Mark | None, Context, str]] = []
    for is_equal, i1, i2, j1, j2 in found:
        if is_equal:
            pending += _kept(before[i1:i2], after[j1:j2])
            continue
        removed, added = before[i1:i2], after[j1:j2]
        # Two spaces are as good as one, so where there is one on either side, the mark needs none of its own.
        ends_in_space = i2 < len(before) and before[i2].space is not None and after[j2].space is not None
        if all(tokens[0].space is not None if tokens else ends_in_space for tokens in (removed, added)):
            pending.append((None, (), " "))
            removed, added = _without_space(removed), _without_space(added)
        writer.run(pending)
        pending = []
        _write_change(removed, added, writer)
    writer.run(pending)


def _only_child(old: Element, new: Element) -> tuple[Element, Element] | None:
    """Return the element that is all the contents of each, if it is the same but for its words."""
    match old.children, new.children:
        case [Element(shape=shape, tag=tag) as before], [Element() as after] if (
            shape == after.shape and tag not in VOID
        ):
            return before, after
    return None


def _write_change(removed: list[Token], added: list[Token], writer: Writer) -> None:
    are_same_words = [token.html for token in removed] == [token.html for token in added]
    for tokens, others, mark in ((removed, added, Mark.REMOVED), (added, removed, Mark.ADDED)):
        writer.run((mark, *piece) for piece in _pieces(tokens))
        if [element.shape for element in _elements(tokens)] != [element.shape for element in _elements(others)]:
            writer.note(_elements(tokens), of_all=are_same_words)


def by_lines(found: list[Stretch], before: list[Token], after: list[Token]) -> list[Stretch]:
    """Return the stretches with whole lines as what came or went, where that is as true as parts of two lines."""
    moved = list(found)
    for place in range(1, len(moved) - 1):
        previous, (_, i1, i2, j1, j2), following = moved[place - 1 : place + 2]
        if (i1 < i2) == (j1 < j2):
            continue
        tokens, start, end = (before, i1, i2) if i1 < i2 else (after, j1, j2)
        for back in range(min(previous.i2 - previous.i1, MOST_INDENT)):
            if start - back > 0 and tokens[start - back - 1].html == "\n":
                moved[place - 1] = previous._replace(i2=i1 - back, j2=j1 - back)
                moved[place] = Stretch(False, i1 - back, i2 - back, j1 - back, j2 - back)
                moved[place + 1] = following._replace(i1=i2 - back, j1=j2 - back)
                break
            if tokens[start - back - 1].key != tokens[end - back - 1].key:
                break
    return moved


def _without_space(tokens: list[Token]) -> list[Token]:
    return [tokens[0]._replace(space=None), *tokens[1:]] if tokens else []


def _elements(tokens: list[Token]) -> list[Element]:
    """Return the elements around the tokens, each once, in order."""
    return list(dict.fromkeys(element for token in tokens for element in token.elements))


def _kept(before: list[Token], after: list[Token]) -> Pieces:
    for old, new in zip(before, after, strict=True):
        if new.space is not None:
            yield None if old.space is not None else Mark.ADDED, new.space, " "
        elif old.space is not None:
            yield Mark.REMOVED, (), " "
        yield None, new.context, _html(new)


def _pieces(tokens: list[Token]) -> Iterator[tuple[Context, str]]:
    for token in tokens:
        if token.space is not None:
            yield token.space, " "
        yield token.context, _html(token)


def _html(token: Token) -> str:
    if token.element is None:
        return token.html
    writer = Writer(1 << 30)
    writer.open(token.element)
    return writer.html()
