"""That what is loaded before the workers are forked leaves nothing open that a fork would break."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

PROGRAM = """
import json, sys, threading
from config.warm import load_application, load_more, warm_up

warm_up()
load_more()
load_application()

from django.db import connections

connected = [one.alias for one in connections.all() if one.connection is not None]
json.dump(["config.wsgi" in sys.modules, threading.active_count(), connected], sys.stdout)
"""


@pytest.mark.parametrize("has_worker", [False, True])
def test_no_thread_and_no_connection_is_there_before_the_fork(*, has_worker: bool, tmp_path: Path) -> None:
    given = {"SECRET_KEY": "k" * 50, "DEBUG": "true", "DATA_DIR": str(tmp_path), "PAGE_CACHE_MB": "1"}

    told = subprocess.run(  # noqa: S603 — our own program.
        [sys.executable, "-c", PROGRAM],
        cwd=settings.BASE_DIR,
        env={"PATH": "/usr/bin:/bin", "WORKER_IN_SERVER": str(has_worker), **given},
        capture_output=True,
        check=True,
    )

    assert json.loads(told.stdout) == [not has_worker, 1, []]
