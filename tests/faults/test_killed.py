"""Writers save on and on while the site is killed under them: whatever they were told is saved is there afterwards."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.server import Server
from tests.tables import POSTGRESQL

from .browser import signed_in
from .site import Site, end_connections, served
from .writers import Saving, check_whole, lost

pytestmark = pytest.mark.servers

WRITERS = 4


def kill_all(site: Site) -> None:
    site.kill()
    site.start()


def kill_one_worker(site: Site) -> None:
    site.kill_a_worker()


KILLS = [kill_all, kill_one_worker, *([end_connections] if POSTGRESQL else [])]


@pytest.mark.parametrize(("saves", "kills"), [(60, 3), pytest.param(1000, 10, marks=pytest.mark.long)])
def test_no_acknowledged_save_is_lost(
    saves: int, kills: int, tmp_path: Path, descope: Server, tell: Callable[[str], None]
) -> None:
    with served(tmp_path / "site", descope) as site:
        saving, seconds = Saving(signed_in(site, "ed@example.com"), WRITERS), []
        with saving.going_on():
            for number in range(kills):
                saving.wait_for(saves * (number + 1) // (kills + 1))
                killed_at = time.monotonic()
                KILLS[number % len(KILLS)](site)
                site.wait_until_served()
                seconds.append(time.monotonic() - killed_at)
            saving.wait_for(saves)

        gone = lost(site, saving)
        until_served = ", ".join(f"{one:.1f}" for one in seconds)
        tell(f"{saving.figures}, {len(gone)} lost, {kills} kills, served again after {until_served} s")
        assert gone == []
        check_whole(site)
        site.stop()
        assert "Traceback" not in site.log
