"""The child process: reads texts from a socket on standard input, answers with HTML or a reason.

Run as `python -m blog.rendering.child NICE`. It needs neither Django nor settings, inherits no secret, and ends
when the socket does: when its parent closes it, or dies.
"""

import json
import os
import resource
import signal
import socket
import struct
import sys
import time
from contextlib import suppress
from typing import Any

HEADER = struct.Struct("!I")
LAST = 19
MEMORY_LIMIT_BYTES = 512 * 1024 * 1024
CPU_SECONDS_PER_TEXT = 5.0
LARGEST_MESSAGE_BYTES = 64 * 1024 * 1024


def main() -> None:
    rank(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches the whole process group.
    with suppress(ValueError, OSError):  # macOS knows the limit and refuses to set it.
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    # Whoever asked may be killed meanwhile: then there is nobody to answer, and nothing to say of it.
    with socket.socket(fileno=0) as connection, suppress(ConnectionError):
        serve(connection)


def rank(nice: int) -> None:
    """Let others go first by so much; who is the last of all runs only where a processor has nothing else to do."""
    os.nice(nice)
    if nice == LAST and hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def serve(connection: socket.socket) -> None:
    from blog.rendering.answer import answer  # Slow to import, so after the limits are set.

    send(connection, {"cpu_seconds": time.process_time()})  # Ready.
    while (request := receive(connection)) is not None:
        # The last resort, should the parent be gone and the text hold us where no Python runs:
        # the default action of this signal is to end the process.
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS_PER_TEXT)
        reply = answer(**request)
        signal.setitimer(signal.ITIMER_PROF, 0)
        send(connection, reply | {"cpu_seconds": time.process_time()})
        if reply.get("spent"):
            break


def send(connection: socket.socket, message: dict[str, Any]) -> None:
    payload = json.dumps(message).encode()
    connection.sendall(HEADER.pack(len(payload)) + payload)


def receive(connection: socket.socket) -> dict[str, Any] | None:
    """Return the next message, or None when the other end is closed."""
    header = _read(connection, HEADER.size)
    if header is None:
        return None
    (length,) = HEADER.unpack(header)
    if length > LARGEST_MESSAGE_BYTES:
        return None
    payload = _read(connection, length)
    message: dict[str, Any] | None = None if payload is None else json.loads(payload)
    return message


def _read(connection: socket.socket, length: int) -> bytes | None:
    buffer = bytearray()
    while len(buffer) < length:
        chunk = connection.recv(min(length - len(buffer), 1 << 20))
        if not chunk:
            return None
        buffer += chunk
    return bytes(buffer)


if __name__ == "__main__":
    main()
