"""A client's connections that end in time, whatever they are at."""

import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx


class Deadline:
    """When all of it has to be over. The time-outs of a client hold for each step, and start anew with each byte."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self._ends_at

    def seconds_left(self) -> float:
        """Raises a time-out where none are left: 0 would mean not to wait, and None for ever."""
        seconds = self._ends_at - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout("took too long")
        return seconds


class Transport(httpx.HTTPTransport):
    """Connects as ever, and lets no step wait past the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__(trust_env=False)
        self._pool._network_backend = _Network(deadline)  # Private: a test tells when it moves.


class _Network(httpcore.NetworkBackend):
    def __init__(self, deadline: Deadline) -> None:
        self._deadline, self._network = deadline, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._network.connect_tcp(host, port, self._deadline.seconds_left(), local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.seconds_left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.seconds_left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.seconds_left())
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
