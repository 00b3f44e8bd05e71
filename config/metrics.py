"""What Prometheus reads at /metrics, and who may.

The processes of a server count in files of one folder. What need not be counted, such as how many letters wait, is
looked up when it is asked for.
"""

import hashlib
import hmac
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import Session
from observability import counters

if TYPE_CHECKING:
    from prometheus_client import Metric

logger = logging.getLogger(__name__)

FOLDER = settings.DATA_DIR / "metrics"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
STATUS_CLASSES = {hundreds: f"{hundreds}xx" for hundreds in range(1, 6)}


def request_answered(route: str, method: str, status: int, seconds: float) -> None:
    """Count a request that was answered. The route is its name in urls.py; anything else is kept out of the labels."""
    if counters.is_on():
        kind = STATUS_CLASSES.get(status // 100, "other")
        counters.requests.note(seconds, route or "other", method if method in METHODS else "other", kind)


def metrics(request: HttpRequest) -> HttpResponse:
    """Give the sums to whoever has METRICS_TOKEN. Where none is set, nobody does, and there is nothing here."""
    if not settings.METRICS_TOKEN:
        return HttpResponse("There is nothing here.\n", status=404, content_type="text/plain; charset=utf-8")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not _is_ours(token.strip()):
        refused = HttpResponse("Send METRICS_TOKEN as bearer.\n", status=401, content_type="text/plain; charset=utf-8")
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused
    return HttpResponse(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _is_ours(token: str) -> bool:
    """Compare digests, so that the time it takes tells nothing, not even how long the token is."""
    given, ours = (hashlib.sha256(text.encode()).digest() for text in (token, settings.METRICS_TOKEN))
    return hmac.compare_digest(given, ours)


def exposition() -> bytes:
    """Return the sums over all processes, in Prometheus' text format."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(FOLDER))  # type: ignore[no-untyped-call]  # It is not typed.
    registry.register(LookedUp())
    return generate_latest(registry)


class LookedUp:
    """What is true at this moment, looked up when it is asked for."""

    def collect(self) -> Iterator["Metric"]:
        from prometheus_client.core import GaugeMetricFamily

        for name, about, value in (*_of_processes(), *_of_the_database()):
            yield GaugeMetricFamily(name, about, value)


Gauge = tuple[str, str, float]


def _of_processes() -> Iterable[Gauge]:
    """Yield what the processes take together that have counted anything, this one among them."""
    seen = {counters.process_of(file) for file in FOLDER.glob("*.db")}
    alive = [process for process in seen if counters.is_alive(process)]
    yield "galley_processes", "Processes that have counted something and are alive", len(alive)
    yield "galley_memory_bytes", "Memory of those processes, shared parts divided among them", sum(map(_memory, alive))
    yield "galley_threads", "Threads of those processes", sum(map(_threads, alive))


def _memory(process: int) -> int:
    """Return the proportional set size in bytes; 0 where the system does not tell."""
    return _number(Path(f"/proc/{process}/smaps_rollup"), "Pss:") * 1024


def _threads(process: int) -> int:
    return _number(Path(f"/proc/{process}/status"), "Threads:")


def _number(file: Path, label: str) -> int:
    try:
        lines = file.read_text().splitlines()
    except OSError:  # It has just ended, or there is no such file on this system.
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(label)), 0)


def _of_the_database() -> Iterable[Gauge]:
    """Yield what the database says; where it does not answer, that alone."""
    try:
        found = [
            *_of_the_queue(),
            ("galley_sessions", "Sessions that have not ended", Session.objects.live().count()),
        ]
    except Error as trouble:
        logger.error("The database cannot be asked for metrics: %s", type(trouble).__name__)
        found = []
    yield "galley_database_up", "Whether the database answered just now", float(bool(found))
    yield from found


def _of_the_queue() -> Iterable[Gauge]:
    waiting = DBTaskResult.objects.ready()
    oldest = waiting.aggregate(oldest=Min("enqueued_at"))["oldest"]
    age = (timezone.now() - oldest).total_seconds() if oldest else 0.0
    yield "galley_tasks_waiting", "Tasks that a worker is to run now", waiting.count()
    yield "galley_oldest_task_seconds", "For how long the oldest of them has waited", age
