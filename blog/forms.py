"""What people type on the desk, checked for shape. What may be done with it, the models decide."""

from typing import Any

from django import forms

from .markup import MAX_CHARACTERS
from .models import MAX_TITLE_LENGTH, MAX_WRITE_KEY_LENGTH
from .models.post import with_plain_newlines
from .tags import MAX_TAG_LENGTH, MAX_TAGS, checked_tags

MAX_REASON_LENGTH = 10_000


class ExactTextField(forms.CharField):
    """A text kept as it was typed: Markdown means something by the spaces at its ends."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # No maxlength: a browser would cut what is pasted, and say nothing. word-count.js says it.
        return {"data-most": str(self.max_length)}

    def to_python(self, value: Any) -> Any:
        # Before its length is measured: a browser sends two characters for each line end.
        return with_plain_newlines(super().to_python(value) or "")


class PostForm(forms.Form):
    """The words of a post. A draft may lack any of them; only submitting asks for more."""

    title = forms.CharField(required=False, max_length=MAX_TITLE_LENGTH)
    tags = forms.CharField(
        required=False,
        max_length=MAX_TAGS * (MAX_TAG_LENGTH + 2),
        help_text="Parted by commas, such as: python, sign-in.",
    )
    body = ExactTextField(
        required=False, max_length=MAX_CHARACTERS, help_text="In Markdown, kept exactly as you type it."
    )
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    write_key = forms.SlugField(required=False, max_length=MAX_WRITE_KEY_LENGTH, widget=forms.HiddenInput)

    @property
    def words(self) -> dict[str, Any]:
        """The cleaned fields that a save takes."""
        return {field: self.cleaned_data[field] for field in ("title", "body", "tags")}

    def clean_tags(self) -> list[str]:
        return checked_tags(self.cleaned_data["tags"].split(","))


class ReasonForm(forms.Form):
    """Why a post goes back to its author. That there has to be one, the model says."""

    reason = forms.CharField(required=False, max_length=MAX_REASON_LENGTH)
