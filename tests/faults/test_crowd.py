"""Many at once, at four processes on one database."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from .browser import Answer, Browser, another, is_of_descope, program_of, signed_in, tokens_of
from .crowd import all_at_once
from .posts import key_of, published, submitted, written
from .site import Site

pytestmark = pytest.mark.servers

SAVERS = 20


@pytest.mark.parametrize(("requests", "rounds"), [(100, 1), pytest.param(300, 3, marks=pytest.mark.long)])
def test_mixed_requests_at_once_are_all_answered(
    requests: int, rounds: int, site: Site, tell: Callable[[str], None]
) -> None:
    author, admin = signed_in(site, "ed@example.com"), signed_in(site, "ada@example.com")
    program = program_of(site, "ed@example.com")
    post_id = published(author, admin, f"In a crowd of {requests}", "A word to be found: sonderling.")
    answers: list[Answer] = []
    for number in range(rounds):
        answers += all_at_once(mixture(site, author, admin, program, post_id, f"{requests}-{number}", requests))
    statuses = Counter("slow Descope" if is_of_descope(answer) else answer.status for answer in answers)
    tell(f"{sum(statuses.values())} requests, {dict(sorted(statuses.items(), key=str))}")

    why = [line for line in site.log.splitlines() if "Answered 503" in line]
    assert not [answer for answer in answers if answer.status >= 500 and not is_of_descope(answer)], why
    assert sum(statuses.values()) == requests * rounds
    assert "locked" not in site.log


def mixture(
    site: Site, author: Browser, admin: Browser, program: Browser, post_id: int, mark: str, requests: int
) -> list[Callable[[], Answer]]:
    """Return calls of every kind, each on a connection of its own: half of them read, half write."""
    calls: list[Callable[[], Answer]] = []
    reading = ["/", "/feeds/rss.xml", "/search?q=sonderling", "/archive", "/sitemap.xml", "/api/posts/retrieve"]
    for number in range(requests // 10):
        title = f"Mixed {mark} {number}"
        drafted, waiting = written(author, f"{title} draft"), submitted(author, f"{title} waits")
        tokens = tokens_of(site.descope, "rita@example.com")
        edit = {"title": f"{title} edited", "body": "Other words.", "version": "1"}
        create = {"title": f"{title} by a program", "content": "Words."}
        calls += [
            partial(another(author).get, reading[number % len(reading)]),
            partial(Browser(site).get, reading[(number + 1) % len(reading)]),
            partial(another(author).get, "/desk"),
            partial(another(author).get, f"/posts/{post_id}"),
            partial(another(author).post, f"/desk/posts/{drafted}/edit", **edit),
            partial(another(author).post, "/write", title=title, body="Words.", write_key=key_of(title), then="submit"),
            partial(another(admin).post, f"/desk/posts/{waiting}/publish", revision="1"),
            partial(another(admin).send, "PUT", "/api/posts/toggleStatus", {"postId": post_id}),
            partial(another(program).send, "POST", "/api/posts/create", create),
            partial(Browser(site).send, "POST", "/auth/session", tokens),
        ]
    return calls


@pytest.mark.parametrize("rounds", [1, pytest.param(10, marks=pytest.mark.long)])
def test_of_twenty_who_save_one_version_one_wins_and_nobody_loses_a_word(
    rounds: int, site: Site, tell: Callable[[str], None]
) -> None:
    author = signed_in(site, "ed@example.com")
    statuses: Counter[int] = Counter()
    for round_number in range(rounds):
        post_id = written(author, f"Contested {rounds} {round_number}")
        texts = [f"Words of writer {number}, who wrote for an hour." for number in range(SAVERS)]
        calls = [
            partial(another(author).post, f"/desk/posts/{post_id}/edit", title="Contested", body=words, version="1")
            for words in texts
        ]
        answers = all_at_once(calls)
        statuses.update(answer.status for answer in answers)

        version, kept = author.version_of(post_id)
        assert Counter(answer.status for answer in answers) == {302: 1, 409: SAVERS - 1}
        assert (version, [words for words, answer in zip(texts, answers, strict=True) if answer.status == 302]) == (
            2,
            [kept],
        )
        assert all(words in answer.text for words, answer in zip(texts, answers, strict=True) if answer.status == 409)
    tell(f"{sum(statuses.values())} saves, {dict(sorted(statuses.items()))}")
