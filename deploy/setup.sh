#!/bin/sh
# Installs a locked dependency set and the project itself into a virtual environment.
#   setup.sh PYTHON VENV REQUIREMENTS
# uv installs in parallel and compiles bytecode, which a first `import dagster` is three times
# faster with; where uv cannot be had, pip does the same work more slowly.
set -eu
python=$1 venv=$2 requirements=$3

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    echo "setup: Python 3.11 or newer is needed; '$python' is not. Try: make PYTHON=/path/to/python3.11" >&2
    exit 1
}
if [ ! -x "$venv/bin/python" ]; then
    "$python" -m venv "$venv" || {
        echo "setup: '$python -m venv' failed. On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    }
fi
bin=$venv/bin
if [ -x "$bin/uv" ] || "$bin/python" -m pip install -q --disable-pip-version-check 'uv>=0.5,<1' 2>/dev/null; then
    "$bin/uv" pip install -q --python "$bin/python" --compile-bytecode -r "$requirements" &&
        "$bin/uv" pip install -q --python "$bin/python" --no-deps -e . && exit 0
    echo "setup: uv could not install; trying pip" >&2
fi
"$bin/python" -m pip install -q --disable-pip-version-check -r "$requirements"
"$bin/python" -m pip install -q --disable-pip-version-check --no-deps -e .
