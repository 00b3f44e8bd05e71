"""How fast Galley serves, beside a bare Django view, nginx and another revision. Run by bin/bench speed.

All servers run at once on this machine, and take turns in slices of seconds: what else the machine does meanwhile
hits all of them, so that the ratios of one run are worth more than its times.
"""

import argparse
import json
import os
import random
import signal
import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from benchmarks import figures, machine, processes
from benchmarks.field import Field
from benchmarks.figures import BARE, GALLEY, NGINX, Cell, Figure
from benchmarks.load import Load, find_wrk, is_of_size, press
from benchmarks.pages import Page, Visit, pages
from benchmarks.saves import Saves
from benchmarks.servers import NO_NGINX, Server

MANY = 32
CONNECTIONS = (MANY, 1)
WARMING = 8
LONGEST_SECONDS = 20  # For a page that is so slow that a slice is over before the first answer.
SHORTER_ALONE = 0.5  # One connection alone waits more than it works, and its figures scatter less.
STATIC = ("post, visitor", "home, visitor")
SIGNED_IN, ANONYMOUS = "post, reader", "post, visitor"
WANTED_MICROS, WANTED_QUERIES = 60, 1

Cells = dict[tuple[str, int], Cell]
Visits = dict[str, dict[Page, Visit]]


def main() -> None:
    options = arguments()
    wrk = find_wrk()
    signal.signal(signal.SIGTERM, lambda *told: sys.exit("Stopped."))  # With all that was started.
    say("Preparing: posts, people and servers. This takes a minute or two.")
    with ExitStack() as running:
        field = Field.prepare(Path(os.environ["DATA_DIR"]), running, options.against, options.database)
        chosen = [page for page in pages(field.sites[GALLEY]) if options.only in page.name]
        visits = field.visits(chosen)
        files = {page.name: one.check().body for page, one in visits[GALLEY].items() if page.name in STATIC}
        if files and not field.serve_files(files.values(), running):
            say(NO_NGINX)
        saves = Saves(field.servers[GALLEY].url, field.sites[GALLEY]) if options.only in "save" else None
        cells = measure(wrk, options, field, visits, set(files), saves)
        for visit in (visit for one in visits.values() for visit in one.values()):
            visit.check()  # That nobody was signed out meanwhile.
        for line in ["", *figures.table(cells.values()), ""]:
            say(line)
        found = [*authentication(cells, field, visits[GALLEY]), *(saves.figures() if saves else [])]
        if not options.only:
            found += [*field.memory(), *field.starts()]
    report(options, list(cells.values()), found)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench speed", description=__doc__)
    parser.add_argument("--against", default="", metavar="REV", help="measure this revision of Galley, too")
    parser.add_argument("--database", default="", metavar="URL", help="an empty PostgreSQL, in place of SQLite")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="how long each measure takes")
    parser.add_argument("--quick", action="store_true", help="one round of one second each, to try it")
    parser.add_argument("--only", default="", metavar="TEXT", help="the pages alone whose name has this; or save")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there, too")
    parser.add_argument("--strict", action="store_true", help="fail where a figure that is wanted is missed")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 1
    return options


def measure(
    wrk: str, options: argparse.Namespace, field: Field, visits: Visits, files: set[str], saves: Saves | None
) -> Cells:
    """Give every server its turn with every page, in another order in each round."""
    chosen = list(visits[GALLEY])
    cells: Cells = {
        (page.name, connections): Cell(page.name, connections, page.wanted if connections == MANY else None)
        for page in chosen
        for connections in CONNECTIONS
    }
    for page in chosen:  # So that every worker has had each page once.
        for server, visit in turns_of(page, field, visits, files):
            press(wrk, visit.url, visit.headers, connections=WARMING, seconds=1)
            processes.rest(server.process.pid)
    chance = random.Random(3)  # noqa: S311 — nothing is to be kept secret.
    for number in range(options.rounds):
        order = [(page, connections) for page in chosen for connections in CONNECTIONS]
        chance.shuffle(order)
        for page, connections in order:
            turns = list(turns_of(page, field, visits, files))
            chance.shuffle(turns)
            seconds = options.seconds * (SHORTER_ALONE if connections == 1 else 1)
            loads = {server.name: one_load(wrk, server, visit, connections, seconds) for server, visit in turns}
            cells[page.name, connections].rounds.append(loads)
            said = ", ".join(
                f"{name} {load.per_second:.0f}/s ({load.cpu_micros:.0f} µs)" for name, load in loads.items()
            )
            sys.stderr.write(f"  {page.name}, {connections}: {said}\n")
        if saves:
            saves.round()
        say(f"Round {number + 1} of {options.rounds} is done, at a load of {os.getloadavg()[0]:.1f}")
    return cells


def turns_of(page: Page, field: Field, visits: Visits, files: set[str]) -> Iterator[tuple[Server, Visit]]:
    for name, visited in visits.items():
        yield field.servers[name], visited[page]
    size = visits[GALLEY][page].size
    references = (BARE, NGINX) if page.name in files and NGINX in field.servers else (BARE,)
    for name in references:
        yield field.servers[name], Visit(page, f"{field.servers[name].url}/{size}", size)


def one_load(wrk: str, server: Server, visit: Visit, connections: int, seconds: float) -> Load:
    """Return what came of it. Raises SystemExit where the answers were not as the first."""
    pid = server.process.pid
    before = processes.cpu_seconds(pid)
    load = press(wrk, visit.url, visit.headers, connections=connections, seconds=seconds)
    processes.rest(pid)  # It goes on with what wrk has asked for last, and would do so in the next one's turn.
    spent = processes.cpu_seconds(pid) - before
    if not load.requests and seconds < LONGEST_SECONDS:
        return one_load(wrk, server, visit, connections, LONGEST_SECONDS)
    if load.trouble or not is_of_size(load, visit.size, connections):
        trouble = load.trouble or f"{load.bytes_each:.0f} bytes each, and {visit.size} in the first answer"
        raise SystemExit(f"{visit.page.name}: {visit.url} of {server.name}: {trouble}")
    return replace(load, cpu_micros=spent / (load.requests + connections) * 1e6)


def authentication(cells: Cells, field: Field, visits: dict[Page, Visit]) -> list[Figure]:
    """Return what the server spends on a page for somebody who is signed in over the same page for anybody."""
    by_name = {page.name: visit for page, visit in visits.items()}
    if not {SIGNED_IN, ANONYMOUS} <= set(by_name):
        return []
    micros = [
        one[GALLEY].cpu_micros - other[GALLEY].cpu_micros
        for one, other in zip(cells[SIGNED_IN, MANY].rounds, cells[ANONYMOUS, MANY].rounds, strict=True)
    ]
    asked = {
        name: field.checkouts[GALLEY].run("queries", {"url": by_name[name].url, "headers": by_name[name].headers})
        for name in (SIGNED_IN, ANONYMOUS)
    }
    detail = f"{len(asked[SIGNED_IN])} signed in, {len(asked[ANONYMOUS])} not"
    more = len(asked[SIGNED_IN]) - len(asked[ANONYMOUS])
    return [
        Figure("Authentication, server CPU a request", statistics.median(micros), WANTED_MICROS, "µs"),
        Figure("Authentication, queries a request", more, WANTED_QUERIES, "", detail),
    ]


def report(options: argparse.Namespace, cells: list[Cell], found: list[Figure]) -> None:
    facts = machine.facts()
    for line in [*figures.figures(found), "", *(f"{name}: {fact}" for name, fact in facts.items())]:
        say(line)
    if options.json:
        told = {
            "machine": facts,
            "pages": [cell.as_json() for cell in cells],
            "figures": [one.as_json() for one in found],
        }
        options.json.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    missed = [one.holds for one in cells].count(False) + [one.holds for one in found].count(False)
    if missed and options.strict:
        raise SystemExit(f"{missed} of the figures that are wanted are missed.")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
