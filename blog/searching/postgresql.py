"""Looking up words in PostgreSQL's tsvector. Every word is in quotes, so that none is one of its operators.

Rows of words are looked up as words, and then as a row in what the vector was made of: the vector itself forgets
places after the 256th of a word and after the 16,383rd of a text.
"""

from __future__ import annotations

from .matching import Alternatives, Matching, Sql

# Of text, excerpt, tags and title, in PostgreSQL's order, of which the greatest is 1.
WEIGHTS = "{0.1, 0.3, 0.5, 1.0}"
WORDS = "' ' || concat_ws(' | ', title, tags, excerpt, text) || ' '"


def count(matching: Matching, limit: int) -> Sql:
    """Return a query for the number of texts that have the words, up to this many."""
    condition, values = _has_wanted(matching)
    return (
        f"SELECT COUNT(*) FROM (SELECT 1 FROM blog_searchentry WHERE {condition} LIMIT %s) AS one",
        [*values, limit],
    )


def ranked(matching: Matching) -> Sql:
    """Return a query for the revisions that have the words, each with its rank: the lowest is the best."""
    condition, values = _has_wanted(matching)
    # Rounded, so that among equals the newest comes first. 1: long texts count for less.
    rank = f"-ROUND(ts_rank_cd('{WEIGHTS}', vector, %s::tsquery, 1)::numeric, 2)"
    return f"SELECT revision_id, {rank} FROM blog_searchentry WHERE {condition}", [_wanted(matching), *values]


def having_wanted(matching: Matching) -> Sql:
    """Return a query for the revisions that have the words."""
    condition, values = _has_wanted(matching)
    return f"SELECT revision_id FROM blog_searchentry WHERE {condition}", values


def having_wanted_in_title(matching: Matching) -> Sql:
    """Return a query for the revisions that have the words in their title."""
    titles = " & ".join(one.for_postgresql_titles for one in matching.wanted)
    return "SELECT revision_id FROM blog_searchentry WHERE NOT waits AND vector @@ %s::tsquery", [titles]


def having_unwanted(matching: Matching) -> Sql:
    """Return a query for the revisions that have any of the words that are not to be in a text."""
    conditions, values = [], []
    for one in matching.unwanted:
        condition, own_values = _has(one)
        conditions.append(f"({condition})")
        values.extend(own_values)
    return f"SELECT revision_id FROM blog_searchentry WHERE NOT waits AND ({' OR '.join(conditions)})", values


def _has_wanted(matching: Matching) -> Sql:
    sql, values = "NOT waits AND vector @@ %s::tsquery", [_wanted(matching)]
    for one in matching.wanted:
        if one.pattern:
            sql += f" AND {WORDS} LIKE %s"
            values.append(one.pattern)
    return sql, values


def _has(one: Alternatives) -> Sql:
    if not one.pattern:
        return "vector @@ %s::tsquery", [one.for_postgresql]
    return f"vector @@ %s::tsquery AND {WORDS} LIKE %s", [one.for_postgresql, one.pattern]


def _wanted(matching: Matching) -> str:
    return " & ".join(one.for_postgresql for one in matching.wanted)
