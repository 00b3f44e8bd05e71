"""What people type on the desk, checked for shape. What may be done with it, the models decide."""

from typing import Any

from django import forms

from .markup import MAX_CHARACTERS
from .models import MAX_TITLE_LENGTH, MAX_WRITE_KEY_LENGTH
from .tags import MAX_TAG_LENGTH, MAX_TAGS, checked_tags


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
