import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.no_database

ROOT = Path(settings.BASE_DIR)
COMMANDS = ["dev", "test", "serve", "pin"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that nobody has set up yet."""
    for name in ["bin", "frontend"]:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name)
    for path in [*ROOT.glob("requirements*.txt"), *ROOT.glob("package*.json"), ROOT / ".env.example", ROOT / ".npmrc"]:
        shutil.copy(path, tmp_path)
    return tmp_path


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def run(checkout: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one of the commands with nothing of this environment but PATH; settings are keyword arguments."""
    python = Path(sys.executable).resolve().parent
    environment = {"PATH": f"{python}:{os.environ['PATH']}", "HOME": str(checkout), "PYTHON": "python3"} | environment
    return subprocess.run(  # noqa: S603 — our own scripts, with arguments written in this file.
        command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
    )


def python_that_says(answer: str, checkout: Path) -> str:
    fake = checkout / "python-of-the-machine"
    fake.write_text(f"#!/bin/sh\necho '{answer}'\n")
    fake.chmod(0o755)
    return str(fake)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_can_be_run_and_is_sound_shell(command: str) -> None:
    script = ROOT / "bin" / command

    checked = run(ROOT, "bash", "-n", str(script))

    assert os.access(script, os.X_OK)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_an_old_python_is_refused_in_words(command: str, checkout: Path) -> None:
    old = python_that_says("old 3.9.2", checkout)

    refused = run(checkout, f"bin/{command}", PYTHON=old)

    assert refused.returncode != 0
    assert "Galley needs Python 3.11 or newer" in refused.stderr
    assert f"{old} is 3.9.2" in refused.stderr
    assert not (checkout / ".venv").exists()


def test_a_python_without_ensurepip_is_refused_with_what_to_install(checkout: Path) -> None:
    refused = run(checkout, "bin/dev", PYTHON=python_that_says("missing ensurepip", checkout))

    assert refused.returncode != 0
    assert "lacks ensurepip" in refused.stderr
    assert "apt install python3-venv" in refused.stderr


def test_no_python_at_all_is_said_in_words(checkout: Path) -> None:
    refused = run(checkout, "bin/dev", PYTHON="no-such-python")

    assert refused.returncode != 0
    assert "PATH has none" in refused.stderr


@pytest.mark.parametrize("command", ["bin/dev", "bin/serve"])
def test_a_taken_port_is_refused_with_a_way_out_and_before_anything_is_made(
    command: str, checkout: Path, busy_port: int
) -> None:
    refused = run(checkout, command, PORT=str(busy_port))

    assert refused.returncode != 0
    assert f"Port {busy_port} is taken" in refused.stderr
    assert f"PORT={busy_port + 1} {command}" in refused.stderr
    assert not (checkout / ".venv").exists()


def test_a_port_of_ipv6_can_be_had_and_may_be_taken() -> None:
    command = [sys.executable, "bin/_port.py", "::1"]
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        port = str(server.getsockname()[1])
        taken = run(ROOT, *command, port, "bin/serve")
    free = run(ROOT, *command, port, "bin/serve")

    assert f"Port {port} is taken" in taken.stderr
    assert free.returncode == 0, free.stderr


def test_the_port_may_come_from_the_env_file(checkout: Path, busy_port: int) -> None:
    (checkout / ".env").write_text(f"PORT={busy_port}\n")

    refused = run(checkout, "bin/dev")

    assert f"Port {busy_port} is taken" in refused.stderr


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused_in_words(port: str, checkout: Path) -> None:
    refused = run(checkout, "bin/dev", PORT=port)

    assert refused.returncode != 0
    assert f"PORT is “{port}”; it must be a number from 1 to 65535." in refused.stderr


def test_a_host_that_is_none_is_refused_in_words(checkout: Path) -> None:
    refused = run(checkout, "bin/dev", HOST="galley.invalid")

    assert refused.returncode != 0
    assert "HOST is “galley.invalid”, which is no name or address this machine knows." in refused.stderr


def test_a_first_start_without_network_says_so_and_the_next_goes_on_from_there(checkout: Path) -> None:
    offline = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}

    first = run(checkout, "bin/test", **offline)
    second = run(checkout, "bin/test", **offline)

    assert first.returncode != 0
    assert "a first start needs the network" in first.stderr
    assert "Making .venv" in first.stdout
    assert "Making .venv" not in second.stdout
    assert "a first start needs the network" in second.stderr


def test_a_venv_that_another_checkout_shares_is_left_alone(checkout: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    run(checkout, "python3", "-m", "venv", "--without-pip", str(shared))
    (shared / ".stamp-venv").write_text("of another checkout")
    (checkout / ".venv").symlink_to(shared)

    done = run(checkout, "bash", "-c", ". bin/_setup.sh && use_python")

    assert (done.returncode, done.stdout) == (0, "")
    assert (shared / ".stamp-venv").read_text() == "of another checkout"


def test_bin_test_refuses_a_step_it_does_not_have(checkout: Path) -> None:
    refused = run(checkout, "bin/test", "--only", "types,spelling")

    assert refused.returncode != 0
    assert "no step named spelling" in refused.stderr


def test_serving_in_development_mode_is_refused(tmp_path: Path) -> None:
    refused = run(ROOT, sys.executable, "bin/_preflight.py", DEBUG="true", SECRET_KEY="x" * 50, DATA_DIR=str(tmp_path))

    assert refused.returncode != 0
    assert refused.stderr.startswith("DEBUG is on")


@pytest.mark.parametrize("name", ["SECRET_KEY", "SITE_URL", "DESCOPE_PROJECT_ID"])
def test_serving_without_a_setting_it_needs_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    refused = run(ROOT, sys.executable, "bin/_preflight.py", **production(tmp_path) | {name: ""})

    assert refused.returncode != 0
    assert refused.stderr.startswith(f"Set {name}: ")
    assert "Traceback" not in refused.stderr


def test_serving_on_a_database_that_waits_for_migrations_is_refused(tmp_path: Path) -> None:
    refused = run(ROOT, sys.executable, "bin/_preflight.py", **production(tmp_path))

    *warnings, sentence = refused.stderr.splitlines()
    assert refused.returncode != 0
    assert "manage.py migrate" in sentence
    assert [line.split()[:2] for line in warnings] == [
        ["Warning:", "DESCOPE_MANAGEMENT_KEY"],
        ["Warning:", "DESCOPE_WEBHOOK_SECRET"],
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [("SECRET_KEY", "short"), ("ALLOWED_HOSTS", "*"), ("DATABASE_URL", "postgres://galley:secret@127.0.0.1:9/galley")],
)
def test_serving_what_is_unsafe_or_out_of_reach_is_refused_in_one_sentence(
    name: str, value: str, tmp_path: Path
) -> None:
    refused = run(ROOT, sys.executable, "bin/_preflight.py", **production(tmp_path) | {name: value})

    assert refused.returncode != 0
    assert name in refused.stderr.splitlines()[-1]
    assert "Traceback" not in refused.stderr
    assert "secret@" not in refused.stderr


def production(data: Path) -> dict[str, str]:
    return {
        "DEBUG": "false",
        "SECRET_KEY": "of-a-test-in-production-mode-Zu8aeR5ohngoo6Quoo3ahth0iePh4ei",
        "SITE_URL": "https://galley.example",
        "DESCOPE_PROJECT_ID": "P2production",
        "BEHIND_PROXY": "true",
        "DATA_DIR": str(data),
        "DATABASE_URL": f"sqlite:///{data / 'galley.sqlite3'}",
    }


@pytest.mark.parametrize("path", sorted(ROOT.glob("requirements*.txt")), ids=lambda path: path.name)
def test_every_requirement_is_pinned_with_hashes_and_names_no_index(path: Path) -> None:
    requirements = re.findall(r"^[^\s#].*(?:\n .*)*", path.read_text(), flags=re.MULTILINE)

    assert requirements
    assert [line for line in requirements if "==" not in line or "--hash=sha256:" not in line] == []
    assert "://" not in path.read_text()


def test_the_npm_lock_file_has_hashes_and_names_no_registry() -> None:
    lock = (ROOT / "package-lock.json").read_text()

    assert '"integrity": "sha512-' in lock
    assert '"resolved"' not in lock
