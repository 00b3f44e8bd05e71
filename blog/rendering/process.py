"""The parent's side: children kept warm, lent to one thread at a time, killed when they are late.

A server process has at most MOST_AT_ONCE of them at work on what is soon done, and MOST_AT_LENGTH on what is not, and on
what comes last.
"""

import atexit
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from blog.rendering.child import LAST, receive, send
from blog.rendering.limits import FAIR_SHARE_SECONDS, TOO_LONG

ROOT = Path(__file__).resolve().parent.parent.parent
# Each child takes 13 MB, and as long to start as to render ten posts. So one stays for as long as somebody is writing,
# and the others while many texts come at once.
KEEP_WARM = 1
WARM_SECONDS = 600.0
SURPLUS_SECONDS = 3.0
MOST_AT_ONCE = 3
MOST_AT_LENGTH = 1
START_SECONDS = 5.0  # Beyond a text's own time, for a child that has to be started first: in a crowd that takes long.
# An ordinary post takes a twentieth of it. What takes longer begins anew in a child that lets everything else go first.
QUICK_CPU_SECONDS = 0.3
QUICK_CHARACTERS = 40_000
NICE = 5
# What one person's texts may take of the processor: so much at once, and this share of it in the long run. An ordinary
# post takes a few milliseconds. Beyond it they are rendered when nobody else has anything to do.
AT_ONCE_CPU_SECONDS = 1.0
CPU_SHARE = 0.02
TOO_LONG_CPU_SECONDS = 2 * AT_ONCE_CPU_SECONDS  # Counted for a text that never became a page.
MOST_REMEMBERED = 1000


class Busy(Exception):
    """The machine has too much to do at the moment. Nothing is known of the text: try again."""


class Child:
    """One child process and the socket it listens to."""

    def __init__(self, nice: int = 0) -> None:
        self.connection, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 — our own interpreter and module.
                [sys.executable, "-m", "blog.rendering.child", str(nice)],
                cwd=ROOT,
                env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PATH": os.environ.get("PATH", "")},
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
            )
        self.is_ready = False
        self.cpu_seconds = 0.0  # Until it began with the text at hand.
        self.idle_since = time.monotonic()

    def get_ready(self, deadline: float) -> None:
        """Wait until it has read its own code. Raises OSError, TimeoutError if that is not soon enough."""
        if not self.is_ready:
            self._told(deadline)
            self.is_ready = True

    def ask(self, deadline: float, *, when_sent: Callable[[], None] | None = None, **request: Any) -> dict[str, Any]:
        """Return the child's reply. Raises OSError (TimeoutError among them) if there is none in time."""
        self.get_ready(deadline)
        self.connection.settimeout(_left(deadline))
        send(self.connection, {"deadline": deadline, **request})
        if when_sent:
            when_sent()
        before = self.cpu_seconds
        reply = self._told(deadline)
        return reply | {"used_cpu_seconds": self.cpu_seconds - before}

    def _told(self, deadline: float) -> dict[str, Any]:
        self.connection.settimeout(_left(deadline))
        reply = receive(self.connection)
        if reply is None:
            raise ConnectionError("the child has gone")
        self.cpu_seconds = reply.pop("cpu_seconds")
        return reply

    def end(self) -> float:
        """End the child, and return for how many seconds it has had the processor since its last reply."""
        self.connection.close()
        self.process.kill()
        with suppress(ChildProcessError):  # It was waited for when it was found to be gone.
            _, status, usage = os.wait4(self.process.pid, 0)
            self.process.returncode = os.waitstatus_to_exitcode(status)
            return usage.ru_utime + usage.ru_stime - self.cpu_seconds
        return 0.0

    def forget(self) -> None:
        """Let go of a child that belongs to the process we were forked from."""
        self.connection.close()
        self.process.returncode = 0


def _left(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.001)


class Lane:
    """Children of one kind, waiting for work. Safe between threads; starts nothing before it is asked."""

    def __init__(self, most_at_once: int, keep_warm: int, nice: int, *, has_queue: bool = True) -> None:
        self.has_queue = has_queue
        self.slots = threading.BoundedSemaphore(most_at_once)
        self.most_at_once, self.keep_warm, self.nice = most_at_once, keep_warm, nice
        self.idle: list[Child] = []  # Whoever takes one out has it alone.
        self._letting_go: threading.Timer | None = None
        self._lock = threading.Lock()

    def ask(self, deadline: float, *, start_seconds: float = START_SECONDS, **request: Any) -> dict[str, Any]:
        """Return a child's reply. Raises Busy or OSError.

        Where a child has to be started first, it may take so much longer.
        """
        # Later there would be too little left to be fair; and each who waits keeps one of the server's threads.
        if not self.slots.acquire(timeout=_left(deadline) / 3 if self.has_queue else 0):
            raise Busy
        try:
            return self._ask(deadline, start_seconds, request)
        finally:
            self.slots.release()

    def _ask(self, deadline: float, start_seconds: float, request: dict[str, Any]) -> dict[str, Any]:
        began = time.monotonic()
        child = self._ready_child(deadline + start_seconds)
        waited = time.monotonic() - began  # Which is not the text's fault.
        try:
            reply = child.ask(min(deadline + waited, deadline + START_SECONDS), **request)
        except BaseException as problem:
            used = child.end()
            self._keep(Child(self.nice))  # Warm by the time of the next text.
            if isinstance(problem, TimeoutError) and used < FAIR_SHARE_SECONDS:
                raise Busy from problem
            raise
        if reply.get("busy"):
            self._keep(child)
            raise Busy
        if reply.get("spent"):
            child.end()
        else:
            self._keep(child)
        return reply

    def _ready_child(self, deadline: float) -> Child:
        child = self._child()
        try:
            child.get_ready(deadline)
        except TimeoutError as late:
            self._keep(child)  # It may be ready for the next text.
            raise Busy from late
        except OSError:
            child.end()
            raise
        return child

    def _child(self) -> Child:
        while self.idle:
            with suppress(IndexError):  # Another thread took the last one.
                child = self.idle.pop()
                if child.process.poll() is None:
                    return child
                child.end()
        return Child(self.nice)

    def _keep(self, child: Child) -> None:
        if len(self.idle) < self.most_at_once:
            child.idle_since = time.monotonic()
            self.idle.append(child)
            self._let_go_later()
        else:
            child.end()

    def _let_go_later(self) -> None:
        with self._lock:
            if self._letting_go is None:
                self._letting_go = threading.Timer(SURPLUS_SECONDS, self._let_go)
                self._letting_go.daemon = True
                self._letting_go.start()

    def _let_go(self) -> None:
        """End those that have been idle for too long, and look again as long as there are any. The last was used last."""
        with self._lock:
            self._letting_go = None
        now = time.monotonic()
        for place, child in enumerate(reversed(self.idle[:])):
            if now - child.idle_since >= (WARM_SECONDS if place < self.keep_warm else SURPLUS_SECONDS):
                with suppress(ValueError):  # Another thread has taken it.
                    self.idle.remove(child)
                    child.end()
        if self.idle:
            self._let_go_later()

    def end(self) -> None:
        while self.idle:
            self.idle.pop().end()

    def forget(self) -> None:
        for child in self.idle:
            child.forget()


class Pool:
    """A quick lane for what is soon done, and a slow one for the rest, so that long texts keep nobody waiting.

    No save waits for the slow one: the text is kept, and rendered when it is next looked at.

    Whose texts have had more than their share of the processor of late has a lane that comes last: there, one after the
    other, they wait for their own kind alone, and for all else that the machine has to do.
    """

    def __init__(self) -> None:
        self.quick = Lane(MOST_AT_ONCE, KEEP_WARM, nice=0)
        self.slow = Lane(MOST_AT_LENGTH, 0, nice=NICE, has_queue=False)
        self.last = Lane(MOST_AT_LENGTH, 0, nice=LAST, has_queue=False)
        self.even_at: dict[object, float] = {}  # When the share has made up for it, by whose texts they are.

    def ask(
        self, seconds: float, *, text: str, whose: object = None, can_wait: bool = False, **request: Any
    ) -> dict[str, Any]:
        """Return a child's reply within so many seconds. Raises Busy or OSError.

        What `can_wait` is left for later where it is not soon done, no child is soon ready, or its owner's texts have had
        more than their share.
        """
        deadline = time.monotonic() + seconds
        request["start_seconds"] = 0.0 if can_wait else START_SECONDS
        if self._has_had_enough(whose):
            if can_wait:
                raise Busy
            return self._ask(self.last, whose, deadline, text=text, **request)
        if len(text) <= QUICK_CHARACTERS:
            reply = self._ask(self.quick, whose, deadline, text=text, cpu_seconds=QUICK_CPU_SECONDS, **request)
            if not reply.get("is_long"):
                return reply
        if can_wait:
            raise Busy
        return self._ask(self.slow, whose, deadline, text=text, **request)

    def _ask(self, lane: Lane, whose: object, deadline: float, **request: Any) -> dict[str, Any]:
        try:
            reply = lane.ask(deadline, **request)
        except OSError:
            self._charge(whose, TOO_LONG_CPU_SECONDS)
            raise
        self._charge(whose, TOO_LONG_CPU_SECONDS if reply.get("reason") == TOO_LONG else reply["used_cpu_seconds"])
        return reply

    def _has_had_enough(self, whose: object) -> bool:
        return self.even_at.get(whose, 0.0) - time.monotonic() > AT_ONCE_CPU_SECONDS / CPU_SHARE

    def _charge(self, whose: object, cpu_seconds: float) -> None:
        if whose is None:
            return
        now = time.monotonic()
        if len(self.even_at) >= MOST_REMEMBERED:
            self.even_at = {one: at for one, at in list(self.even_at.items()) if at > now}
        even_at = max(self.even_at.get(whose, 0.0), now) + cpu_seconds / CPU_SHARE
        self.even_at[whose] = min(even_at, now + TOO_LONG_CPU_SECONDS / CPU_SHARE)  # Nobody is last for ever.

    def end(self) -> None:
        for lane in (self.quick, self.slow, self.last):
            lane.end()

    def forget(self) -> None:
        for lane in (self.quick, self.slow, self.last):
            lane.forget()


pool = Pool()


def _start_afresh() -> None:
    """After a fork: the children are our parent's, and its locks may be held by threads we do not have."""
    global pool
    pool.forget()
    pool = Pool()


os.register_at_fork(after_in_child=_start_afresh)
atexit.register(lambda: pool.end())
