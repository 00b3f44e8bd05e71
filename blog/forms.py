"""What people type on the desk, checked for shape. What may be done with it, the models decide."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .markup import MAX_CHARACTERS
from .models import MAX_TITLE_LENGTH, MAX_WRITE_KEY_LENGTH

MAX_TAGS = 20
MAX_TAG_LENGTH = 50


class ExactTextField(forms.CharField):
    """A text kept as it was typed: Markdown means something by the spaces at its ends."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)


class PostForm(forms.Form):
    """The words of a post. A draft may lack any of them; only submitting asks for more."""

    title = forms.CharField(required=False, max_length=MAX_TITLE_LENGTH)
    tags = forms.CharField(required=False, max_length=MAX_TAGS * (MAX_TAG_LENGTH + 2))
    body = ExactTextField(required=False, max_length=MAX_CHARACTERS)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    write_key = forms.SlugField(required=False, max_length=MAX_WRITE_KEY_LENGTH, widget=forms.HiddenInput)

    @property
    def words(self) -> dict[str, Any]:
        """The cleaned fields that a save takes."""
        return {field: self.cleaned_data[field] for field in ("title", "body", "tags")}

    def clean_tags(self) -> list[str]:
        return checked_tags(self.cleaned_data["tags"].split(","))


def checked_tags(names: list[str]) -> list[str]:
    """Return the tags without blanks and repeats, in the order given. Raises ValidationError."""
    tags: dict[str, str] = {}
    for name in names:
        tag = " ".join(name.split()).lstrip("#")
        if len(tag) > MAX_TAG_LENGTH:
            raise ValidationError(f"A tag may be {MAX_TAG_LENGTH} characters long; “{tag[:20]}…” is longer.")
        if tag:
            tags.setdefault(tag.casefold(), tag)
    if len(tags) > MAX_TAGS:
        raise ValidationError(f"A post may have {MAX_TAGS} tags; this one has {len(tags)}.")
    return list(tags.values())
