#!/usr/bin/env bash
# Put the server of production before an application: bin/serve does, and bin/bench, so that both have the same flags.
#
#   bin/_server.sh config.wsgi:application    found from the folder that it is started in
#
# docs/performance.md, "The server", says why these are the defaults.
set -euo pipefail
bin=$(cd "$(dirname "$0")" && pwd)
. "$bin/_setup.sh"

# The C library keeps a heap for each thread otherwise, and never gives back what a large page took.
export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-2} MALLOC_TRIM_THRESHOLD_=${MALLOC_TRIM_THRESHOLD_:-131072}

exec "$bin/../.venv/bin/python" "$bin/_server.py" \
    --host "$(setting HOST 127.0.0.1)" --port "$(setting PORT 8000)" \
    --workers "$(setting WORKERS 0)" --threads "$(setting THREADS 2)" \
    --hang-seconds "$(setting HANG_SECONDS 30)" --memory "$(setting WORKER_MEMORY_MB 400)" \
    "$@"
