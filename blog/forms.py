"""What people type on the desk, checked for shape. What may be done with it, the models decide."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import cached_property

from accounts.models import Person, Visitor

from .exceptions import NotReady
from .markup import MAX_CHARACTERS
from .models import (
    MAX_ALT_LENGTH,
    MAX_BIO_LENGTH,
    MAX_EXCERPT_LENGTH,
    MAX_GONE_NOTE_LENGTH,
    MAX_HANDLE_LENGTH,
    MAX_LANGUAGE_LENGTH,
    MAX_NOTE_LENGTH,
    MAX_SERIES_LENGTH,
    MAX_SLUG_LENGTH,
    MAX_TITLE_LENGTH,
    MAX_UPLOAD_BYTES,
    MAX_WRITE_KEY_LENGTH,
    Outcome,
    Post,
    Upload,
    check_cover,
    with_plain_newlines,
)
from .status import GoneAs
from .tags import MAX_TAG_LENGTH, MAX_TAGS, checked_tags

MAX_REASON_LENGTH = 10_000
PICTURES_TO_PICK = 12
MAX_CORRECTIONS_LENGTH = 5_000
LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"


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
        widget=forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"}),
        help_text="Parted by commas, such as: python, sign-in.",
    )
    body = ExactTextField(
        required=False, max_length=MAX_CHARACTERS, help_text="In Markdown, kept exactly as you type it."
    )
    excerpt = forms.CharField(
        required=False,
        max_length=MAX_EXCERPT_LENGTH,
        label="Description",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One or two sentences for lists and search results. Left empty, the text’s beginning does.",
    )
    picked_cover = forms.CharField(required=False, max_length=64, label="Cover from your pictures")  # A digest.
    cover = forms.CharField(
        required=False,
        max_length=200,
        help_text="A picture above the text: the address of one that you have uploaded, such as /media/….webp.",
    )
    cover_alt = forms.CharField(
        required=False,
        max_length=MAX_ALT_LENGTH,
        label="What the cover shows",
        help_text="In a few words, for those who cannot see it.",
    )
    canonical_url = forms.URLField(
        required=False,
        max_length=500,
        assume_scheme="https",
        label="First published at",
        help_text="Where this came out before, if anywhere else.",
    )
    series = forms.CharField(
        required=False,
        max_length=MAX_SERIES_LENGTH,
        help_text="Posts of one series lead to each other, in the order in which they came out.",
    )
    language = forms.RegexField(
        LANGUAGE,
        required=False,
        max_length=MAX_LANGUAGE_LENGTH,
        help_text="If it is not that of the site: a code such as de or pt-BR.",
        error_messages={"invalid": "Write the language as a code, such as de or pt-BR."},
    )
    corrections = forms.CharField(
        required=False,
        max_length=MAX_CORRECTIONS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What you put right after it came out, a sentence on each line. Readers see each with its date.",
    )
    note = forms.CharField(
        required=False,
        max_length=MAX_NOTE_LENGTH,
        label="Note for the reviewer",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Sent along when you submit. Readers never see it.",
    )
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    write_key = forms.SlugField(required=False, max_length=MAX_WRITE_KEY_LENGTH, widget=forms.HiddenInput)

    WORDS = (
        *("title", "body", "tags", "excerpt", "cover", "cover_alt", "canonical_url"),
        *("series", "language", "corrections"),
    )

    def __init__(self, *args: Any, by: Person | None = None, **options: Any) -> None:
        """`by` is who types: a cover must be a picture that they may see."""
        super().__init__(*args, **options)
        self.by = by or Visitor()

    @classmethod
    def of(cls, post: Post, *, by: Person | None = None) -> "PostForm":
        """Return the form with the working copy in it."""
        words = {field: getattr(post, field) for field in cls.WORDS}
        return cls(initial={**words, "tags": ", ".join(post.tags), "version": post.version}, by=by)

    @property
    def words(self) -> dict[str, Any]:
        """The cleaned fields that a save takes. What the form did not send stays as it was."""
        sent = [field for field in self.WORDS if field in self.data or field in ("title", "body", "tags")]
        words = {field: self.cleaned_data[field] for field in sent}
        picked = self.cleaned_data["picked_cover"]
        return words if picked is None else words | self._words_of(picked)

    def _words_of(self, picked: Upload) -> dict[str, str]:
        """What is known of the picture picked, but for a description that was typed at the same time."""
        typed = self.cleaned_data["cover_alt"]
        is_new = typed and typed != self.initial.get("cover_alt")
        return {"cover": picked.image.get_absolute_url(), "cover_alt": typed if is_new else picked.alt}

    @cached_property
    def pictures_to_pick(self) -> list[Upload]:
        """The newest pictures of who types."""
        return list(Upload.objects.of(self.by)[:PICTURES_TO_PICK])

    def clean_picked_cover(self) -> Upload | None:
        digest = self.cleaned_data["picked_cover"]
        picked = Upload.objects.of(self.by).filter(image__digest=digest).first() if digest else None
        if digest and picked is None:
            raise forms.ValidationError("Pick one of your own pictures.")
        return picked

    def clean_cover(self) -> str:
        address: str = self.cleaned_data["cover"].removeprefix(settings.SITE_URL)
        try:
            check_cover(address, by=self.by)
        except NotReady as lack:
            raise forms.ValidationError(str(lack)) from lack
        return address

    def clean_series(self) -> str:
        return " ".join(self.cleaned_data["series"].split())

    def clean_corrections(self) -> str:
        return with_plain_newlines(self.cleaned_data["corrections"])

    def clean_tags(self) -> list[str]:
        return checked_tags(self.cleaned_data["tags"].split(","))


class UploadForm(forms.Form):
    """A picture, and what it shows. What becomes of the file, the model says."""

    file = forms.FileField(
        label="Picture",
        allow_empty_file=True,
        help_text="A JPEG, PNG, WebP, GIF or AVIF file of up to 10 MB. Where and how it was taken is not kept, and of one "
        "that moves only the first frame is.",
        error_messages={"required": "Choose a file."},
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif,image/avif"}),
    )
    alt = forms.CharField(
        required=False,
        max_length=MAX_ALT_LENGTH,
        label="What it shows",
        help_text="In a few words, for those who cannot see it.",
    )

    @property
    def content(self) -> bytes:
        """The file, or a little more than the model takes of one that is too large."""
        content: bytes = self.cleaned_data["file"].read(MAX_UPLOAD_BYTES + 1)
        return content


class NoteForm(forms.Form):
    """What an author says to the reviewer, and why a text should go on in spite of what the checks found."""

    note = forms.CharField(required=False, max_length=MAX_NOTE_LENGTH)
    override = forms.CharField(required=False, max_length=MAX_NOTE_LENGTH)


class ReasonForm(forms.Form):
    """Why something is done. That there has to be a reason, the model says."""

    reason = forms.CharField(required=False, max_length=MAX_REASON_LENGTH)


class AuthorPageForm(forms.Form):
    """What an author says of themselves, and where their page is."""

    handle = forms.CharField(
        required=False,
        max_length=10 * MAX_HANDLE_LENGTH,
        label="Address of your page, after /authors/",
        help_text="The one it has now goes on leading there, and nobody else gets it.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )
    bio = forms.CharField(
        required=False,
        max_length=MAX_BIO_LENGTH,
        label="About you",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=f"A few sentences in plain text, up to {MAX_BIO_LENGTH} characters. Readers see it at once.",
    )
    website = forms.URLField(
        required=False, max_length=300, assume_scheme="https", label="Your website", help_text="If you have one."
    )


class AddressForm(forms.Form):
    """A new address for a post. Whether it will do, the model says."""

    address = forms.CharField(required=False, max_length=10 * MAX_SLUG_LENGTH)


class WhenForm(forms.Form):
    """A time to come, in the site's time zone."""

    when = forms.DateTimeField(
        error_messages={"required": "Choose a day and a time.", "invalid": "Write the time as 2026-05-31 14:30."}
    )


class OutcomeForm(forms.Form):
    """What readers get where a post was."""

    outcome_kind = forms.ChoiceField(required=False, choices=GoneAs.choices)
    outcome_note = forms.CharField(required=False, max_length=MAX_GONE_NOTE_LENGTH)
    outcome_to = forms.CharField(required=False, max_length=500)

    @property
    def outcome(self) -> Outcome:
        told = self.cleaned_data
        return Outcome(GoneAs(told["outcome_kind"]), note=told["outcome_note"], to=told["outcome_to"])
