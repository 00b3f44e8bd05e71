from typing import Any

import pytest
from django.test import Client

from accounts.background import start  # The real one: tests of requests have one that waits.
from observability import request_ids
from tests.config.test_broken import broken_site

__all__ = ["broken_site"]


def test_each_answer_has_a_number_of_its_own(client: Client) -> None:
    numbers = {client.get("/robots.txt")["X-Request-Id"] for _ in range(3)}

    assert len(numbers) == 3
    assert all(len(number) == 16 for number in numbers)


@pytest.mark.parametrize("offered", ["1f0c0f6e-7a53-4c7e-9d7b-0d8f5a1f9a11", "req=abc/123+x:y"])
def test_the_proxys_number_is_taken(offered: str, client: Client, settings: Any) -> None:
    settings.BEHIND_PROXY = True

    assert client.get("/robots.txt", headers={"X-Request-Id": offered})["X-Request-Id"] == offered


@pytest.mark.parametrize(
    "offered", ["short", "x" * 65, 'quote"quote"quote', "line\nline line", "<script>alert", "ümlaut-ümlaut"]
)
def test_a_number_that_is_none_is_replaced(offered: str, client: Client, settings: Any) -> None:
    settings.BEHIND_PROXY = True

    assert client.get("/robots.txt", headers={"X-Request-Id": offered})["X-Request-Id"] != offered


def test_a_strangers_number_is_not_taken(client: Client) -> None:
    offered = "1f0c0f6e-7a53-4c7e-9d7b-0d8f5a1f9a11"

    assert client.get("/robots.txt", headers={"X-Request-Id": offered})["X-Request-Id"] != offered


def test_who_meets_a_bug_is_told_the_number(broken_site: Client) -> None:
    page = broken_site.post("/write", {"title": "On proofs", "body": "An hour of work."})

    assert page.status_code == 500
    assert f"<code>{page['X-Request-Id']}</code>" in page.content.decode()


def test_a_program_that_meets_a_bug_is_told_the_number(broken_site: Client) -> None:
    answer = broken_site.post("/write", {"title": "On proofs", "body": "x"}, headers={"Accept": "application/json"})

    assert answer.status_code == 500
    assert answer.json()["request_id"] == answer["X-Request-Id"]


def test_work_in_the_background_is_part_of_the_request_that_began_it() -> None:
    seen: list[str] = []

    def note() -> None:
        seen.append(request_ids.current())

    with request_ids.within("of-the-request"):
        begun = start(note)
    begun.result(timeout=60)

    assert seen == ["of-the-request"]
