"""Two texts as a whole: what stands beside the body, and what is worked out when."""

from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from accounts.models import User
from blog.comparing import Comparison, FieldChange, Kind, Size, Span, Text, size_of_change, tag_changes
from tests.blog.posts import post_in


@dataclass(frozen=True)
class Typed:
    title: str = "On proofs"
    body: str = "Read it *twice*."
    html: str = "<p>Read it <em>twice</em>.</p>"
    slug: str = "on-proofs"
    tags: list[str] = field(default_factory=lambda: ["craft", "print"])
    excerpt: str = "Read it twice."
    canonical_url: str = ""


@dataclass(frozen=True)
class Covered(Typed):
    cover: str = "galley.jpg"
    cover_alt: str = "A galley proof"


def test_only_the_fields_that_differ_are_listed() -> None:
    new = replace(Typed(), title="On galley proofs", canonical_url="https://x.example/1")

    fields = Comparison.of(Typed(), new).fields

    assert fields == (
        FieldChange("title", "Title", "On proofs", "On galley proofs"),
        FieldChange("canonical_url", "First published at", "", "https://x.example/1"),
    )


def test_a_field_is_compared_by_words() -> None:
    change = FieldChange("title", "Title", "On proofs", "On galley proofs")

    assert [span.text for span in change.old_spans] == ["On ", "proofs"]
    assert change.new_spans == (Span(Kind.SAME, "On "), Span(Kind.ADDED, "galley "), Span(Kind.SAME, "proofs"))


def test_a_text_that_has_no_cover_has_an_empty_one() -> None:
    assert [change.name for change in Comparison.of(Typed(), Covered()).fields] == ["cover", "cover_alt"]
    assert Comparison.of(Typed(), Typed()).fields == ()


def test_another_description_of_the_same_cover_is_a_change() -> None:
    fields = Comparison.of(Covered(), replace(Covered(), cover_alt="")).fields

    assert fields == (FieldChange("cover_alt", "Description of the cover", "A galley proof", ""),)


def test_tags_are_kept_removed_and_added() -> None:
    tags = tag_changes(["craft", "print"], ["ink", "print"])

    assert (tags.kept, tags.removed, tags.added) == (("print",), ("craft",), ("ink",))
    assert tags


def test_tags_in_another_order_are_a_change() -> None:
    assert tag_changes(["a", "b"], ["b", "a"]).is_reordered
    assert not tag_changes(["a", "b", "c"], ["c"]).is_reordered
    assert not tag_changes(["a", "b"], ["a", "b"])


def test_the_size_counts_words_that_came_and_went() -> None:
    assert size_of_change("one two two", "one two three, four") == Size(added=2, removed=1)
    assert not size_of_change("one two", "two one")


def test_without_an_old_text_everything_is_new() -> None:
    comparison = Comparison.of(None, Typed())

    assert comparison.has_changes
    assert comparison.rendered.html == f'<ins data-diff="added">{Typed().html}</ins>'
    assert [row.kind for row in comparison.source.rows] == [Kind.ADDED]
    assert comparison.tags.added == ("craft", "print")
    assert [change.name for change in comparison.fields] == ["title", "excerpt", "slug"]
    assert comparison.size == Size(added=3, removed=0)


def test_a_text_has_not_changed_against_itself() -> None:
    assert not Comparison.of(Typed(), Typed()).has_changes


@pytest.mark.parametrize(
    "change",
    [
        {"title": "x"},
        {"body": "x"},
        {"html": "x"},
        {"slug": "x"},
        {"tags": []},
        {"excerpt": "x"},
        {"canonical_url": "x"},
    ],
)
def test_whatever_differs_is_a_change(change: dict[str, str]) -> None:
    assert Comparison.of(Typed(), replace(Typed(), **change)).has_changes  # type: ignore[arg-type]


def test_a_part_is_worked_out_once() -> None:
    comparison = Comparison.of(Typed(), Covered())

    assert comparison.rendered is comparison.rendered
    with pytest.raises(FrozenInstanceError):
        comparison.new = Typed()  # type: ignore[misc]


def test_a_revision_and_the_working_copy_after_it_are_texts(editor: User, admin: User) -> None:
    post = post_in("draft+live", editor, admin)
    assert post.live_revision is not None
    old: Text = post.live_revision
    new: Text = post

    comparison = Comparison.of(old, new)

    assert comparison.fields[0].name == "title"
    assert '<ins data-diff="added"> Thrice.</ins>' in comparison.rendered.html
    assert comparison.size == Size(added=1, removed=0)
