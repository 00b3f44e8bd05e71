"""Whatever the text, the checks answer, and take little beside what rendering it takes."""

import time
from contextlib import suppress

import pytest
from pytest_django import Settings

from blog.checks import Proof
from blog.checks.registry import BUILT_IN
from blog.markup import Busy, Unrenderable, render
from blog.rendering.allowlist import clean
from blog.rendering.answer import answer
from tests.blog.checks.texts import Typed
from tests.blog.pathological import FAMILIES
from tests.blog.test_markup_limits import SAMPLE

pytestmark = pytest.mark.no_database

# No measure of speed: a bound on a hang, generous for a busy machine.
BOUND_SECONDS = 5.0
ORDINARY = (
    "## A heading\n\nOrdinary words with a [link](/posts/one) and `code`, *so* they go on, and another "
    "[link](https://example.org).\n\n- one\n- two\n\n```python\nfor line in lines:\n    print(line)\n```\n\n"
)


@pytest.fixture(autouse=True)
def words_to_avoid(settings: Settings) -> None:
    settings.WORDS_TO_AVOID = ["a", "simply", "at the end of the day", "很好"]


def read(text: Typed) -> float:
    """Run each check on a text, with nothing between it and the test, and return how long they took together."""
    proof = Proof(text, resolves=lambda path: False, image_bytes=lambda address: 10**9)
    begin = time.process_time()
    for check in BUILT_IN:
        for finding in check.find(proof):
            assert finding.message
            assert finding.line is None or 1 <= finding.line <= text.body.count("\n") + 1
    return time.process_time() - begin


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("length", [20_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_a_text_made_to_hang_is_read_in_time(name: str, length: int) -> None:
    body = FAMILIES[name](length)

    assert read(Typed(body, title=body, excerpt=body, html="<p>Not of this text.</p>")) < BOUND_SECONDS


@pytest.mark.parametrize("name", FAMILIES)
def test_and_so_is_one_that_is_all_tags(name: str) -> None:
    text = FAMILIES[name](5_000)

    assert read(Typed(text, html=clean(text) or "<p></p>")) < BOUND_SECONDS


@pytest.mark.parametrize("name", SAMPLE)
def test_and_so_is_what_it_becomes_on_the_page(name: str) -> None:
    body = FAMILIES[name](20_000)
    html = "<p></p>"
    with suppress(Unrenderable, Busy):
        html = render(body) or html

    assert read(Typed(body, html=html)) < BOUND_SECONDS


def test_an_ordinary_text_is_read_in_a_fraction_of_the_time_it_takes_to_render() -> None:
    body = (ORDINARY * 500)[:30_000]
    answer(ORDINARY, time.monotonic() + 30)  # All that it needs is loaded.

    begin = time.process_time()
    html = answer(body, time.monotonic() + 30)["html"]
    rendering = time.process_time() - begin
    reading = min(read(Typed(body, html=html)) for _ in range(3))

    print(f"{reading * 1000:.1f} ms for {len(body):,} characters, rendered in {rendering * 1000:.0f} ms")  # noqa: T201 — for -s.
    assert reading < rendering / 3
