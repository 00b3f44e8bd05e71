"""Texts to check, rendered as posts are."""

from collections.abc import Callable
from dataclasses import dataclass, field

from blog import checks, markup
from blog.checks import Finding


@dataclass
class Typed:
    """What somebody wrote; nothing is wrong with it unless a test says so."""

    body: str = "Read it twice."
    title: str = "On proofs"
    excerpt: str = "What is read before printing."
    tags: list[str] = field(default_factory=list)
    cover: str = ""
    cover_alt: str = ""
    canonical_url: str = ""
    html: str = ""

    def __post_init__(self) -> None:
        self.html = self.html or markup.render(self.body)


def found(
    text: Typed, *, pages: tuple[str, ...] = (), image_bytes: Callable[[str], int | None] = lambda address: None
) -> list[Finding]:
    """Return all that is found in a text on a site that has these pages."""
    return checks.run(text, resolves=pages.__contains__, image_bytes=image_bytes)


def names(findings: list[Finding]) -> list[str]:
    return [finding.check for finding in findings]


def lines(findings: list[Finding]) -> list[int | None]:
    return [finding.line for finding in findings]
