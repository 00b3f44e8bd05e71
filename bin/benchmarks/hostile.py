"""What hostile Markdown costs the server and everybody else. Run by bin/bench hostile, with a DATA_DIR of its own.

Each family of tests/blog/pathological.py is saved at full size, by form, and looked at as a proof, on what bin/serve
starts, with the settings of production. Then some people read pages and save small drafts, in turns with and without ten
others who save the worst families as fast as they can, and take no notice of being told that it is too often.
"""

import argparse
import http.client
import multiprocessing
import os
import sqlite3
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

from benchmarks import descope as stand_in
from benchmarks import processes
from benchmarks.checkouts import NO_LIMIT, Checkout
from benchmarks.figures import GALLEY
from benchmarks.pages import SESSION_COOKIE
from benchmarks.saves import value_of
from benchmarks.servers import ROOT, Server

CHARACTERS = int(os.environ.get("CHARACTERS", "100000"))
ONLY = os.environ.get("ONLY", "")  # Words in the names of the families to save; by default, all of them.
ATTACKERS = 10
ROUNDS = 3
ROUND_SECONDS = 30  # It begins with a second in which nobody has saved too often yet.
AUTHORS = 150  # Of the families, in turns: none has had more than their share when it is their turn again.
READERS = 6  # In turns, so that none of them saves more often than one may.
READER_PAUSE_SECONDS = 0.1
SAVE_LIMIT = os.environ.get("SAVE_LIMIT", "300/minute")
WANTED_SECONDS = 1.0
WANTED_RATIO = 2.0
SMALL = (
    "## Notes\n\nA few *ordinary* words with a [link](https://example.org), saved for time {number}.\n\n- one\n- two\n"
)
NUMBERS = count(1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench hostile", description=__doc__)
    parser.add_argument("--others", action="store_true", help="what others notice alone, by a sample of the families")
    parser.add_argument("--attackers", type=int, default=ATTACKERS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    from tests.blog.pathological import FAMILIES

    folder = Path(os.environ["DATA_DIR"])
    worst = [(name, 0.0) for name in list(FAMILIES)[:: len(FAMILIES) // ATTACKERS]]
    descope = stand_in.serve(folder / "descope")
    try:
        checkout = Checkout.make(GALLEY, ROOT, folder, stand_in.settings_for_sites(descope))
        people = READERS + options.attackers + (0 if options.others else AUTHORS)
        desks = checkout.seed(stand_in.tokens_of_editors(people), "desks")
        if not options.others:
            authors = desks[READERS + options.attackers :]
            with served(checkout, NO_LIMIT) as server:
                worst = print_families([Writer(server.url, **desk) for desk in authors], server, checkout)
        with served(checkout, SAVE_LIMIT) as server:
            writers = [Writer(server.url, **desk) for desk in desks[: READERS + options.attackers]]
            readers, attackers = writers[:READERS], writers[READERS:]
            ratio = print_others(readers, attackers, [name for name, _ in worst], options.rounds)
    finally:
        descope.stop()
    late = [name for name, seconds in worst if seconds > WANTED_SECONDS]
    if late or ratio > WANTED_RATIO:
        raise SystemExit(1)


@contextmanager
def served(checkout: Checkout, save_limit: str) -> Iterator[Server]:
    checkout.env["SAVE_LIMIT"] = save_limit
    server = checkout.serve()
    try:
        server.wait_for("/healthz")
        yield server
    finally:
        server.stop()


@dataclass
class Writer:
    """An editor with one draft open, as their browser holds it."""

    url: str
    draft: int
    key: str
    fields: dict[str, str] = field(default_factory=dict)
    was_taken: bool = True

    def __post_init__(self) -> None:
        self.path = f"/desk/posts/{self.draft}/edit"
        self.cookies = f"{SESSION_COOKIE}={self.key}"
        _, headers, page = self.call("GET", self.path)
        self.cookies += "; " + headers.get("set-cookie", "").partition(";")[0]
        self.fields = {name: value_of(name, page) for name in ("csrfmiddlewaretoken", "version", "title")}

    def save(self, body: str) -> float:
        """Save the draft with these words and return how many seconds it took."""
        return self.send(quote_plus(body))

    def send(self, quoted: str) -> float:
        """Save words that are written as in a form."""
        form = f"{urlencode(self.fields)}&body={quoted}"
        started = time.perf_counter()
        status, headers, page = self.call("POST", self.path, form)
        seconds = time.perf_counter() - started
        self.was_taken = status not in (422, 429)  # NULs and nothing but spaces are refused by the form.
        if self.was_taken and (status, headers.get("location")) != (302, self.path):
            raise SystemExit(f"A save is answered {status}:\n{page[:2000]}")
        self.fields["version"] = str(int(self.fields["version"]) + self.was_taken)
        return seconds

    def read(self, path: str) -> float:
        started = time.perf_counter()
        status, _, _ = self.call("GET", path)
        if status != 200:
            raise SystemExit(f"{path} is answered {status}")
        return time.perf_counter() - started

    def call(self, method: str, path: str, form: str | None = None) -> tuple[int, dict[str, str], str]:
        headers = {"Cookie": self.cookies, "Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection(self.url.partition("//")[2], timeout=60)
        try:
            connection.request(method, path, body=form, headers=headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        finally:
            connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, page


def print_families(authors: list[Writer], server: Server, checkout: Checkout) -> list[tuple[str, float]]:
    """Save each family and look at it, print what that took, and return the slowest to save, the worst first."""
    from tests.blog.pathological import FAMILIES

    families = {name: family for name, family in FAMILIES.items() if ONLY in name}
    say(f"{len(families)} families of {CHARACTERS:,} characters", "save s", "CPU s", "proof s", "outcome")
    for _ in range(4):
        authors[0].save(SMALL.format(number=next(NUMBERS)))  # The first ones start the processes that render.
    took: list[tuple[str, float, float, float, str]] = []
    for attacker, (name, family) in zip(cycle(authors), families.items(), strict=False):
        used = processes.cpu_seconds(server.process.pid)
        seconds = attacker.save(family(CHARACTERS)[:CHARACTERS])
        proof_seconds = attacker.read(f"/desk/posts/{attacker.draft}")
        used = processes.cpu_seconds(server.process.pid) - used
        outcome = outcome_of(attacker.draft, checkout) if attacker.was_taken else "refused: by the form"
        took.append((name, seconds, used, proof_seconds, outcome))
        attacker.save(SMALL.format(number=next(NUMBERS)))
    took.sort(key=lambda one: one[1], reverse=True)
    for name, seconds, used, proof, outcome in took:
        say(f"  {name}", f"{seconds:.2f}", f"{used:.2f}", f"{proof:.2f}", outcome)
    saves, proofs = [one[1] for one in took], [one[3] for one in took]
    say(f"wanted: each saved within {WANTED_SECONDS:.0f} s; slowest", f"{max(saves):.2f}", "", f"{max(proofs):.2f}")
    say(", ".join(f"{number} {kind}" for kind, number in Counter(one[4].partition(":")[0] for one in took).items()))
    return [(name, seconds) for name, seconds, *_ in took[:ATTACKERS]]


def outcome_of(draft: int, checkout: Checkout) -> str:
    with closing(sqlite3.connect(checkout.folder / "galley.sqlite3")) as database:
        question = "SELECT html_version = version, problem, problem_line FROM blog_post WHERE id = ?"
        is_rendered, problem, line = database.execute(question, [draft]).fetchone()
    if not is_rendered:
        return "busy: to be tried again"
    return f"refused: line {line}, {problem}" if problem else "rendered"


def print_others(readers: list[Writer], attackers: list[Writer], names: list[str], rounds: int) -> float:
    """Print what pages and small saves take with and without the attack, and return the worst ratio of p95s."""
    from tests.blog.pathological import FAMILIES

    texts = [quote_plus(FAMILIES[name](CHARACTERS)[: CHARACTERS - 20]) for name in names]
    peace: dict[str, list[float]] = {}
    attack: dict[str, list[float]] = {}
    saved = refused = 0
    visit(readers, {})  # The first ones make pages that are kept, and start the processes that render.
    for _ in range(rounds):
        visit(readers, peace)
        # In a process of their own: what it costs to attack is nothing that others wait for.
        fork = multiprocessing.get_context("fork")
        over, told = fork.Event(), fork.SimpleQueue()
        process = fork.Process(target=attack_with, args=(attackers, texts, over, told))
        process.start()
        visit(readers, attack)
        over.set()
        for one, (version, times) in zip(attackers, told.get(), strict=True):
            saved += int(version) - int(one.fields["version"])
            refused += times
            one.fields["version"] = version
        process.join()
    say(
        f"\nothers, while {len(attackers)} save the worst ({saved} saves, {refused} refused)",
        "p50 ms",
        "p95 ms",
        "p50 now",
        "p95 now",
        "ratio",
    )
    ratios = []
    for what in peace:
        before, now = (points(times[what]) for times in (peace, attack))
        ratios.append(now[1] / before[1])
        say(f"  {what}", *(f"{ms:.1f}" for ms in (*before, *now)), f"{ratios[-1]:.2f}")
    say(f"wanted: p95 at most {WANTED_RATIO:.0f} times what it is in peace")
    return max(ratios)


def visit(readers: list[Writer], times: dict[str, list[float]]) -> None:
    """Read pages and save small drafts, again and again."""
    until = time.monotonic() + ROUND_SECONDS
    for reader in cycle(readers):
        if time.monotonic() > until:
            return
        time.sleep(READER_PAUSE_SECONDS)
        times.setdefault("front page", []).append(reader.read("/"))
        times.setdefault("desk", []).append(reader.read("/desk"))
        times.setdefault("small save", []).append(reader.save(SMALL.format(number=next(NUMBERS))))
        times.setdefault("proof", []).append(reader.read(f"/desk/posts/{reader.draft}"))


def attack_with(attackers: list[Writer], texts: list[str], over: Any, told: Any) -> None:
    """Save as fast as it goes until it is over, and tell the version and the refusals of each."""

    def attack(attacker: Writer) -> int:
        refused = 0
        for text in cycle(texts):
            if over.is_set():
                break
            attacker.send(f"{text}{next(NUMBERS)}")
            refused += not attacker.was_taken
        return refused

    with ThreadPoolExecutor(len(attackers)) as threads:
        refused = list(threads.map(attack, attackers))
    told.put([(one.fields["version"], times) for one, times in zip(attackers, refused, strict=True)])


def points(seconds: list[float]) -> tuple[float, float]:
    return statistics.median(seconds) * 1000, statistics.quantiles(seconds, n=20)[-1] * 1000


def say(what: str, *figures: str) -> None:
    sys.stdout.write(
        f"{what:48}"
        + "".join(f"{figure:>9}" for figure in figures[:3])
        + "".join(f"  {text:>7}" for text in figures[3:])
        + "\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
