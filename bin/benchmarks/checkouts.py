"""A checkout of Galley with a site of its own: the one at hand, or another revision of it. Used by bin/bench speed."""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from benchmarks.auth import free_port
from benchmarks.servers import ROOT, Server, as_in_production

SHARED = (".venv", "build", "node_modules")  # What is made once and not kept in git.
NO_LIMIT = "100000000/minute"


@dataclass
class Checkout:
    name: str
    root: Path
    folder: Path
    env: dict[str, str]
    port: int = field(default_factory=free_port)

    @classmethod
    def make(
        cls, name: str, root: Path, parent: Path, identity: Mapping[str, str], database_url: str = ""
    ) -> "Checkout":
        """Give the checkout a folder of its own and the settings of production."""
        folder = parent / name
        folder.mkdir(exist_ok=True)
        made = cls(name, root, folder, {})
        made.env = {
            "PATH": os.environ["PATH"],
            "SECRET_KEY": os.environ["SECRET_KEY"],
            "DEBUG": "false",
            "SITE_URL": f"http://127.0.0.1:{made.port}",
            "VISIBILITY": "public",
            "SEARCH_LIMIT": NO_LIMIT,
            "SAVE_LIMIT": NO_LIMIT,
            "DATA_DIR": str(folder),
            "DATABASE_URL": database_url or f"sqlite:///{folder / 'galley.sqlite3'}",
            "CACHE_URL": os.environ.get("BENCH_CACHE_URL", "locmemcache://?max_entries=10000"),
            "EMAIL_URL": "",
            "WORKER_IN_SERVER": "false",
            **identity,
        }
        return made

    def run(self, task: str, told: object = None) -> Any:
        """Do a task of site.py in the checkout, and return what it tells."""
        command = [sys.executable, "-m", "benchmarks.site", task]
        done = subprocess.run(  # noqa: S603 — ours.
            command,
            cwd=self.root,
            env=self.env | {"PYTHONPATH": str(ROOT / "bin")},
            input=json.dumps(told).encode(),
            stdout=subprocess.PIPE,
        )
        if done.returncode:
            raise SystemExit(f"{task} failed in {self.name}; what it said is above.")
        return json.loads(done.stdout)

    def seed(self, tokens: object, task: str = "seed") -> Any:
        """Fill the site, make it ready as bin/serve does before it serves, and return what there is to ask for."""
        site = self.run(task, tokens)
        command = [sys.executable, "bin/_preflight.py"]
        done = subprocess.run(command, cwd=self.root, env=self.env, capture_output=True)  # noqa: S603 — ours.
        if done.returncode:
            raise SystemExit(f"{self.name} is not ready: {done.stderr.decode()[-2000:]}")
        return site

    def serve(self, port: int = 0) -> Server:
        """Start it where its settings say that it is, or at another port."""
        command = ["config.wsgi:application"]
        if self.root == ROOT:  # Another revision has other checks, or none that are called so.
            command += ["--check", "_preflight:main"]
        return as_in_production(self.name, command, self.folder, cwd=self.root, port=port or self.port, env=self.env)


def taken_out(revision: str, folder: Path) -> Path:
    """Write another revision out into the folder, with what both need linked into it."""
    folder.mkdir()
    command = ["git", "archive", "--format=tar", revision]
    archive = subprocess.run(command, cwd=ROOT, capture_output=True)  # noqa: S603 — git says what is none.
    if archive.returncode:
        raise SystemExit(f"--against {revision}: {archive.stderr.decode().strip()}")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")
    for name in SHARED:
        (folder / name).symlink_to((ROOT / name).resolve())
    return folder
