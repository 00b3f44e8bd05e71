"""Headings, by which many find their way through a page, some of them by ear."""

from collections.abc import Iterator

from .finding import Finding, check
from .proof import Proof


@check("heading-order", "Order of headings")
def order(proof: Proof) -> Iterator[Finding]:
    """Find headings that skip a level, as typed. On the page they are one below what they stand under."""
    headings = proof.outline.headings
    before = min((heading.level for heading in headings if heading.level), default=1) - 1
    is_first = True
    for heading in headings:
        if heading.level is None:
            before = 6  # Nothing can be said of the next one either.
            continue
        if heading.level > before + 1:
            reason = "others here stand higher" if is_first else f"the one before has {before}"
            message = f"Start this heading with {'#' * (before + 1)}: it has {heading.level} of them, and {reason}."
            yield Finding(message, heading.line, heading.words)
        before, is_first = heading.level, False


@check("heading-empty", "Empty headings")
def empty(proof: Proof) -> Iterator[Finding]:
    for heading in proof.outline.headings:
        if not heading.words:
            yield Finding("Give this heading words, or take it out.", heading.line)
