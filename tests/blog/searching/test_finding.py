"""What is found, on whichever database the tests run."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import User
from blog.models import Post, SearchEntry
from blog.searching import finding, found, postgresql

from .posts import publish, titles


@pytest.fixture
def library(editor: User, other_editor: User, admin: User) -> None:
    publish(editor, admin, "On galley proofs", "The editors read the *résumé* twice, don’t they?", tags=["craft"])
    publish(editor, admin, "東京の本", "東京都に行く。", tags=["two words"])
    publish(other_editor, admin, "Häuser", "Straße und Übermut.", tags=["craft"], language="de")


@pytest.mark.parametrize(
    "typed",
    [
        "galley", "GALLEY", "proof", "editor", "reading", "resume", "RÉSUMÉ", "don't", "dont OR galley"[8:], "gall",
        '"the editors"', '“the editors”', '"galley', "galley -häuser", "craft galley", "-tag:nothing galley",
        "editors read twice", "gal\0ley"[:3] + "ley", "\ud800galley", "galley*", "^galley", "(galley)", "galley:",
    ],
)  # fmt: skip
def test_words_are_found_however_they_are_spelled(library: None, reader: User, typed: str) -> None:
    assert titles(reader, typed) == ["On galley proofs"]


@pytest.mark.parametrize("typed", ["東京", "京都", "東", "行", "東京都", "本", "東京都に行く", '"東京の本"'])
def test_words_are_found_in_scripts_without_spaces(library: None, reader: User, typed: str) -> None:
    assert titles(reader, typed) == ["東京の本"]


@pytest.mark.parametrize("typed", ["haus", "Häusern", "strasse", "STRASSE", "ubermut"])
def test_words_have_the_stems_of_the_language_of_their_post(library: None, reader: User, typed: str) -> None:
    assert titles(reader, typed) == ["Häuser"]


@pytest.mark.parametrize(
    "typed",
    [
        "nowhere", '"editors the"', '"proof"', "galley häuser", "galley -proof", "-galley editors", '-"the editors" galley',
        "東都", "tag:nothing", "author:nobody", "galley tag:nothing", "-galley author:nobody", "to:2019", "from:2150", "NEAR(galley editors)", "galley AND editors",
        "title:galley", "series:none",
    ],
)  # fmt: skip
def test_what_is_not_so_is_not_found(library: None, reader: User, typed: str) -> None:
    assert found(reader, typed).total == 0


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("tag:craft", {"On galley proofs", "Häuser"}),
        ("tag:CRAFT", {"On galley proofs", "Häuser"}),
        ('tag:"two words"', {"東京の本"}),
        ("tag:two-words", {"東京の本"}),
        ("tag:craft -author:olga", {"On galley proofs"}),
        ("author:ed-editor", {"On galley proofs", "東京の本"}),
        ('author:"Ed Editor"', {"On galley proofs", "東京の本"}),
        ("author:olga tag:craft", {"Häuser"}),
        ("-tag:craft", {"東京の本"}),
        ("-galley -tag:craft", {"東京の本"}),
        ("-galley", {"東京の本", "Häuser"}),
        ("from:2020", {"On galley proofs", "東京の本", "Häuser"}),
    ],
)
def test_filters_narrow(library: None, reader: User, typed: str, expected: set[str]) -> None:
    result = found(reader, typed)

    assert {hit.revision.title for hit in result.hits} == expected
    assert result.total == len(expected)


@pytest.mark.parametrize("typed", ["", " ", "!?", '""', "-", "* ^ ( ) :", "\0", "\ud800"])
def test_nothing_typed_finds_nothing(library: None, reader: User, typed: str) -> None:
    assert found(reader, typed).query.is_empty
    assert found(reader, typed).total == 0


def test_days_are_those_of_the_sites_time_zone(published: Post, reader: User) -> None:
    Post.objects.filter(pk=published.pk).update(published_at=datetime(2024, 5, 17, 12, tzinfo=UTC))

    for inside in ("from:2024", "from:2024-05", "from:2024-05-17", "to:2024", "to:2024-05", "to:2024-5-17"):
        assert titles(reader, f"proofs {inside}") == ["On proofs"], inside
    for outside in ("from:2025", "from:2024-06", "from:2024-05-18", "to:2023", "to:2024-04", "to:2024-05-16"):
        assert titles(reader, f"proofs {outside}") == [], outside


def test_a_word_in_a_title_weighs_more_than_in_a_text(editor: User, admin: User, reader: User) -> None:
    publish(editor, admin, "About something", "Once a lighthouse stood here, and then another lighthouse.")
    publish(editor, admin, "The lighthouse", "It stood there for long, and nobody knows who built it, or why.")
    for number in range(5):
        publish(editor, admin, f"Other {number}", "What has nothing to do with it at all.")

    assert titles(reader, "lighthouse") == ["The lighthouse", "About something"]


def test_among_equals_the_newest_comes_first(editor: User, admin: User, reader: User) -> None:
    for title in ("One kite", "Two kite", "Six kite"):
        publish(editor, admin, title, "High up.")

    assert titles(reader, "kite") == ["Six kite", "Two kite", "One kite"]


def test_the_newest_come_first_where_that_is_asked_for(editor: User, admin: User, reader: User) -> None:
    publish(editor, admin, "The kite", "A kite is a kite is a kite.")
    publish(editor, admin, "Another", "High up, beside the clouds and birds, a kite.")

    assert titles(reader, "kite", newest=True) == ["Another", "The kite"]


@pytest.fixture
def many(library: None, editor: User, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three posts with a word, of which the two that were sealed last are looked at."""
    publish(editor, admin, "The galley", "Of this and that.")
    publish(editor, admin, "Something", "Of galley and galley and galley.")
    monkeypatch.setattr(finding, "MANY", 2)


def test_where_many_have_the_words_those_sealed_last_are_looked_at_and_titles_come_first(
    many: None, reader: User
) -> None:
    result = found(reader, "galley")

    assert titles(reader, "galley") == ["The galley", "Something"]
    assert (result.total, result.goes_on) == (2, True)
    assert titles(reader, "galley", newest=True) == ["Something", "The galley"]
    assert titles(reader, '"of galley"') == ["Something"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's index knows rows of words by itself")
def test_a_phrase_is_looked_for_in_the_newest_texts_that_have_its_words(
    editor: User, admin: User, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title, text in (("The blue kite", "Text."), ("Kite", "It is blue."), ("Blue", "A kite.")):
        publish(editor, admin, title, text)
    assert titles(reader, '"blue kite"') == ["The blue kite"]
    assert titles(reader, '"blue kite" -green') == ["The blue kite"]

    monkeypatch.setattr(postgresql, "MOST_READ", 2)
    result = found(reader, '"blue kite"')

    assert (result.total, result.goes_on) == (0, True)

    publish(editor, admin, "Another blue kite", "Text.")
    assert titles(reader, '"blue kite"') == ["Another blue kite"]
    assert titles(reader, '"blue kite" -another') == []


def test_filters_and_words_that_are_not_wanted_reach_what_was_sealed_before(many: None, reader: User) -> None:
    assert titles(reader, "galley tag:craft") == ["On galley proofs"]
    assert titles(reader, "galley -something") == ["The galley", "On galley proofs"]
    assert not found(reader, "galley tag:craft").goes_on


@pytest.mark.parametrize("word", ["galley", "kite"])
def test_within_a_filter_too_those_sealed_last_are_looked_at(
    many: None, word: str, editor: User, admin: User, reader: User
) -> None:
    for title in ("One kite", "Two kite", "Six kite"):
        publish(editor, admin, title, "High up.", tags=["air"])
    for title in ("Of water", "Of land", "Of fire"):
        publish(editor, admin, title, "Of galley and galley.", tags=["air"])

    result = found(reader, f"{word} tag:air")

    assert (result.total, result.goes_on) == (2, True)
    assert [post.slug for post in result.posts] == {"galley": ["of-fire", "of-land"], "kite": ["six-kite", "two-kite"]}[
        word
    ]


def test_a_page_of_what_is_found_tells_how_many_there_are(library: None, reader: User) -> None:
    assert found(reader, "tag:craft", first=0, count=1).total == 2
    assert found(reader, "-nowhere", first=2, count=5).total == 3
    assert len(found(reader, "-nowhere", first=2, count=5).posts) == 1
    assert found(reader, "-nowhere", first=20, count=5).total == 3


def test_one_statement_does_the_looking_the_narrowing_and_the_counting(
    library: None, reader: User, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(6) as queries:  # type: ignore[operator]  # pytest-django has no name for its type
        assert found(reader, "tag:craft galley").total == 1

    statements = [query["sql"] for query in queries.captured_queries if "WITH readable" in query["sql"]]
    assert len(statements) == 1
    assert "live_revision_id" in statements[0]


def test_another_revision_replaces_the_words(published: Post, editor: User, admin: User, reader: User) -> None:
    published.edit(by=editor, version=published.version, title="On ink", body="Black as night.", tags=[])
    published.submit(by=editor)

    assert titles(reader, "night") == []
    assert titles(reader, "proofs") == ["On proofs"]

    published.publish(by=admin, revision=2)

    assert titles(reader, "night") == ["On ink"]
    assert titles(reader, "proofs") == []


def test_unpublishing_takes_the_words_out_at_once(published: Post, admin: User, reader: User) -> None:
    published.unpublish(by=admin)

    assert titles(reader, "proofs") == titles(admin, "proofs") == []
    assert not SearchEntry.objects.exists()


def test_what_is_scheduled_is_found_from_its_second_on(
    submitted: Post, admin: User, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    submitted.schedule(by=admin, revision=1, at=now + timedelta(hours=1))

    assert titles(reader, "proofs") == titles(admin, "proofs") == titles(reader, "tag:craft") == []
    assert not SearchEntry.objects.filter(waits=False).exists()

    monkeypatch.setattr("django.utils.timezone.now", lambda: now + timedelta(hours=1))

    assert titles(reader, "proofs") == titles(reader, "tag:craft") == ["On proofs"]


def test_what_has_ended_is_found_no_longer(
    published: Post, admin: User, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    published.unpublish_later(by=admin, at=now + timedelta(hours=1))

    assert titles(reader, "proofs") == ["On proofs"]

    monkeypatch.setattr("django.utils.timezone.now", lambda: now + timedelta(hours=1))

    assert titles(reader, "proofs") == []


def test_a_snippet_shows_where_a_rare_word_stands_however_often_a_common_one_came_before(
    reader: User, editor: User, admin: User
) -> None:
    publish(editor, admin, "Ink", "The ink is black. " * 100 + "Here ink meets vellum at last. " + "Ink again. " * 100)

    (hit,) = found(reader, "ink vellum").hits

    assert {piece.text.lower() for piece in hit.snippet if piece.is_match} == {"ink", "vellum"}
