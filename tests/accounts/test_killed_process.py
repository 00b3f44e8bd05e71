"""A process that is killed while Descope refreshes a session for it, and the one that takes over."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browser.server import Server

from .processes import call, change_sandbox, let_tokens_expire, one_process, refreshes, sign_in, twin_of, wait_until

pytestmark = pytest.mark.no_database

LEASE_SECONDS = 5
SLOW_SECONDS = 5


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with one_process(tmp_path_factory.mktemp("killed")) as server:
        yield server


@pytest.fixture(autouse=True)
def well(first: Server) -> None:
    """Let a test that failed while Descope was slow leave no mark on the next."""
    change_sandbox(first, slowSeconds=0, fault="")


def is_leased(server: Server) -> bool:
    leases = "SELECT count(*) FROM accounts_session WHERE refresh_leased_until IS NOT NULL AND ended_at IS NULL"
    return bool(server.value("galley", leases))


def kill_in_mid_refresh(
    first: Server, second: Server, process_id: int, cookie: dict[str, str], *, fault: str = ""
) -> None:
    """Let the second process ask for a refresh that takes long, and kill it on the way."""
    let_tokens_expire(first)
    call(second, "GET", "/account", cookie)  # So that it has the signing keys and asks for nothing else.
    change_sandbox(first, slowSeconds=SLOW_SECONDS, fault=fault)
    let_tokens_expire(first)
    with ThreadPoolExecutor(1) as browser:
        asking = browser.submit(call, second, "GET", "/account", cookie)

        def is_asked() -> bool:
            nonlocal asking
            if asking.done():  # On a busy machine Descope may just have been taken for down.
                asking = browser.submit(call, second, "GET", "/account", cookie)
            return is_leased(first)

        wait_until(is_asked, "nobody refreshed")
        time.sleep(SLOW_SECONDS / 2)  # So that the call is under way, and not yet answered.
        os.kill(process_id, signal.SIGKILL)
        asking.exception()  # Or the page, if its patience was over before.
    assert is_leased(first)
    change_sandbox(first, slowSeconds=0, fault="")


def test_where_descope_never_came_to_it_another_process_takes_over(first: Server) -> None:
    with twin_of(first) as (second, process):
        cookie = sign_in(first, "rita@example.com")
        kill_in_mid_refresh(first, second, process.pid, cookie, fault="down")
        before = refreshes(first)

        soon = call(first, "GET", "/account", cookie)
        wait_until(
            lambda: call(first, "GET", "/account", cookie).status == 200 and refreshes(first) > before, "no lease"
        )

        assert (soon.status, soon.seconds < LEASE_SECONDS) == (
            200,
            True,
        )  # In its grace, while the dead one holds the lease.
        assert refreshes(first) - before == 1


def test_where_descope_rotated_and_nobody_heard_of_it_the_next_call_is_taken_for_a_parallel_one(first: Server) -> None:
    with twin_of(first) as (second, process):
        change_sandbox(first, reuseGraceSeconds=60)
        cookie = sign_in(first, "rita@example.com")
        kill_in_mid_refresh(first, second, process.pid, cookie)
        before = refreshes(first)
        wait_until(lambda: refreshes(first) - before == 1, "it never rotated")

        wait_until(
            lambda: call(first, "GET", "/account", cookie).status == 200 and refreshes(first) > before + 1, "no lease"
        )

        assert refreshes(first) - before == 2
        let_tokens_expire(first)
        assert call(first, "GET", "/account", cookie).status == 200
        assert refreshes(first) - before == 3


def test_once_that_grace_of_descopes_is_over_the_person_signs_in_again(first: Server) -> None:
    with twin_of(first) as (second, process):
        change_sandbox(first, reuseGraceSeconds=1)
        cookie = sign_in(first, "rita@example.com")
        kill_in_mid_refresh(first, second, process.pid, cookie)
        before = refreshes(first)
        wait_until(lambda: refreshes(first) - before == 1, "it never rotated")
        time.sleep(LEASE_SECONDS)

        answer = call(first, "GET", "/account", cookie)

        assert (answer.status, answer.location) == (302, "/sign-in?next=%2Faccount")
        assert call(first, "GET", "/account", sign_in(first, "rita@example.com")).status == 200


def test_an_answer_slower_than_any_request_waits_signs_nobody_out(first: Server) -> None:
    with twin_of(first) as (second, _):
        change_sandbox(first, reuseGraceSeconds=0)
        cookie = sign_in(first, "rita@example.com")
        let_tokens_expire(first)
        for server in (first, second):
            call(server, "GET", "/account", cookie)  # So that both have the signing keys.
        before = refreshes(first)
        change_sandbox(first, slowSeconds=2 * SLOW_SECONDS)
        let_tokens_expire(first)

        answers = [call(server, "GET", "/account", cookie) for server in (first, second, first, second)]
        wait_until(lambda: refreshes(first) > before, "the refresh never ended")
        change_sandbox(first, slowSeconds=0)

        assert [answer.status for answer in answers] == [200] * 4
        assert max(answer.seconds for answer in answers) < 2 * SLOW_SECONDS
        assert sum(answer.seconds > 2 for answer in answers) <= 2  # One slow request in each process.
        assert refreshes(first) - before == 1
        assert call(second, "GET", "/account", cookie).status == 200
        assert refreshes(first) - before == 1
