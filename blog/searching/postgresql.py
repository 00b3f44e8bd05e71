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
ENTRY = "revision_id, title, tags, excerpt, text, vector"
MOST_READ = 5_000
SAMPLE = 50
# Whether most of the newest have the words. Then whoever looks for them within a filter begins with the filter.
IS_COMMON = (
    "SELECT AVG((vector @@ %s::tsquery)::int) > 0.5 FROM "
    f"(SELECT vector FROM blog_searchentry WHERE NOT waits ORDER BY revision_id DESC LIMIT {SAMPLE}) AS newest"
)

REVISION_FOUND = "blog_searchentry.revision_id"


def newest(matching: Matching, conditions: str, values: list[object], most: int) -> Sql:
    """Return a query for the newest revisions that have the words, so many at most. NULL for one says that no others were
    looked at.

    A row of words has to be read in each text that has them somewhere.
    """
    limit = f"ORDER BY revision_id DESC LIMIT {most}"
    read, read_values = _as_read(matching)
    if any(one.pattern for one in matching.wanted):
        words = [_wanted(matching), *values]
        return _in_turn(f"{HAS_WORDS}{conditions}", f"TRUE{read}", limit), [*words, *read_values]
    sql, own_values = _having(matching, "revision_id", conditions)
    anywhere, anywhere_values = f"{sql} {limit}", [*own_values, *values]
    if not conditions:
        return anywhere, anywhere_values
    within = _in_turn(f"NOT waits{conditions}", f"vector @@ %s::tsquery{read}", limit)
    sql = (
        f"WITH common (is_so) AS MATERIALIZED ({IS_COMMON}) "
        f"(SELECT * FROM ({within}) AS within WHERE (SELECT is_so FROM common)) UNION ALL "
        f"(SELECT * FROM ({anywhere}) AS anywhere WHERE (SELECT is_so FROM common) IS NOT TRUE)"
    )
    return sql, [_wanted(matching), *values, _wanted(matching), *read_values, *anywhere_values]


def _in_turn(first: str, then: str, limit: str) -> str:
    """Return a query for what the one condition and then the other lets through, of the newest that the first does.

    PostgreSQL takes it that texts and vectors are soon read, and would read those of all; but they have to be unpacked.
    """
    candidates = f"SELECT {ENTRY} FROM blog_searchentry WHERE {first} ORDER BY revision_id DESC LIMIT {MOST_READ + 1}"
    numbered = f"SELECT *, ROW_NUMBER() OVER (ORDER BY revision_id DESC) AS place FROM ({candidates}) AS newest"
    return (
        f"SELECT CASE WHEN place <= {MOST_READ} THEN revision_id END FROM ({numbered}) AS numbered "
        f"WHERE place > {MOST_READ} OR ({then}) {limit}"
    )


def these(revisions: list[int]) -> Sql:
    """Return a query for revisions that were found already, as `hits` gives them."""
    return "SELECT unnest(%s::bigint[]), 0", [revisions]


def hits(matching: Matching, conditions: str, values: list[object], *, is_ranked: bool) -> Sql:
    """Return a query for the revisions that have the words, each with its rank: the lowest is the best."""
    # Rounded, so that among equals the newest comes first. 1: long texts count for less.
    rank = f"-ROUND(ts_rank_cd('{WEIGHTS}', vector, %s::tsquery, 1)::numeric, 2)" if is_ranked else "0"
    sql, own_values = _having(matching, f"revision_id, {rank}", conditions)
    return sql, [*([_wanted(matching)] if is_ranked else []), *own_values, *values]


def having_wanted_in_title(matching: Matching, revisions: list[int]) -> Sql:
    """Return a query for those of these revisions that have the words in their title. Each is looked up by its key: joined,
    PostgreSQL may look for the words among all.
    """
    titles = " & ".join(one.for_postgresql_titles for one in matching.wanted)
    has_words = "SELECT vector @@ %s::tsquery FROM blog_searchentry WHERE revision_id = hit"
    return f"SELECT hit FROM unnest(%s::bigint[]) AS these (hit) WHERE ({has_words})", [revisions, titles]


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
