"""What a tag looks like: one rule for the desk, the API and what is imported."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError

MAX_TAGS = 20
MAX_TAG_LENGTH = 50


def tidy_tags(names: Iterable[str]) -> list[str]:
    """Return the tags without blanks and repeats, in the order given."""
    tags: dict[str, str] = {}
    for name in names:
        tag = " ".join(name.split()).lstrip("#")
        if tag:
            tags.setdefault(tag.casefold(), tag)
    return list(tags.values())


def checked_tags(names: Iterable[str]) -> list[str]:
    """Return the tags without blanks and repeats, in the order given. Raises ValidationError."""
    tags = tidy_tags(names)
    for tag in tags:
        if len(tag) > MAX_TAG_LENGTH:
            raise ValidationError(f"A tag may be {MAX_TAG_LENGTH} characters long; “{tag[:20]}…” is longer.")
    if len(tags) > MAX_TAGS:
        raise ValidationError(f"A post may have {MAX_TAGS} tags; this one has {len(tags)}.")
    return tags
