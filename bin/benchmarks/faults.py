"""Kill processes, and take places away, at full size; print what was saved, lost and answered. Run by bin/bench faults.

On PostgreSQL where TEST_DATABASE_URL names one, else on SQLite.
"""

import sys

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main(["tests/faults", "-q", "-p", "no:cacheprovider", "-m", "long", *sys.argv[1:]]))
