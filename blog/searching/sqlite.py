"""Looking up words in SQLite's FTS5. Every word is in quotes, so that none is one of its operators."""

from __future__ import annotations

from .matching import Matching, Ranking, Sql

# Of title, tags, excerpt and text: a word in a title says most of what a post is about.
WEIGHTS = "10.0, 5.0, 3.0, 1.0"


def count(matching: Matching, limit: int) -> Sql:
    """Return a query for the number of texts that have the words, up to this many."""
    return (
        "SELECT COUNT(*) FROM (SELECT 1 FROM blog_search WHERE blog_search MATCH %s LIMIT %s)",
        [_wanted(matching), limit],
    )


def hits(matching: Matching, ranking: Ranking) -> Sql:
    """Return a query for the revisions that have the words, each with its rank: the lowest is the best."""
    sql, values = "SELECT rowid AS revision", []
    match ranking:
        case Ranking.BY_WORDS:  # Rounded, so that among equals the newest comes first.
            sql += f", ROUND(bm25(blog_search, {WEIGHTS}), 2) AS rank"
        case Ranking.BY_TITLE:
            sql += ", rowid NOT IN (SELECT rowid FROM blog_search WHERE blog_search MATCH %s) AS rank"
            values.append(f"{{title}} : ({_wanted(matching)})")
        case Ranking.NONE:
            sql += ", 0 AS rank"
    sql += " FROM blog_search WHERE blog_search MATCH %s"
    return sql, [*values, _wanted(matching)]


def having_unwanted(matching: Matching) -> Sql:
    """Return a query for the revisions that have any of the words that are not to be in a text."""
    unwanted = " OR ".join(one.for_sqlite for one in matching.unwanted)
    return "SELECT rowid FROM blog_search WHERE blog_search MATCH %s", [unwanted]


def _wanted(matching: Matching) -> str:
    return " AND ".join(one.for_sqlite for one in matching.wanted)
