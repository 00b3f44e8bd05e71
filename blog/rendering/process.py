"""The parent's side: children kept warm, lent to one thread at a time, killed when they are late."""

import atexit
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from blog.rendering.child import receive, send

ROOT = Path(__file__).resolve().parent.parent.parent
KEEP_WARM = 2
MOST_AT_ONCE = 4


class Busy(Exception):
    """The machine has too much to do at the moment. Nothing is known of the text: try again."""


class Child:
    """One child process and the socket it listens to."""

    def __init__(self) -> None:
        self.connection, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "blog.rendering.child"],
                cwd=ROOT,
                env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PATH": os.environ.get("PATH", "")},
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
            )

    def ask(self, deadline: float, **request: Any) -> dict[str, Any]:
        """Return the child's reply. Raises OSError (TimeoutError among them) if there is none in time."""
        self.connection.settimeout(max(deadline - time.monotonic(), 0.001))
        send(self.connection, {"deadline": deadline, **request})
        reply = receive(self.connection)
        if reply is None:
            raise ConnectionError("the child has gone")
        return reply

    def end(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.wait()

    def forget(self) -> None:
        """Let go of a child that belongs to the process we were forked from."""
        self.connection.close()
        self.process.returncode = 0


class Pool:
    """Children waiting for work. Safe between threads; starts nothing before it is asked."""

    def __init__(self) -> None:
        self.slots = threading.BoundedSemaphore(MOST_AT_ONCE)
        self.idle: list[Child] = []

    def ask(self, seconds: float, **request: Any) -> dict[str, Any]:
        """Return a child's reply within so many seconds. Raises Busy or OSError."""
        deadline = time.monotonic() + seconds
        if not self.slots.acquire(timeout=seconds / 3):  # Later there would be too little left to be fair.
            raise Busy
        try:
            return self._ask(deadline, request)
        finally:
            self.slots.release()

    def _ask(self, deadline: float, request: dict[str, Any]) -> dict[str, Any]:
        child = self._child()
        try:
            reply = child.ask(deadline, **request)
        except BaseException:
            child.end()
            self._keep(Child())  # Warm by the time of the next text.
            raise
        if reply.get("busy"):
            self._keep(child)
            raise Busy
        if reply.get("spent"):
            child.end()
        else:
            self._keep(child)
        return reply

    def _child(self) -> Child:
        while self.idle:
            with suppress(IndexError):  # Another thread took the last one.
                child = self.idle.pop()
                if child.process.poll() is None:
                    return child
                child.end()
        return Child()

    def _keep(self, child: Child) -> None:
        if len(self.idle) < KEEP_WARM:
            self.idle.append(child)
        else:
            child.end()

    def end(self) -> None:
        while self.idle:
            self.idle.pop().end()


pool = Pool()


def _start_afresh() -> None:
    """After a fork: the children are our parent's, and its locks may be held by threads we do not have."""
    global pool
    for child in pool.idle:
        child.forget()
    pool = Pool()


os.register_at_fork(after_in_child=_start_afresh)
atexit.register(lambda: pool.end())
