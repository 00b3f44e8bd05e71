"""What a process with all its children uses, as Linux tells it. Used by bin/bench speed."""

import os
import time
from pathlib import Path

PROC = Path("/proc")
IDLE_SECONDS = 0.015  # In a tenth of a second: one tick of the kernel's clock.


def is_told() -> bool:
    """Whether this machine tells it at all."""
    return (PROC / "self" / "smaps_rollup").exists()


def tree(pid: int) -> list[int]:
    """Return the process and all that it started, theirs included."""
    children: dict[int, list[int]] = {}
    for folder in PROC.glob("[0-9]*"):
        if fields := _stat(int(folder.name)):
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def cpu_seconds(pid: int) -> float:
    """Return how long the whole tree has worked so far, in its own code and in the kernel."""
    ticks = sum(int(fields[11]) + int(fields[12]) for one in tree(pid) if (fields := _stat(one)))
    return ticks / os.sysconf("SC_CLK_TCK")


def pss_bytes(pid: int) -> int:
    """Return the memory of the whole tree; what several processes share counts once."""
    return sum(map(_pss_bytes, tree(pid)))


def rest(pid: int, *, at_most_seconds: float = 60) -> None:
    """Come back when the tree has nothing more to do."""
    give_up_at, worked = time.monotonic() + at_most_seconds, cpu_seconds(pid)
    while time.monotonic() < give_up_at:
        time.sleep(0.1)
        before, worked = worked, cpu_seconds(pid)
        if worked - before < IDLE_SECONDS:
            return


def _stat(pid: int) -> list[str]:
    """Return the fields of proc(5)'s `stat` after the name, which may hold anything: state, parent and so on."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # It has ended meanwhile.
        return []


def _pss_bytes(pid: int) -> int:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
