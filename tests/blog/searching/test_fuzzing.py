"""Nothing anybody can type is an error, to any of the databases."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from blog.models import Post
from blog.searching import found, parse
from blog.terms import kept_of, sought_of

OPERATORS = st.sampled_from(
    ["AND", "OR", "NOT", "NEAR(a b, 2)", "*", "^", ":", '"', "'", "''", "\\", "%", "_", "-", "--", "(", ")", "{title}", "+",
     "&", "|", "!", "<->", ":*", ":A", "tag:", "tag:x", "author:", "series:y", "from:2024", "from:2024-13", "to:0000", "to:9999",
     "from:9999-12-31", "title:", "\0", "\ud800", "\ue000", "﷽", "½", "東京", "ก", "é", "e\u0301", "🙂", "\u202e", ";", "/*", "proofs"]
)  # fmt: skip
TYPED = st.one_of(st.text(max_size=60), st.lists(st.one_of(OPERATORS, st.text(max_size=8)), max_size=30).map(" ".join))


@given(typed=TYPED)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_typed_is_an_error(published: Post, reader: User, typed: str) -> None:
    for newest in (False, True):
        result = found(reader, typed, newest=newest)

        assert result.total == len(result.hits) <= 1
        for hit in result.hits:
            assert "".join(piece.text for piece in hit.title) == "On proofs"
    assert parse(result.query.text) == result.query or result.query.was_cut


@given(text=st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_every_text_is_found_by_itself(text: str) -> None:
    words, may_go_on = sought_of(text)
    kept = kept_of(text, "english")

    row = f" {' '.join(words)}" + ("" if may_go_on else " ")
    assert row in f" {kept} "


@given(typed=TYPED)
@settings(max_examples=300, deadline=None)
def test_no_word_that_is_sought_has_a_sign_in_it(typed: str) -> None:
    for part in parse(typed).parts:
        assert not set("".join(part.words)) & set("\"'\\*:&|!()<>{}^+- \0%_\ue000\ud800")
