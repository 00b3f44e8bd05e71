"""Many requests of one session at the moment its token expires, over two processes on one database."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .processes import call, let_tokens_expire, one_process, refreshes, sign_in, twin_of, wait_until

pytestmark = pytest.mark.no_database

REQUESTS = 20


def test_one_of_many_requests_refreshes_and_all_go_on(tmp_path: Path) -> None:
    with one_process(tmp_path) as first, twin_of(first) as (second, _):
        cookie = sign_in(first, "rita@example.com")
        assert call(first, "GET", "/account", cookie).status == 200
        before = refreshes(first)
        let_tokens_expire(first)

        with ThreadPoolExecutor(REQUESTS) as browser:
            calls = [browser.submit(call, (first, second)[n % 2], "GET", "/account", cookie) for n in range(REQUESTS)]
            statuses = [call.result().status for call in calls]
        wait_until(lambda: refreshes(first) > before, "nobody refreshed")  # On a slow machine that outlasts them all.

        assert statuses == [200] * REQUESTS
        assert refreshes(first) - before == 1
