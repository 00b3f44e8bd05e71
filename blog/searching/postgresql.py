"""Looking up words in PostgreSQL's tsvector. Every word is in quotes, so that none is one of its operators.

Rows of words are looked up as words, and then as a row in what the vector was made of: the vector itself forgets
places after the 256th of a word and after the 16,383rd of a text.
"""

from __future__ import annotations

from .matching import Alternatives, Matching, Sql

# Of text, excerpt, tags and title, in PostgreSQL's order, of which the greatest is 1.
WEIGHTS = "{0.1, 0.3, 0.5, 1.0}"
HAS_WORDS = "NOT waits AND vector @@ %s::tsquery"
WORDS = "' ' || concat_ws(' | ', title, tags, excerpt, text) || ' '"
MOST_READ = 5_000

REVISION = "revision_id"
REVISION_FOUND = "blog_searchentry.revision_id"


def since(matching: Matching, conditions: str, values: list[object], many: int) -> Sql:
    """Return a query for the revision after which there are so many that have the words; NULL where there are not.

    For a row of words each text has to be read that has them somewhere: so that is done for the newest alone, in their
    order, and where those are not all, it ends with them.
    """
    if not any(one.pattern for one in matching.wanted):
        sql, own_values = _having(matching, "revision_id", conditions)
        return f"{sql} ORDER BY revision_id DESC LIMIT 1 OFFSET %s", [*own_values, *values, many]
    candidates = (
        "SELECT revision_id, title, tags, excerpt, text, vector FROM blog_searchentry "
        f"WHERE {HAS_WORDS}{conditions} ORDER BY revision_id DESC LIMIT {MOST_READ + 1}"
    )
    read, own_values = _as_read(matching)
    last = "ORDER BY revision_id DESC LIMIT 1 OFFSET %s"
    sql = (
        f"WITH newest AS MATERIALIZED ({candidates}) SELECT COALESCE("
        f"(SELECT revision_id FROM newest WHERE TRUE{read} {last}), "
        f"(SELECT revision_id FROM newest {last}))"
    )
    return sql, [_wanted(matching), *values, *own_values, many, MOST_READ]


def hits(matching: Matching, conditions: str, *, is_ranked: bool) -> Sql:
    """Return a query for the revisions that have the words, each with its rank: the lowest is the best."""
    if not is_ranked:
        return _having(matching, "revision_id, 0", conditions)
    # Rounded, so that among equals the newest comes first. 1: long texts count for less.
    rank = f"-ROUND(ts_rank_cd('{WEIGHTS}', vector, %s::tsquery, 1)::numeric, 2)"
    sql, values = _having(matching, f"revision_id, {rank}", conditions)
    return sql, [_wanted(matching), *values]


def having_wanted_in_title(matching: Matching, since: int) -> Sql:
    """Return a query for those of the revisions after one that have the words in their title."""
    titles = " & ".join(one.for_postgresql_titles for one in matching.wanted)
    return f"SELECT revision_id FROM blog_searchentry WHERE {HAS_WORDS} AND revision_id > %s", [titles, since]


def having_unwanted(matching: Matching) -> Sql:
    """Return a query for the revisions that have any of the words that are not to be in a text."""
    condition, values = _has_unwanted(matching)
    return f"SELECT revision_id FROM blog_searchentry WHERE NOT waits AND ({condition})", values


def _having(matching: Matching, columns: str, conditions: str) -> Sql:
    read, values = _as_read(matching)
    sql = f"SELECT {columns} FROM blog_searchentry WHERE {HAS_WORDS}{read}{conditions}"
    return sql, [_wanted(matching), *values]


def _as_read(matching: Matching) -> Sql:
    """Return what is asked besides the words, to go on with after other conditions."""
    sql, values = "", []
    for one in matching.wanted:
        if one.pattern:
            sql += f" AND {WORDS} LIKE %s"
            values.append(one.pattern)
    if matching.unwanted:
        unwanted, unwanted_values = _has_unwanted(matching)
        sql += f" AND NOT ({unwanted})"
        values += unwanted_values
    return sql, values


def _has_unwanted(matching: Matching) -> Sql:
    conditions, values = [], []
    for one in matching.unwanted:
        condition, own_values = _has(one)
        conditions.append(f"({condition})")
        values.extend(own_values)
    return " OR ".join(conditions), values


def _has(one: Alternatives) -> Sql:
    if not one.pattern:
        return "vector @@ %s::tsquery", [one.for_postgresql]
    return f"vector @@ %s::tsquery AND {WORDS} LIKE %s", [one.for_postgresql, one.pattern]


def _wanted(matching: Matching) -> str:
    return " & ".join(one.for_postgresql for one in matching.wanted)
