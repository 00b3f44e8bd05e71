"""A real Chromium, and a real server as bin/dev starts one."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, expect, sync_playwright

from .person import Person
from .server import Server, running

CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
UNWANTED_FEATURES = [
    # Two pages of Chromium's own for the address bar of each window, though nobody sees it: more work than our page.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # Of several such lists only the last counts, and so Playwright's own is said again.
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
]
CHROMIUM_OPTIONS = [
    "--no-sandbox",  # Needed where the tests run as root, as in containers.
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-features=" + ",".join(UNWANTED_FEATURES),
]
PATIENCE_MS = 60_000

expect.set_options(timeout=PATIENCE_MS)

NewPerson = Callable[..., Person]


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Open for this folder only: while Playwright runs, Django takes this thread for an asynchronous one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright.chromium), args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


def find_chromium(chromium: BrowserType) -> str:
    own = chromium.executable_path
    for candidate in [os.environ.get("CHROMIUM", ""), *CHROMIUM_NAMES, own]:
        if candidate and (found := shutil.which(candidate)):
            return found
    pytest.skip("SKIPPED: no Chromium. Install one, or set CHROMIUM, or run: playwright install chromium")


@pytest.fixture(scope="package")
def known_cookies() -> dict[str, Any]:
    """The cookies of those who have signed in, so that not every test repeats it."""
    return {}


@pytest.fixture
def person(server: Server, browser: Browser, known_cookies: dict[str, Any]) -> Iterator[NewPerson]:
    """Return a function that seats somebody at a browser profile of their own: `person("ada@example.com")`.

    Whatever happens there, it ends with nothing in the console, no request elsewhere and no token in reach.
    """
    everybody: list[Person] = []

    def person(email: str, *, signed_in: bool = False, **options: Any) -> Person:
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        everybody.append(somebody := Person(context, server.url, email))
        if signed_in and email not in known_cookies:
            known_cookies[email] = _cookies_of(person(email))
        if signed_in:
            context.add_cookies(known_cookies[email])
        return somebody

    yield person
    faults = []
    for somebody in everybody:
        somebody.watch.look_for_tokens()
        faults += [f"{somebody.email}: {fault}" for fault in somebody.watch.faults]
        somebody.context.close()
    if faults:
        pytest.fail("\n".join(faults))


def _cookies_of(somebody: Person) -> Any:
    somebody.sign_in()
    return somebody.context.cookies()
