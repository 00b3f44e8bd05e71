"""What machine it is that was measured, and with what. Used by bin/bench speed."""

import os
import platform
import shutil
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path


def facts() -> dict[str, str]:
    return {
        "Machine": f"{len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} cores, "
        f"{_processor()}, {platform.system()} {platform.release()}",
        "Load": " ".join(f"{one:.1f}" for one in os.getloadavg()),
        "Python": f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        "Packages": ", ".join(f"{name} {version(name)}" for name in ("Django", "granian")),
        "Tools": ", ".join(filter(None, [_first_line("wrk", "-v"), _first_line("nginx", "-v")])),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _first_line(name: str, option: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        return ""
    told = subprocess.run([found, option], capture_output=True, text=True)  # noqa: S603 — ours.
    return next(iter((told.stdout + told.stderr).splitlines()), name).partition(" [")[0]
