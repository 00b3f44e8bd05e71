"""Looking up words in SQLite's FTS5. Every word is in quotes, so that none is one of its operators."""

from __future__ import annotations

from .matching import Matching, Sql

# Of title, tags, excerpt and text: a word in a title says most of what a post is about.
WEIGHTS = "10.0, 5.0, 3.0, 1.0"


REVISION = "rowid"
REVISION_FOUND = "blog_search.rowid"


def since(matching: Matching, conditions: str, values: list[object], many: int) -> Sql:
    """Return a query for the revision after which there are so many that have the words. It goes no further than that."""
    return f"{_having(conditions)} ORDER BY rowid DESC LIMIT 1 OFFSET %s", [_sought(matching), *values, many]


def hits(matching: Matching, conditions: str, *, is_ranked: bool) -> Sql:
    """Return a query for the revisions that have the words, each with its rank: the lowest is the best."""
    # Rounded, so that among equals the newest comes first.
    rank = f"ROUND(bm25(blog_search, {WEIGHTS}), 2)" if is_ranked else "0"
    return _having(conditions, f"rowid, {rank}"), [_sought(matching)]


def having_wanted_in_title(matching: Matching, since: int) -> Sql:
    """Return a query for those of the revisions after one that have the words in their title."""
    return f"{_having()} AND rowid > %s", [f"{{title}} : ({_wanted(matching)})", since]


def having_unwanted(matching: Matching) -> Sql:
    """Return a query for the revisions that have any of the words that are not to be in a text."""
    return _having(), [_unwanted(matching)]


def _having(conditions: str = "", columns: str = "rowid") -> str:
    return f"SELECT {columns} FROM blog_search WHERE blog_search MATCH %s{conditions}"


def _sought(matching: Matching) -> str:
    wanted = _wanted(matching)
    return f"({wanted}) NOT ({_unwanted(matching)})" if matching.unwanted else wanted


def _wanted(matching: Matching) -> str:
    return " AND ".join(one.for_sqlite for one in matching.wanted)


def _unwanted(matching: Matching) -> str:
    return " OR ".join(one.for_sqlite for one in matching.unwanted)
