"""Requests a second and the slowest hundredth, beside FastAPI doing nothing.

``python -m benchmarks.api.load [--seconds 10] [--connections 16]``: one uvicorn process on
PostgreSQL, loaded by ``wrk`` (a Debian package) from a process of its own.
"""

import argparse
import re
import subprocess
import tempfile
from pathlib import Path

from benchmarks.api.server import Server, serving
from tests.services import postgres_server

_POST = """
wrk.method = "POST"
wrk.body = '{"text": "Bread rises because yeast eats sugar.", "begin": false}'
wrk.headers["Content-Type"] = "application/json"
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    found = {}
    with (
        postgres_server() as url,
        serving("benchmarks.api.apps:ours", database_url=url) as server,
    ):
        found["ours"] = _measure(server.signed_in(), options.seconds, options.connections)
    with serving("benchmarks.api.apps:nothing") as server:
        found["nothing"] = _measure(server, options.seconds, options.connections)
    print("| what | requests/s | p99 ms | nothing's requests/s | nothing / ours |")
    print("|---|---|---|---|---|")
    for what, (rate, p99) in found["ours"].items():
        idle = found["nothing"][what][0]
        print(f"| {what} | {rate:.0f} | {p99:.0f} | {idle:.0f} | {idle / rate:.1f} |")


def _measure(server: Server, seconds: int, connections: int) -> dict[str, tuple[float, float]]:
    wish = {"text": "Bread rises.", "begin": False}
    key = server.call("POST", "/api/v1/projects", wish)["id"]
    paths = {"read": f"/api/v1/projects/{key}", "list": "/api/v1/projects", "create": ""}
    return {
        what: _wrk(server, path or "/api/v1/projects", seconds, connections, posts=not path)
        for what, path in paths.items()
    }


def _wrk(
    server: Server, path: str, seconds: int, connections: int, *, posts: bool
) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(prefix="wrk-") as folder:
        script = Path(folder) / "post.lua"
        script.write_text(_POST)
        command = [
            *("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"),
            *("-H", f"Authorization: Bearer {server.token}"),
            *(("-s", str(script)) if posts else ()),
            server.url + path,
        ]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text:
        raise RuntimeError(f"{path} answered something else than 2xx: {text}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])  # type: ignore[index]
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()  # type: ignore[union-attr]
    return rate, float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


if __name__ == "__main__":
    main()
