"""Granian with a process above its workers that leaves no request behind. bin/_server.sh runs it.

What it adds: the application may be loaded once, and the workers, forked from it, share its memory; they share one
listening socket, so that what waits there is lost with none of them; and one that dies, hangs or grows is replaced.
"""

import argparse
import contextlib
import faulthandler
import functools
import gc
import importlib.util
import logging
import math
import multiprocessing
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _heartbeat import WSGI, Heart
from granian import _signals
from granian._granian import SocketHolder, WorkerSignal
from granian.constants import HTTPModes, Interfaces
from granian.log import LOGGING_CONFIG
from granian.server.mp import MPServer, WorkerProcess

BACKLOG = 2048  # Connections that wait to be taken up; the machine may allow fewer.
DEFER_SECONDS = 5
LOOK_SECONDS = 1.0
LOAD_SECONDS = 20.0  # After which the old worker goes, even if the new one has not begun.
GOODBYE_SECONDS = 1.0  # How long connections that are kept are told that this answer is the last.
DRAIN_SECONDS = 12.0  # With all around it, it ends within the 15 that are promised.
QUICK_DEATH_SECONDS = 5.0
QUICK_DEATHS = 10  # So many in a row, and something is wrong that another worker will not mend.
TALK_SECONDS = 0.5
TURN_AWAY_SECONDS = 0.3  # After which it looks again whether a worker is left to wait for.
TURNED_AWAY = b"The site is starting again; please come back.\n"
TURNING_AWAY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(TURNED_AWAY), TURNED_AWAY)
)

logger = logging.getLogger("_granian")


@dataclass
class Leaving:
    """A worker that goes once the one in its place works."""

    worker: WorkerProcess
    successor: WorkerProcess
    told_at: float = 0


class Server(MPServer):  # type: ignore[misc]  # Granian has no types.
    """Workers that answer requests, and the process above them that does not."""

    def __init__(self, target: str, *, hang_seconds: float, memory_megabytes: float, **options: Any) -> None:
        super().__init__(
            target, interface=Interfaces.WSGI, http=HTTPModes.http1, websockets=False, backlog=BACKLOG, **options
        )
        self.hang_seconds, self.memory_megabytes = hang_seconds, memory_megabytes
        self.leaving: list[Leaving] = []
        self.quick_deaths = 0

    # What Granian does otherwise

    def _init_shared_socket(self) -> None:
        """Listen once for all workers: with a queue for each, as on Linux by default, one takes its queue with it."""
        family = socket.AF_INET6 if ":" in self.bind_addr else socket.AF_INET
        self._sso = socket.create_server((self.bind_addr, self.bind_port), family=family, backlog=BACKLOG)
        # What it takes up has this from it: or else the end of an answer waits until the caller has said that the
        # beginning has come, which callers are in no hurry to say.
        self._sso.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if defer := getattr(socket, "TCP_DEFER_ACCEPT", None):
            # A worker that ends closes what it has taken up and not read from: so it takes up what there is to read.
            self._sso.setsockopt(socket.IPPROTO_TCP, defer, DEFER_SECONDS)
        self._sso.set_inheritable(True)
        self._ssp, self._shd = None, SocketHolder(self._sso.fileno(), False, BACKLOG)

    def _drop_shared_socket(self) -> None:
        """Not before the workers have ended: whoever comes meanwhile is told so."""

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> WorkerProcess:
        heart = Heart(self.blocking_threads)
        worker = super()._spawn_worker(idx, target, functools.partial(loaded, heart, callback_loader))
        worker.heart = heart
        return worker

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        spawn = functools.partial(self._spawn_worker, target=spawn_target, callback_loader=target_loader)
        looked_at = time.monotonic()
        while not self.interrupt_signal:
            self.main_loop_interrupt.wait(LOOK_SECONDS)
            self.main_loop_interrupt.clear()
            # Where more has passed, the machine stood still, and the workers with it.
            passed = min(time.monotonic() - looked_at, LOOK_SECONDS)
            looked_at = time.monotonic()
            self._see_off()
            for idx, worker in enumerate(self.wrks):
                self._look_at(idx, worker, passed, spawn)
            if self.quick_deaths >= QUICK_DEATHS:
                logger.error("The workers die as soon as they start, so the server ends")
                self.shutdown(1)

    def _stop_workers(self) -> None:
        """Let requests under way be answered, and tell whoever comes now to come back."""
        self.interrupt_children.clear()
        workers = [*self.wrks, *(leaving.worker for leaving in self.leaving)]
        for worker in workers:
            worker.heart.say_goodbye()
        time.sleep(GOODBYE_SECONDS)
        deadline = time.monotonic() + DRAIN_SECONDS
        while (living := [worker for worker in workers if worker.is_alive()]) and time.monotonic() < deadline:
            for worker in living:
                worker.terminate()  # Each time: one that was still loading has not heard it.
            self._turn_away(0.1)
        for worker in workers:
            if worker.is_alive():
                logger.warning("Killing worker-%d, which does not end", worker.idx + 1)
                worker.kill()
            worker.join()
        self._turn_away(0)
        self._sso.close()

    # What it adds

    def _look_at(
        self, idx: int, worker: WorkerProcess, passed_seconds: float, spawn: Callable[[int], WorkerProcess]
    ) -> None:
        if not worker.is_alive():
            logger.error("worker-%d has died, and another takes its place", idx + 1)
            if time.monotonic() - worker.birth > QUICK_DEATH_SECONDS:
                self.quick_deaths = 0
            else:
                self.quick_deaths += 1
                time.sleep(LOOK_SECONDS)
            self._put(idx, spawn(idx))
        elif worker.heart.silent_seconds(passed_seconds) > self.hang_seconds:
            logger.error(
                "worker-%d has not served for %d s: where it is stuck, and its end", idx + 1, self.hang_seconds
            )
            show_and_kill(worker)
            self._put(idx, spawn(idx))
        elif megabytes_of(worker) > self.memory_megabytes:
            logger.warning("worker-%d has grown beyond %d MB: another takes its place", idx + 1, self.memory_megabytes)
            self._put(idx, successor := spawn(idx))
            self.leaving.append(Leaving(worker, successor))

    def _put(self, idx: int, worker: WorkerProcess) -> None:
        worker.start()
        self.wrks[idx] = worker

    def _see_off(self) -> None:
        """Tell those who leave to finish, and end those who do not."""
        now = time.monotonic()
        for leaving in list(self.leaving):
            worker, successor = leaving.worker, leaving.successor
            if not worker.is_alive():
                self.leaving.remove(leaving)
            elif not leaving.told_at:
                if successor.heart.has_begun or now - successor.birth > LOAD_SECONDS:
                    self._check_limit(successor)
                    worker.heart.say_goodbye()
                    leaving.told_at = now
            elif now - leaving.told_at > DRAIN_SECONDS:
                worker.kill()
            elif now - leaving.told_at > GOODBYE_SECONDS:
                worker.terminate()

    def _check_limit(self, successor: WorkerProcess) -> None:
        """Let the limit of memory go where every worker would be replaced as soon as it has begun."""
        if (megabytes := megabytes_of(successor)) > self.memory_megabytes:
            logger.error(
                "WORKER_MEMORY_MB is %d, and a worker begins with %d MB: none is replaced for that any more",
                self.memory_megabytes,
                megabytes,
            )
            self.memory_megabytes = math.inf

    def _turn_away(self, wait_seconds: float) -> None:
        """For a moment at most, answer what waits on the listening socket that nobody takes up any more."""
        until = time.monotonic() + TURN_AWAY_SECONDS
        while time.monotonic() < until and select.select([self._sso], [], [], wait_seconds)[0]:
            with contextlib.suppress(OSError):  # Also where a worker was quicker, or the caller has gone.
                self._sso.setblocking(False)
                connection, _ = self._sso.accept()
                with connection:
                    connection.settimeout(TALK_SECONDS)
                    with contextlib.suppress(TimeoutError):
                        connection.recv(65536)  # To close on what was not read would lose the answer.
                    connection.sendall(TURNING_AWAY)
                    connection.shutdown(socket.SHUT_WR)


def set_signals() -> WorkerSignal:
    """Return what a worker ends by when it is told to: once, as Granian stops dead when it is told three times."""
    told = WorkerSignal()

    def end(*_: Any) -> None:
        _signals.set_main_signals(lambda *_: None)
        told.set()

    _signals.set_main_signals(end)
    return told


_signals.set_sync_signals = set_signals


def loaded(heart: Heart, load: Callable[[], WSGI]) -> WSGI:
    """Return the application, in a worker that has just begun."""
    faulthandler.register(signal.SIGUSR1)
    gc.enable()
    application = load()
    heart.start()
    return heart.counting(application)


def show_and_kill(worker: WorkerProcess) -> None:
    """Have it say where each of its threads is, if it still can, and end it."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(worker.inner.pid, signal.SIGUSR1)
        worker.join(LOOK_SECONDS)
    worker.kill()
    worker.join()


def megabytes_of(worker: WorkerProcess) -> float:
    """Return what it has in memory; nothing on a machine that does not tell."""
    try:
        pages = int(Path(f"/proc/{worker.inner.pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def call(name: str) -> None:
    """Call a function that is named as `module:function`."""
    module, _, function = name.partition(":")
    getattr(importlib.import_module(module), function)()


@contextlib.contextmanager
def beside(name: str | None) -> Iterator[None]:
    """Call a function in a process of its own, whose memory goes with it. Where it fails, so does this one afterwards."""
    process = multiprocessing.Process(target=call, args=[name]) if name else None
    if process:
        process.start()
    yield
    if process:
        process.join()
        if process.exitcode:
            sys.exit(process.exitcode)


def logging_as_loaded() -> dict[str, Any]:
    """Return how the server logs: as what it has loaded does, whose handlers know what no line may hold."""
    if not logging.root.handlers:
        return dict(LOGGING_CONFIG)
    as_others = {"handlers": [], "level": "INFO", "propagate": True}
    return {"handlers": {}, "formatters": {}, "loggers": {"_granian": as_others}}


def number(name: str, at_least: int) -> Callable[[str], int]:
    def read(written: str) -> int:
        if not written.isdecimal() or int(written) < at_least:
            sys.exit(f"{name} is “{written}”; it must be a whole number from {at_least} on.")
        return int(written)

    return read


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("application")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=number("PORT", 1), required=True)
    parser.add_argument("--workers", type=number("WORKERS", 0), required=True, help="0 for one on each core")
    parser.add_argument("--threads", type=number("THREADS", 1), required=True)
    parser.add_argument("--hang-seconds", type=number("HANG_SECONDS", 1), required=True)
    parser.add_argument("--memory", type=number("WORKER_MEMORY_MB", 1), required=True)
    parser.add_argument(
        "--check", metavar="MODULE:FUNCTION", help="serve only if it ends well, in a process of its own"
    )
    given = parser.parse_args()

    # Also where it is no longer the default: only what is forked shares what was loaded.
    multiprocessing.set_start_method("fork")
    gc.disable()  # What it moves is shared no more. A worker has it on again, and leaves what is frozen alone.
    sys.path.insert(0, os.getcwd())
    warm = warm_of(given.application)
    if warm:
        warm.warm_up()
    with beside(given.check):
        if hasattr(warm, "load_more"):
            warm.load_more()
    if hasattr(warm, "load_application"):
        warm.load_application()
    gc.freeze()
    server = Server(
        given.application,
        address=given.host,
        port=given.port,
        workers=given.workers or cores(),
        blocking_threads=given.threads,
        hang_seconds=given.hang_seconds,
        memory_megabytes=given.memory,
        log_dictconfig=logging_as_loaded(),
    )
    try:
        server.serve()
    except OSError as error:
        sys.exit(f"This machine does not let you serve at {given.host}:{given.port}: {error.strerror}.")


def warm_of(application: str) -> Any:
    """Return the module `warm` beside the application, which loads what all workers need; None where there is none."""
    name = f"{application.partition(':')[0].rpartition('.')[0]}.warm"
    return importlib.import_module(name) if not name.startswith(".") and importlib.util.find_spec(name) else None


def cores() -> int:
    """Return how many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    main()
