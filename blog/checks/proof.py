"""What a check is given to read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from .outline import Outline, outline_of
from .source import Source


class Text(Protocol):
    """What a writer submits. Whatever there is none of is empty."""

    @property
    def title(self) -> str: ...
    @property
    def body(self) -> str:
        """Markdown, as it was typed."""

    @property
    def html(self) -> str:
        """The body as `markup.render` returns it."""

    @property
    def tags(self) -> Sequence[str]: ...
    @property
    def excerpt(self) -> str: ...
    @property
    def cover(self) -> str:
        """The address of a picture."""

    @property
    def cover_alt(self) -> str: ...
    @property
    def canonical_url(self) -> str: ...


@dataclass(frozen=True)
class Proof:
    """A text, what stands in it, and what can be asked about the site.

    `resolves` says whether a path leads somewhere on this site; `image_bytes` how large the picture at an address is,
    or None where that is not known.
    """

    text: Text
    resolves: Callable[[str], bool]
    image_bytes: Callable[[str], int | None]

    @cached_property
    def source(self) -> Source:
        return Source(self.text.body)

    @cached_property
    def outline(self) -> Outline:
        return outline_of(self.text.html, self.source)
