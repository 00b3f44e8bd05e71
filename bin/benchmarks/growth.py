"""What a page costs among 100, 1,000, 10,000 and 100,000 posts. Run by bin/bench growth.

Each size is a site of its own with a process of its own, in which requests go from the middleware to the finished page.
One request at a time is asked of one size after the other, so that whatever else the machine does meets all alike. The
pages are Django's own: none of them comes out of a cache of pages. CPU is that of the process and, on Linux, of the
process of PostgreSQL that answers it.

    bin/bench growth [--posts 100,1000,10000] [--keep FOLDER] [--rounds 15] [--only PAGES]

`--keep` is a folder where the sites stay, to be measured again. PostgreSQL is measured where one answers at
BENCH_POSTGRESQL (postgres://postgres@127.0.0.1:5432).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SIZES = (100, 1_000, 10_000, 100_000)
REFERENCE = 1_000
MOST_GROWTH = 1.3
SERVER = os.environ.get("BENCH_POSTGRESQL", "postgres://postgres@127.0.0.1:5432")


@dataclass
class Figures:
    """What the requests for one page took, in milliseconds, and how many statements one of them was."""

    cpu: list[float] = field(default_factory=list)
    clock: list[float] = field(default_factory=list)
    queries: int = 0

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.clock, n=20)[-1] if len(self.clock) > 1 else self.clock[0]


class Site:
    """A process with a site of so many posts."""

    def __init__(self, vendor: str, posts: int, folder: Path) -> None:
        self.vendor, self.posts, self.folder = vendor, posts, folder
        folder.mkdir(parents=True, exist_ok=True)
        environment = os.environ | {"DATA_DIR": str(folder)}
        if vendor == "postgresql":
            environment["DATABASE_URL"] = f"{SERVER}/{database_of(posts)}"
            # What a second process of PostgreSQL does for a statement would not be counted.
            environment["PGOPTIONS"] = "-c max_parallel_workers_per_gather=0"
        command = [sys.executable, "-m", "benchmarks.growth_site", str(posts)]
        self.process = subprocess.Popen(  # noqa: S603 — ours.
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pages: list[str] = self.ask("pages")

    def ask(self, *words: str) -> Any:
        assert self.process.stdin is not None  # noqa: S101 — both are pipes; this tells the type checker.
        assert self.process.stdout is not None  # noqa: S101
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"The site of {self.posts:,} posts on {self.vendor} has ended.")
        return json.loads(answer)

    def end(self) -> None:
        self.process.stdin and self.process.stdin.close()
        self.process.wait()


def main() -> None:
    options = argparse.ArgumentParser(prog="bin/bench growth")
    options.add_argument("--posts", default=",".join(map(str, SIZES)))
    options.add_argument("--keep", type=Path)
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--only", default="", help="pages, by parts of their names, with commas between")
    options.add_argument("--databases", default="sqlite,postgresql")
    asked = options.parse_args()
    sizes = [int(size) for size in asked.posts.split(",")]
    with tempfile.TemporaryDirectory() as passing:
        folder = asked.keep or Path(passing)
        for vendor in asked.databases.split(","):
            if vendor == "postgresql" and not is_there():
                say(f"No PostgreSQL answers at {SERVER}: not measured.")
                continue
            measure(vendor, sizes, folder, asked.rounds, asked.only)
            if vendor == "postgresql" and not asked.keep:
                for size in sizes:
                    psql(f"DROP DATABASE {database_of(size)}")


def measure(vendor: str, sizes: list[int], folder: Path, rounds: int, only: str) -> None:
    if vendor == "postgresql":
        for size in sizes:
            psql(f"CREATE DATABASE {database_of(size)}", may_fail=True)
    sites = [Site(vendor, size, folder / f"{vendor}-{size}") for size in sizes]
    pages = [page for page in sites[-1].pages if not only or any(part in page for part in only.split(","))]
    found: dict[tuple[str, int], Figures] = defaultdict(Figures)
    try:
        for turn in range(rounds + 1):
            for page in pages:
                for site in sites:
                    if page in site.pages:
                        took = site.ask("get", page)
                        if turn:  # The first round warms up.
                            one = found[page, site.posts]
                            one.cpu.append(took["cpu"])
                            one.clock.append(took["clock"])
                            one.queries = took["queries"]
    finally:
        for site in sites:
            site.end()
    print_table(vendor, sizes, pages, found)


def print_table(vendor: str, sizes: list[int], pages: list[str], found: dict[tuple[str, int], Figures]) -> None:
    heads = "".join(f"{f'{size:,}':>10}" for size in sizes)
    say(f"\n{vendor}: CPU ms, median; clock ms, p95, of the most posts; statements; growth of CPU and of the clock")
    say(f"{'':34}{heads}{'p95':>10}{'stat.':>7}{'CPU':>8}{'clock':>8}")
    for page in pages:
        cells = [found.get((page, size)) for size in sizes]
        cpu = "".join(f"{statistics.median(one.cpu):10.2f}" if one else f"{'–':>10}" for one in cells)
        last, reference = cells[-1], found.get((page, REFERENCE))
        growth, clock = growth_of(last, reference) if last and reference else (0.0, 0.0)
        mark = " !" if growth > MOST_GROWTH else ""
        rest = f"{last.p95:10.2f}{last.queries:7d}{growth:8.2f}{clock:8.2f}{mark}" if last else ""
        say(f"{page:34}{cpu}{rest}")


def growth_of(last: Figures, reference: Figures) -> tuple[float, float]:
    """Return how much more it takes, by CPU and by the clock."""
    median = statistics.median
    return median(last.cpu) / median(reference.cpu), median(last.clock) / median(reference.clock)


def database_of(posts: int) -> str:
    return f"growth_bench_{posts}"


def is_there() -> bool:
    return psql("SELECT 1", may_fail=True)


def psql(statement: str, *, may_fail: bool = False) -> bool:
    """Have PostgreSQL do something. Returns whether it did."""
    import psycopg

    try:
        with psycopg.connect(f"{SERVER}/postgres", autocommit=True, connect_timeout=2) as connection:
            connection.execute(statement.encode())
    except psycopg.Error:
        if may_fail:
            return False
        raise
    return True


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    started = time.monotonic()
    main()
    say(f"It took {time.monotonic() - started:.0f} s.")
