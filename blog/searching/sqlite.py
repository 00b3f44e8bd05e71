"""Looking up words in SQLite's FTS5. Every word is in quotes, so that none is one of its operators."""

from __future__ import annotations

from .matching import Matching, Sql

# Of title, tags, excerpt and text: a word in a title says most of what a post is about.
WEIGHTS = "10.0, 5.0, 3.0, 1.0"


def count(matching: Matching, limit: int) -> Sql:
    """Return a query for the number of texts that have the words, up to this many."""
    return (
        "SELECT COUNT(*) FROM (SELECT 1 FROM blog_search WHERE blog_search MATCH %s LIMIT %s)",
        [_wanted(matching), limit],
    )


def ranked(matching: Matching) -> Sql:
    """Return a query for the revisions that have the words, each with its rank: the lowest is the best."""
    rank = f"ROUND(bm25(blog_search, {WEIGHTS}), 2)"  # Rounded, so that among equals the newest comes first.
    return f"SELECT rowid, {rank} FROM blog_search WHERE blog_search MATCH %s", [_wanted(matching)]


def having_wanted(matching: Matching) -> Sql:
    """Return a query for the revisions that have the words."""
    return "SELECT rowid FROM blog_search WHERE blog_search MATCH %s", [_wanted(matching)]


def having_wanted_in_title(matching: Matching) -> Sql:
    """Return a query for the revisions that have the words in their title."""
    return "SELECT rowid FROM blog_search WHERE blog_search MATCH %s", [f"{{title}} : ({_wanted(matching)})"]


def having_unwanted(matching: Matching) -> Sql:
    """Return a query for the revisions that have any of the words that are not to be in a text."""
    unwanted = " OR ".join(one.for_sqlite for one in matching.unwanted)
    return "SELECT rowid FROM blog_search WHERE blog_search MATCH %s", [unwanted]


def _wanted(matching: Matching) -> str:
    return " AND ".join(one.for_sqlite for one in matching.wanted)
