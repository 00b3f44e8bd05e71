from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.server import Server

from .browser import close_all
from .site import Site, served, stand_in


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what was counted, whichever process counted it."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, figures in getattr(report, "user_properties", []):
                if name == "figures":
                    terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {figures}")


@pytest.fixture(scope="package")
def descope(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with stand_in(tmp_path_factory.mktemp("descope")) as server:
        yield server


@pytest.fixture(autouse=True)
def _leave_nothing_open() -> Iterator[None]:
    yield
    close_all()


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Return a function that has figures printed at the end of the run."""
    return lambda figures: request.node.user_properties.append(("figures", figures))


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory, descope: Server) -> Iterator[Site]:
    """A site of four processes, with whatever other tests have left there."""
    with served(tmp_path_factory.mktemp("sites") / "crowded", descope, workers=4) as site:
        yield site
        site.stop()
        log = site.log
    assert "Traceback" not in log, log[log.index("Traceback") :][:5000]
