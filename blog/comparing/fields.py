"""What a text has beside its body: what differs in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from .source import Span, spans_of

# What readers and search engines see of each, in the order in which they see it.
LABELS = {
    "title": "Title",
    "excerpt": "Description",
    "slug": "Address",
    "canonical_url": "First published at",
    "cover": "Cover",
    "cover_alt": "Description of the cover",
    "series": "Series",
    "language": "Language",
    "corrections": "Corrections",
}


@dataclass(frozen=True)
class FieldChange:
    """A field that differs: `name` is the attribute, `label` what people call it, the spans its words."""

    name: str
    label: str
    old: str
    new: str

    @property
    def old_spans(self) -> tuple[Span, ...]:
        return spans_of(self.old, self.new)[0]

    @property
    def new_spans(self) -> tuple[Span, ...]:
        return spans_of(self.old, self.new)[1]


@dataclass(frozen=True)
class TagChanges:
    """The tags of two texts: those kept and added in the order of the new one, those removed in that of the old."""

    kept: tuple[str, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]
    is_reordered: bool

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.removed or self.added or self.is_reordered)


def field_changes(old: object | None, new: object) -> tuple[FieldChange, ...]:
    """Return the fields of LABELS that differ. One that a text lacks counts as empty."""
    pairs = ((name, label, _value(old, name), _value(new, name)) for name, label in LABELS.items())
    return tuple(FieldChange(name, label, before, after) for name, label, before, after in pairs if before != after)


def tag_changes(old: Sequence[str], new: Sequence[str]) -> TagChanges:
    kept = tuple(tag for tag in new if tag in old)
    return TagChanges(
        kept=kept,
        removed=tuple(tag for tag in old if tag not in new),
        added=tuple(tag for tag in new if tag not in old),
        is_reordered=kept != tuple(tag for tag in old if tag in new),
    )


def _value(text: object | None, name: str) -> str:
    return str(getattr(text, name, None) or "")
