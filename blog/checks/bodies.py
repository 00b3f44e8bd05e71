"""The body as a whole."""

from collections.abc import Iterator

from .finding import Finding, check
from .proof import Proof


@check("body-empty", "Body")
def empty(proof: Proof) -> Iterator[Finding]:
    if proof.outline.is_blank:
        yield Finding("Write something: there is nothing to read on this page.")
