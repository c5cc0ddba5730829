"""From ``POST /projects`` to the first stage's start, in the real product.

``python -m benchmarks.orchestration.latency [--count 50] [--in-flight 20]``: projects that stop
after their script are asked for one by one on an idle machine, then while others are under way.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.api.server import ROOT, Server, free_port

_BRIEF = "Bread number {n} rises because yeast eats sugar and breathes out gas. Gluten keeps it in."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--in-flight", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-up-") as folder:
        server, process = _start(Path(folder))
        try:
            idle = [_wait(server, _ask(server, n, whole=False)) for n in range(options.count)]
            print(json.dumps({"idle": figures(idle)}))
            for n in range(options.in_flight):
                _ask(server, 1000 + n, whole=True)
            busy = [_ask(server, 2000 + n, whole=False) for n in range(options.count)]
            print(json.dumps({"in_flight": figures([_wait(server, key, 900) for key in busy])}))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def _start(home: Path) -> tuple[Server, subprocess.Popen[bytes]]:
    ports = free_port(), free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "cli.main", "up"),
            *("--api-port", str(ports[0]), "--dagster-port", str(ports[1])),
        ],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(ROOT), "VIDEO_PLATFORM_DATA_DIR": str(home / "data")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = Server(ports[0], process, home, "")
    for _ in range(240):
        try:
            server.call("GET", "/readyz")
            break
        except OSError:
            time.sleep(0.5)
    time.sleep(8)  # the daemon's first tick
    return server.signed_in(), process


def _ask(server: Server, number: int, *, whole: bool) -> str:
    wish: dict[str, Any] = {"text": _BRIEF.format(n=number), "duration_s": 6}
    if not whole:
        wish["approvals"] = ["script"]
    return str(server.call("POST", "/api/v1/projects", wish)["id"])


def _wait(server: Server, key: str, longest_s: float = 60) -> float:
    """Seconds between the project's event of being made and that of its first stage."""
    deadline = time.monotonic() + longest_s
    while time.monotonic() < deadline:
        events = server.call("GET", f"/api/v1/events/log?project={key}&limit=20")
        at = {one["kind"]: datetime.fromisoformat(one["at"]) for one in reversed(events)}
        if "stage.ended" in at:
            return (at["project.status"] - at["project.created"]).total_seconds()
        time.sleep(0.3)
    raise RuntimeError(f"{key} was never begun")


def figures(seconds: list[float]) -> dict[str, float]:
    """How many, their median, 95th hundredth and worst, in seconds."""
    return {
        "count": len(seconds),
        "median_s": round(statistics.median(seconds), 2),
        "p95_s": round(statistics.quantiles(seconds, n=20)[-1], 2),
        "worst_s": round(max(seconds), 2),
    }


if __name__ == "__main__":
    main()
