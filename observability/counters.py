"""What is counted for whoever watches the site, over all its processes. docs/deployment.md explains the names.

It is off until `switch_on`, and then nothing here costs anything: prometheus_client is not even imported. Each process
writes to files of its own in one folder; whoever is asked for the sums reads them all.
"""

import os
import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import Any

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_making = threading.Lock()
_folder: Path | None = None


def switch_on(folder: Path) -> None:
    """Count from now on, in files in this folder. prometheus_client reads its name when it is first imported."""
    global _folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    _folder = folder


def switch_off() -> None:
    global _folder
    _folder = None


def is_on() -> bool:
    return _folder is not None


def forget_former(folder: Path) -> None:
    """Remove what processes left behind that are no more. For before a server starts: its sums begin anew."""
    for file in folder.glob("*.db"):
        if not is_alive(process_of(file)):
            file.unlink(missing_ok=True)


def process_of(file: Path) -> int:
    """Return whose file it is: prometheus_client names them as in `counter_4711.db`."""
    number = file.stem.rpartition("_")[2]
    return int(number) if number.isdecimal() else 0


def is_alive(process: int) -> bool:
    with suppress(PermissionError):  # Somebody else's, and alive.
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
    return process > 0


class Measure(ABC):
    """Something counted by labels of few values each. Safe between threads."""

    def __init__(self, name: str, about: str, *labels: str) -> None:
        self.name, self.about, self.labels = name, about, labels
        self._by_labels: dict[tuple[str, ...], Any] = {}
        self._metric: Any = None

    def _child(self, values: tuple[str, ...]) -> Any:
        child = self._by_labels.get(values)
        if child is None:
            with _making:
                if self._metric is None:
                    self._metric = self._made()
            child = self._by_labels[values] = self._metric.labels(*values)
        return child

    @abstractmethod
    def _made(self) -> Any:
        """Return the metric of prometheus_client, which is imported here and no sooner."""


class Counter(Measure):
    def add(self, *values: str) -> None:
        if _folder is not None:
            self._child(values).inc()

    def _made(self) -> Any:
        from prometheus_client import CollectorRegistry
        from prometheus_client import Counter as PrometheusCounter

        return PrometheusCounter(self.name, self.about, self.labels, registry=CollectorRegistry())


class Durations(Measure):
    """How often something took how long, and so also how often it was."""

    def note(self, seconds: float, *values: str) -> None:
        if _folder is not None:
            self._child(values).observe(seconds)

    def _made(self) -> Any:
        from prometheus_client import CollectorRegistry, Histogram

        return Histogram(self.name, self.about, self.labels, buckets=BUCKETS, registry=CollectorRegistry())


requests = Durations("galley_request_seconds", "Requests, and how long they took", "route", "method", "status")
refreshes = Counter("galley_refreshes", "Session tokens traded for fresh ones at Descope", "outcome")
key_fetches = Counter("galley_key_fetches", "Fetches of Descope's signing keys", "outcome")
sign_ins = Counter("galley_sign_ins", "Sign-ins", "outcome")
renders = Durations("galley_render_seconds", "Texts turned into pages, and how long it took", "outcome")
saves = Counter("galley_saves", "Saves of working copies", "outcome")
database_errors = Counter("galley_database_errors", "Errors of the database that ended a request", "kind")
