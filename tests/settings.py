"""The settings the tests run with: development's, with nothing left to the machine's environment."""

import atexit
import os
import shutil
import tempfile
from datetime import timedelta

# The sandbox keeps its keys in a folder; each run has its own.
DATA_FOLDER = tempfile.mkdtemp(prefix="galley-tests-")
atexit.register(shutil.rmtree, DATA_FOLDER, ignore_errors=True)
# What is made once for all processes of a run, and lasts as long as the first of them: tests/tables.py.
os.makedirs(os.environ.setdefault("TEST_TABLES", f"{DATA_FOLDER}/tables"), exist_ok=True)

os.environ.update(
    DATA_DIR=DATA_FOLDER,
    PORT="8000",
    DEBUG="true",
    SECRET_KEY="tests-only-not-a-secret-0123456789abcdefghijklmnopqrstuvw",
    DESCOPE_PROJECT_ID="",
    SITE_URL="http://localhost:8000",
    VISIBILITY="members",
    DATABASE_URL=os.environ.get("TEST_DATABASE_URL") or "sqlite://:memory:",
    CACHE_URL=os.environ.get("TEST_CACHE_URL") or "locmemcache://",
    EMAIL_URL="",
    WORKER_IN_SERVER="false",
    SAVE_LIMIT="1000/second",  # Tests save as fast as they can.
)

from config.settings import *  # noqa: E402, F403 — the environment above has to come first.
from config.settings import CACHES, DATABASES  # noqa: E402 — as above.

# Runs may share a server, each with a database of its own. SQLite's is a file, for tests that use several threads.
ON_POSTGRESQL = bool(os.environ.get("TEST_DATABASE_URL"))
DATABASES["default"]["TEST"] = {
    "NAME": f"test_galley_{os.getpid()}" if ON_POSTGRESQL else f"{DATA_FOLDER}/tests.sqlite3"
}
CACHES["default"]["KEY_PREFIX"] = f"galley-tests-{os.getpid()}"  # Forgotten by itself: others may use the same Redis.

# A busy machine is no outage.
DESCOPE_TIMEOUT = timedelta(minutes=1)

# The test runner turns DEBUG off; static files are served as in development all the same.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
