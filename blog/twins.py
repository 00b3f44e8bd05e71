"""A post as the Markdown it was written in, for programs that would rather read that."""

from __future__ import annotations

import html
import json
import re

from django.core.cache import cache
from django.utils.timezone import localtime

from blog.addresses import absolute
from blog.models import Post, Revision, Tagging

WORD = re.compile(r"[^\W_]+")
COMMENT = "<!--"
# What a page shows otherwise than in words: which lines of code to look at, and that a piece of code has a title.
OPTIONS = re.compile(r"\b(?:(?:hl_lines|linenums|linenostart)=([\"'])[\d\s-]*\1|title=(?=[\"']))")
# What YAML has no room for in a text, besides what JSON writes as an escape, too.
UNPRINTABLE = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF)}


def has_twin(revision: Revision) -> bool:
    """Whether the Markdown may be given to readers: it holds nothing that they do not see on the page."""
    # A sealed text never changes, so the answer does not.
    kept: bool | None = cache.get_or_set(f"has-twin:{revision.pk}", lambda: _shows_all(revision))
    return bool(kept)


def _shows_all(revision: Revision) -> bool:
    """Whether each word that was typed is on the page: none stands in a comment, or where nothing refers to it."""
    page = html.unescape(revision.html)
    if revision.body.count(COMMENT) > page.count(COMMENT):
        return False
    return not _words_of(OPTIONS.sub("", html.unescape(revision.body))) - _words_of(page)


def twin_of(post: Post, revision: Revision) -> str:
    """Return the text as it was typed, with what its page tells beside it in front."""
    told = {
        "title": revision.title,
        "author": revision.byline,
        "date": _moment(post.published_at),
        "updated": _moment(post.changed_at),
        "language": revision.language,
        "tags": [tag.name for tag in Tagging.objects.tags_of([revision])[revision.pk]],
        "canonical": revision.canonical_url or absolute(post.get_absolute_url()),
    }
    lines = [f"{key}: {_yaml(value)}" for key, value in told.items() if value]
    return "\n".join(["---", *lines, "---", "", revision.body.strip("\n"), ""])


def _words_of(text: str) -> set[str]:
    return set(WORD.findall(text.casefold()))


def _moment(at: object) -> str:
    return localtime(at).isoformat(timespec="seconds") if at else ""  # type: ignore[arg-type]  # a moment, or none


def _yaml(value: object) -> str:
    """Return a text or a list of texts as JSON writes it, which YAML reads the same."""
    return json.dumps(value, ensure_ascii=False).translate(UNPRINTABLE)
