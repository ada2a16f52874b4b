#!/bin/sh
# make_env.sh VENV [EXTRA]: create a virtual environment with Python 3.11 or later and install this project into it.
# $PYTHON names the interpreter to use; otherwise the first suitable one is taken.
set -eu

venv=$1
extra=${2:-}

suitable() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if [ -x "$venv/bin/python" ] && ! suitable "$venv/bin/python"; then
    echo "$venv has a Python that is too old or broken; making it anew." >&2
    rm -rf "$venv"
fi

if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=
    for candidate in ${PYTHON:-python3 python3.12 python3.13 python3.11 python3.14}; do
        if suitable "$candidate"; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        cat >&2 <<'MESSAGE'
vnadmin-extract needs Python 3.11 or later, and none was found.
  Debian 12, Ubuntu 24.04 or later:  sudo apt-get install python3 python3-venv
  Ubuntu 22.04:                      sudo apt-get install python3.11 python3.11-venv
  macOS:                             brew install python@3.12
Another interpreter:                 make PYTHON=/path/to/python3 …
MESSAGE
        exit 1
    fi
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        cat >&2 <<MESSAGE
$python ($version) cannot create virtual environments: its venv module is not installed.
  Debian, Ubuntu:  sudo apt-get install python3-venv      (or python$version-venv)
MESSAGE
        exit 1
    fi
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

if [ -n "$extra" ]; then target=".[$extra]"; else target=.; fi
echo "Installing vnadmin-extract into $venv (the first time takes some minutes) …" >&2
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$target"
