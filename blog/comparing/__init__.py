"""What changed between two texts, for those who decide about it. Pure functions: no model, no request.

    comparison = Comparison.of(live_revision, revision)
    comparison.rendered.html  # as readers see it, with what came and went marked: for `_rendered_diff.html`
    comparison.source.rows    # line by line, as it was typed: for `_source_diff.html`
    comparison.fields         # title, description, address, cover: for `_fields_diff.html`
    comparison.tags
    comparison.size           # in words

Each part is worked out when it is first asked for, and kept. None raises anything, whatever the texts are. For texts
of 100,000 characters each takes well under a second in general and two seconds at most; where that would not do for
words, whole blocks are shown before and after, and in the worst case the whole text. `rendered.detail` and
`source.is_coarse` say so. For a list, `size_of_change` is enough, and linear.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, Self

from .fields import FieldChange, TagChanges, field_changes, tag_changes
from .rendered import Detail, RenderedDiff, rendered_diff
from .size import Size, size_of_change
from .source import Kind, Line, Row, SourceDiff, Span, source_diff

__all__ = [
    "Comparison",
    "Detail",
    "FieldChange",
    "Kind",
    "Line",
    "RenderedDiff",
    "Row",
    "Size",
    "SourceDiff",
    "Span",
    "TagChanges",
    "Text",
    "field_changes",
    "rendered_diff",
    "size_of_change",
    "source_diff",
    "tag_changes",
]


class Text(Protocol):
    """Anything with these: a revision, a post's working copy. It may have `cover` and `cover_alt`, too.

    `html` is the body as the renderer left it.
    """

    @property
    def title(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def slug(self) -> str: ...
    @property
    def tags(self) -> Sequence[str]: ...
    @property
    def excerpt(self) -> str: ...
    @property
    def canonical_url(self) -> str: ...


@dataclass(frozen=True)
class Comparison:
    """What changed from `old` to `new`. Without an old text everything is new."""

    old: Text | None
    new: Text

    @classmethod
    def of(cls, old: Text | None, new: Text) -> Self:
        return cls(old, new)

    @cached_property
    def rendered(self) -> RenderedDiff:
        return rendered_diff(self.old.html if self.old else "", self.new.html)

    @cached_property
    def source(self) -> SourceDiff:
        return source_diff(self.old.body if self.old else "", self.new.body)

    @cached_property
    def fields(self) -> tuple[FieldChange, ...]:
        return field_changes(self.old, self.new)

    @cached_property
    def tags(self) -> TagChanges:
        return tag_changes(self.old.tags if self.old else (), self.new.tags)

    @cached_property
    def size(self) -> Size:
        return size_of_change(self.old.body if self.old else "", self.new.body)

    @property
    def has_changes(self) -> bool:
        """Whether any byte differs of what readers get or of what was typed."""
        old, new = self.old, self.new
        return old is None or bool(self.fields or self.tags) or (old.body, old.html) != (new.body, new.html)
