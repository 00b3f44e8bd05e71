"""The title and the description: what lists, feeds and search results show."""

from collections.abc import Iterator

from django.conf import settings

from .finding import Finding, check
from .proof import Proof


@check("title-missing", "Title")
def missing(proof: Proof) -> Iterator[Finding]:
    if not proof.text.title.strip():
        yield Finding("Give the post a title.")


@check("title-too-long", "Length of the title")
def too_long(proof: Proof) -> Iterator[Finding]:
    title = proof.text.title.strip()
    if len(title) > settings.MAX_TITLE_CHARACTERS:
        yield Finding(
            f"Make the title shorter: it has {len(title)} characters, and search results show about "
            f"{settings.MAX_TITLE_CHARACTERS}.",
            excerpt=title,
        )


@check("description-missing", "Description")
def without_description(proof: Proof) -> Iterator[Finding]:
    if not proof.text.excerpt.strip():
        yield Finding("Add a description, a sentence or two. Without one, lists and feeds show the first words.")
