"""What came of measuring: medians over rounds, ratios within each, and what was wanted. Used by bin/bench speed."""

import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from benchmarks.load import Load

GALLEY, BARE, NGINX, AGAINST = "galley", "bare", "nginx", "against"


@dataclass
class Cell:
    """One page at one number of connections: a load of each server in each round."""

    page: str
    connections: int
    wanted: float | None = None  # The least ratio to the bare view.
    rounds: list[dict[str, Load]] = field(default_factory=list)

    @property
    def servers(self) -> list[str]:
        return [name for name in (GALLEY, BARE, NGINX, AGAINST) if name in self.rounds[0]]

    def per_second(self, server: str) -> float:
        return statistics.median(loads[server].per_second for loads in self.rounds)

    def p50(self, server: str) -> float:
        return statistics.median(loads[server].p50 for loads in self.rounds)

    def p99(self, server: str) -> float:
        return statistics.median(loads[server].p99 for loads in self.rounds)

    def cpu_micros(self, server: str) -> float:
        return statistics.median(loads[server].cpu_micros for loads in self.rounds)

    def ratio(self, server: str) -> float:
        """Return how many times as many requests Galley answers: the median of what it was in each round."""
        return statistics.median(loads[GALLEY].per_second / loads[server].per_second for loads in self.rounds)

    def cpu_ratio(self, server: str) -> float:
        """Return how many times as much CPU the other spends on a request, which a busy machine hardly changes."""
        return statistics.median(
            loads[server].cpu_micros / loads[GALLEY].cpu_micros if loads[GALLEY].cpu_micros else 0.0
            for loads in self.rounds
        )

    @property
    def holds(self) -> bool | None:
        return None if self.wanted is None else self.ratio(BARE) >= self.wanted

    def as_json(self) -> dict[str, object]:
        return {
            "page": self.page,
            "connections": self.connections,
            "wanted": self.wanted,
            "holds": self.holds,
            "ratios": {name: self.ratio(name) for name in self.servers if name != GALLEY},
            "cpu_ratios": {name: self.cpu_ratio(name) for name in self.servers if name != GALLEY},
            "servers": {name: self._server(name) for name in self.servers},
        }

    def _server(self, name: str) -> dict[str, object]:
        return {
            "requests_per_second": self.per_second(name),
            "p50_ms": self.p50(name) * 1e3,
            "p99_ms": self.p99(name) * 1e3,
            "cpu_micros_per_request": self.cpu_micros(name),
            "rounds": [loads[name].per_second for loads in self.rounds],
        }


@dataclass(frozen=True)
class Figure:
    """Something that is measured once, and is wanted to be at most so much."""

    what: str
    measured: float
    wanted: float | None = None
    unit: str = ""
    detail: str = ""

    @property
    def holds(self) -> bool | None:
        return None if self.wanted is None else self.measured <= self.wanted

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "holds": self.holds}


def mark(holds: bool | None) -> str:
    return {None: "", True: "holds", False: "MISSED"}[holds]


def table(cells: Iterable[Cell]) -> list[str]:
    """Return the lines of the table, the pages in the order in which they were asked for."""
    cells = list(cells)
    others = [name for name in (NGINX, AGAINST) if any(name in cell.servers for cell in cells)]
    heads = ["c", "req/s", "p50 ms", "p99 ms", "CPU µs", "bare/s", "CPU µs", "by CPU", "ratio", "wanted", ""]
    lines = [_line("page", *heads[:-1], "", *(f"to {name}" for name in others))]
    for cell in cells:
        own = (f"{cell.per_second(GALLEY):.0f}", *map(_milliseconds, (cell.p50(GALLEY), cell.p99(GALLEY))))
        bare = (f"{cell.per_second(BARE):.0f}", f"{cell.cpu_micros(BARE):.0f}", f"{cell.cpu_ratio(BARE):.2f}")
        ratio = f"{cell.ratio(BARE):.2f}"
        wanted = f"{cell.wanted:.2f}" if cell.wanted is not None else ""
        more = (f"{cell.ratio(name):.2f}" if name in cell.servers else "" for name in others)
        cpu = f"{cell.cpu_micros(GALLEY):.0f}"
        lines.append(_line(cell.page, str(cell.connections), *own, cpu, *bare, ratio, wanted, mark(cell.holds), *more))
    return lines


def figures(found: Iterable[Figure]) -> list[str]:
    lines = []
    for one in found:
        wanted = f"wanted: at most {one.wanted:g} {one.unit}".rstrip() if one.wanted is not None else ""
        lines.append(
            f"{one.what:44} {one.measured:8.2f} {one.unit:6} {wanted:30} {mark(one.holds):7} {one.detail}".rstrip()
        )
    return lines


def _line(page: str, *columns: str) -> str:
    return f"{page:30}" + "".join(f"{column:>9}" for column in columns)


def _milliseconds(seconds: float) -> str:
    """Of a few answers wrk tells no percentiles."""
    return f"{seconds * 1e3:.2f}" if seconds else "–"
