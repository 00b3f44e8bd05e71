"""An application that does what it is told: tests of the server put it behind one."""

import os
import signal
import time
from collections.abc import Callable, Iterable
from typing import Any

kept: list[bytes] = []

time.sleep(float(os.environ.get("SECONDS_TO_LOAD", "0")))


def sleep(seconds: str) -> None:
    time.sleep(float(seconds))


def stop(_: str) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def die(_: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def grow(megabytes: str) -> None:
    kept.append(b"x" * int(megabytes) * 1024**2)


def answer(_: str) -> None:
    """Only the process's number, as all do."""


DOES: dict[str, Callable[[str], None]] = {"/sleep": sleep, "/stop": stop, "/die": die, "/grow": grow}


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    DOES.get(environ["PATH_INFO"], answer)(environ["QUERY_STRING"])
    body = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
