"""Looking up words in SQLite's FTS5. Every word is in quotes, so that none is one of its operators."""

from __future__ import annotations

import json

from .matching import Matching, Sql

# Of title, tags, excerpt and text: a word in a title says most of what a post is about.
WEIGHTS = "10.0, 5.0, 3.0, 1.0"


REVISION_FOUND = "blog_search.rowid"


def newest(matching: Matching, conditions: str, values: list[object], most: int) -> Sql:
    """Return a query for the newest revisions that have the words, so many at most."""
    return f"{_having(conditions)} ORDER BY rowid DESC LIMIT {most}", [_sought(matching), *values]


def these(revisions: list[int]) -> Sql:
    """Return a query for revisions that were found already, as `hits` gives them."""
    return "SELECT value, 0 FROM json_each(%s)", [json.dumps(revisions)]


def hits(matching: Matching, conditions: str, values: list[object], *, is_ranked: bool) -> Sql:
    """Return a query for the revisions that have the words, each with its rank: the lowest is the best."""
    # Rounded, so that among equals the newest comes first.
    rank = f"ROUND(bm25(blog_search, {WEIGHTS}), 2)" if is_ranked else "0"
    return _having(conditions, f"rowid, {rank}"), [_sought(matching), *values]


def having_wanted_in_title(matching: Matching, revisions: list[int]) -> Sql:
    """Return a query for those of these revisions that have the words in their title, and for others as new as these."""
    return f"{_having()} AND rowid >= %s", [f"{{title}} : ({_wanted(matching)})", min(revisions)]


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
