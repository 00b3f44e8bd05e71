"""Ask one address again and again, by wrk, and look at one answer closely. Used by bin/bench speed."""

import http.client
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

HOW_TO_GET_WRK = "bin/bench needs wrk. On Debian and Ubuntu: sudo apt install wrk. On macOS: brew install wrk."
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
SIZES = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}
SLACK = 0.03  # wrk rounds what it has read.
HEAD_BYTES = 2048


@dataclass(frozen=True)
class Load:
    """What came of asking for a while."""

    requests: int
    per_second: float
    p50: float
    p99: float
    bytes_each: float
    trouble: str = ""
    cpu_micros: float = 0.0  # What the server spent on each.


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def find_wrk() -> str:
    """Return where wrk is. Raises SystemExit with how to get it."""
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit(HOW_TO_GET_WRK)
    return found


def ask(url: str, headers: Mapping[str, str], *, timeout: float = 30) -> Answer:
    """Return the answer as wrk would get it: uncompressed, and wherever it leads is not followed."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("GET", url.removeprefix(f"{parts.scheme}://{parts.netloc}"), headers=dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.read(), {name.lower(): value for name, value in response.getheaders()})
    finally:
        connection.close()


def press(wrk: str, url: str, headers: Mapping[str, str], *, connections: int, seconds: float) -> Load:
    """Let so many connections ask for so long, each again as soon as it has its answer."""
    command = [wrk, "--latency", "-t1", f"-c{connections}", f"-d{max(round(seconds), 1)}s", "--timeout", "20s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    told = subprocess.run([*command, url], capture_output=True, text=True, check=True)  # noqa: S603 — ours.
    return read(told.stdout)


def read(told: str) -> Load:
    """Return what wrk has printed. `trouble` is what it says of answers that were none, or bad ones."""
    found = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m|h), ([\d.]+)([KMGT]?B) read", told)
    speed = re.search(r"Requests/sec:\s+([\d.]+)", told)
    if not found or not speed:
        raise ValueError(f"wrk said something else than expected:\n{told}")
    requests = int(found[1])
    troubles = re.findall(r"^\s*((?:Socket errors|Non-2xx or 3xx responses): .*)$", told, flags=re.MULTILINE)
    return Load(
        requests=requests,
        per_second=float(speed[1]),
        p50=_percentile(told, 50),
        p99=_percentile(told, 99),
        bytes_each=float(found[4]) * SIZES[found[5]] / requests if requests else 0.0,
        trouble="; ".join(troubles) if requests else "no answer at all",
    )


def _percentile(told: str, percent: int) -> float:
    found = re.search(rf"^\s*{percent}%\s+([\d.]+)(us|ms|s|m|h)$", told, flags=re.MULTILINE)
    return float(found[1]) * UNITS[found[2]] if found else 0.0


def is_of_size(load: Load, body_bytes: int, connections: int) -> bool:
    """Whether the answers were as long as the one that was looked at, with a head of up to 2 kB.

    wrk takes any 3xx for a good answer: that the pages came, and not the way to sign in, their size alone tells. What
    was under way on each connection at the end it has read, and does not count.
    """
    most = (load.requests + connections) / max(load.requests, 1) * (body_bytes + HEAD_BYTES)
    return body_bytes * (1 - SLACK) <= load.bytes_each <= most * (1 + SLACK)
