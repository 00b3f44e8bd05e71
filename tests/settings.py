"""The settings the tests run with: development's, with nothing left to the machine's environment."""

import os

os.environ.update(
    DEBUG="true",
    SECRET_KEY="tests-only-not-a-secret-0123456789abcdefghijklmnopqrstuvw",
    DESCOPE_PROJECT_ID="",
    SITE_URL="http://localhost:8000",
    VISIBILITY="members",
    EMAIL_URL="memorymail://",
)

from config.settings import *  # noqa: E402, F403 — the environment above has to come first.
