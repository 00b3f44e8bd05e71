import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.server import running

pytestmark = pytest.mark.no_database

PROGRAM = Path(__file__).with_name("a_program.py")


def test_the_real_sdk_in_another_process_needs_only_the_sandboxs_settings(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        environment = {"PATH": os.environ["PATH"], **server.sandbox_settings}
        done = subprocess.run(  # noqa: S603 — our own program.
            [sys.executable, str(PROGRAM)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
        )

    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    post = seen.pop("post")
    assert seen == {"refused": 403, "created": 201, "hidden": 404, "published": 200, "read": 200}
    assert (post["title"], post["author"]["name"]) == ("From a program", "Writer")
    assert post["content"] == "<p>Sent by <em>bearer</em>.</p>"
