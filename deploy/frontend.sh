#!/bin/sh
# Builds the web pages into frontend/out: deploy/frontend.sh PYTHON
set -eu
if ! command -v npm >/dev/null || [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
    echo "The web pages are built with Node.js 20 or newer and npm, which are not installed here." >&2
    echo "Everything else runs without them: make up serves the API; install Node.js and run this again." >&2
    exit 1
fi
"$1" -m api.document > frontend/openapi.json
cd frontend
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-progress
NEXT_TELEMETRY_DISABLED=1 npm run build
