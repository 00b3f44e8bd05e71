"""The servers that are measured, each with an address, a log and an end. Used by bin/bench speed."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.auth import free_port
from benchmarks.load import ask

ROOT = Path(__file__).resolve().parents[2]
WORKERS, THREADS = 2, 2
NO_NGINX = "nginx is left out: it is not on PATH (on Debian and Ubuntu: sudo apt install nginx-light)"
# A project as `django-admin startproject` makes it, with the middleware that it puts in, and one view.
BARE_SETTINGS = """
DEBUG = False
ALLOWED_HOSTS = ["*"]
"""
BARE_URLS = """
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.urls import path


@cache
def page(size: int) -> bytes:
    return b"x" * size


def view(request: HttpRequest, size: int) -> HttpResponse:
    return HttpResponse(page(size))


urlpatterns = [path("<int:size>", view)]
"""
# Loaded before the workers are forked, as Galley is: without it the bare one would need more memory.
BARE_WARM = """
import django
from django.urls import get_resolver


def warm_up() -> None:
    django.setup()
    get_resolver().reverse_dict
"""
NGINX = """
daemon off;
worker_processes {workers};
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 512; }}
http {{
    access_log off;
    sendfile on;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    open_file_cache max=100;
    server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""


@dataclass
class Server:
    name: str
    url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def wait_for(self, path: str, *, seconds: float = 60) -> None:
        """Come back with its first 200. Raises SystemExit with its log if there is none."""
        give_up_at = time.monotonic() + seconds
        while time.monotonic() < give_up_at and self.process.poll() is None:
            try:
                if ask(self.url + path, {}, timeout=5).status == 200:
                    return
            except OSError:
                time.sleep(0.005)
        raise SystemExit(f"The server “{self.name}” did not start:\n{self.log.read_text()[-4000:]}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(
    name: str, command: list[str], folder: Path, *, port: int, cwd: Path, env: Mapping[str, str] | None = None
) -> Server:
    log = folder / f"{name}.log"
    with log.open("ab") as said:
        process = subprocess.Popen(command, cwd=cwd, env=env, stdout=said, stderr=said)  # noqa: S603 — ours.
    return Server(name, f"http://127.0.0.1:{port}", process, log)


def as_in_production(
    name: str, command: list[str], folder: Path, *, cwd: Path, port: int, env: Mapping[str, str]
) -> Server:
    """Start the application behind the server and with the flags that bin/serve has."""
    listens = {"HOST": "127.0.0.1", "PORT": str(port), "WORKERS": str(WORKERS), "THREADS": str(THREADS)}
    server = str(ROOT / "bin" / "_server.sh")
    return start(name, [server, *command], folder, port=port, cwd=cwd, env={**env, **listens})


@dataclass(frozen=True)
class Bare:
    """A Django project with nothing in it but a view that answers with as many bytes as the path says."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "Bare":
        place = folder / "bare"
        place.mkdir()
        command = [sys.executable, "-m", "django", "startproject", "bare", str(place)]
        subprocess.run(command, check=True, env={"PATH": os.environ["PATH"]})  # noqa: S603 — ours.
        with (place / "bare" / "settings.py").open("a") as settings:
            settings.write(BARE_SETTINGS)
        (place / "bare" / "urls.py").write_text(BARE_URLS)
        (place / "bare" / "warm.py").write_text(BARE_WARM)
        return cls(place)

    def serve(self, port: int = 0) -> Server:
        env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "bare.settings"}
        return as_in_production(
            "bare", ["bare.wsgi:application"], self.folder, cwd=self.folder, port=port or free_port(), env=env
        )


def nginx(folder: Path, files: Mapping[str, bytes]) -> Server | None:
    """Start nginx on these files, by name. None if the machine has none."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if found is None:
        return None
    place, port = folder / "nginx", free_port()
    (place / "files").mkdir(parents=True)
    place.chmod(0o755)
    for name, content in files.items():
        (place / "files" / name).write_bytes(content)
    configuration = place / "nginx.conf"
    user = "user root;" if os.getuid() == 0 else ""  # Its workers would not get into a folder of root's.
    configuration.write_text(user + NGINX.format(folder=place, port=port, workers=WORKERS))
    command = [found, "-e", "stderr", "-p", str(place), "-c", str(configuration)]
    return start("nginx", command, place, port=port, cwd=place, env=os.environ)
