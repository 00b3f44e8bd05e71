"""Everything that takes part in one run: the sites with their posts, and the servers. Used by bin/bench speed."""

import statistics
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import descope as stand_in
from benchmarks import processes
from benchmarks.auth import free_port
from benchmarks.checkouts import Checkout, taken_out
from benchmarks.figures import AGAINST, BARE, GALLEY, NGINX, Figure
from benchmarks.pages import Page, Visit
from benchmarks.servers import ROOT, Bare, Server, nginx

STARTS = 5
WANTED_MEMORY, WANTED_START = 1.6, 3
MEGABYTE = 1024**2


@dataclass
class Field:
    checkouts: dict[str, Checkout]
    sites: dict[str, dict[str, Any]]
    servers: dict[str, Server]
    bare: Bare
    folder: Path

    @classmethod
    def prepare(cls, folder: Path, running: ExitStack, against: str = "", database_url: str = "") -> "Field":
        """Fill the sites and start the servers; `running` stops them. The database is to be empty."""
        descope = stand_in.serve(folder / "descope")
        running.callback(descope.stop)
        identity = stand_in.settings_for_sites(descope)
        checkouts = {GALLEY: Checkout.make(GALLEY, ROOT, folder, identity, database_url)}
        if against:
            root = taken_out(against, folder / "revision")
            checkouts[AGAINST] = Checkout.make(AGAINST, root, folder, identity)
        with ThreadPoolExecutor() as pool:  # Each works in a process of its own.
            seeding = {name: pool.submit(one.seed, stand_in.tokens()) for name, one in checkouts.items()}
        sites = {name: seeded.result() for name, seeded in seeding.items()}
        field = cls(checkouts, sites, {}, Bare.make(folder), folder)
        field._start(running)
        return field

    def _start(self, running: ExitStack) -> None:
        self._add(BARE, self.bare.serve(), "/100", running)
        for name, checkout in self.checkouts.items():
            self._add(name, checkout.serve(), "/", running)

    def _add(self, name: str, server: Server, path: str, running: ExitStack) -> None:
        self.servers[name] = server
        running.callback(server.stop)
        server.wait_for(path)

    def serve_files(self, files: Iterable[bytes], running: ExitStack) -> bool:
        """Let nginx serve these, each under its length. Returns whether there is one."""
        by_name = {str(len(content)): content for content in files}
        server = nginx(self.folder, by_name)
        if server is not None:
            self._add(NGINX, server, f"/{next(iter(by_name))}", running)
        return server is not None

    def visits(self, pages: Iterable[Page]) -> dict[str, dict[Page, Visit]]:
        """Ask each site for each page once, and return how to ask again."""
        pages = list(pages)
        return {
            name: {page: Visit.of(page, self.servers[name].url, self.sites[name]["keys"]) for page in pages}
            for name in self.checkouts
        }

    def memory(self) -> list[Figure]:
        """Return what the servers hold after all they have served."""
        if not processes.is_told():
            return []
        used = {name: processes.pss_bytes(self.servers[name].process.pid) for name in self.servers}
        detail = ", ".join(f"{name} {size / MEGABYTE:.0f} MB" for name, size in used.items())
        return [Figure("Memory (PSS, whole tree), to bare", used[GALLEY] / used[BARE], WANTED_MEMORY, "", detail)]

    def starts(self, times: int = STARTS) -> list[Figure]:
        """Return how long it takes from the start of a process to its first page."""
        ours, bare = [], []
        for _ in range(times):
            bare.append(_start_seconds(self.bare, "/100"))
            ours.append(_start_seconds(self.checkouts[GALLEY], "/"))
        ratio = statistics.median(one / other for one, other in zip(ours, bare, strict=True))
        detail = f"galley {statistics.median(ours):.2f} s, bare {statistics.median(bare):.2f} s"
        return [Figure("Start to first 200, to bare", ratio, WANTED_START, "", detail)]


def _start_seconds(application: Checkout | Bare, path: str) -> float:
    started = time.monotonic()
    server = application.serve(free_port())
    try:
        server.wait_for(path)
        return time.monotonic() - started
    finally:
        server.stop()
