"""How work grows with workers when the providers' time dominates.

``python -m benchmarks.cluster.throughput [--films 24] [WORKERS ...]``: projects of three pictures,
bought one after another at a seller that takes two seconds for each, up to the approval of their
pictures. Each worker of ``generate`` has one place, so that workers are what is counted. One line
of JSON for each number of workers; ``growth`` is beside the first of them.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from tests.cluster.installation import installation
from tests.creators.films import PhotographingFlux
from tests.scenarios.server import Call, Reply, World

_SELLER_S = 2.0
_TEXT = "Harbour {n} wakes at dawn. Its {n} boats leave. All {n} return by night."
_WAITING = "awaiting_approval"
_FAILED = ("failed", "cancelled")


class SlowFlux(PhotographingFlux):
    """A seller whose own work takes two seconds."""

    def answer(self, call: Call, world: World) -> Reply:
        if self.phase(call) == "submit":
            threading.Event().wait(_SELLER_S)
        return super().answer(call, world)


def main() -> None:
    """Measure each number of workers in an installation of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workers", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--films", type=int, default=24)
    wanted = parser.parse_args()
    first = 0.0
    for workers in wanted.workers:
        found = measure(workers, wanted.films)
        first = first or found["films_per_minute"]
        found["growth"] = round(found["films_per_minute"] / first, 2)
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


def measure(workers: int, films: int) -> dict[str, Any]:
    """Ask for all films at once; how long until each waits for approval."""
    env = {"VIDEO_PLATFORM_MAX_PARALLEL_AGENTS": "1"}
    with (
        tempfile.TemporaryDirectory(prefix="bench-cluster-", ignore_cleanup_errors=True) as folder,
        installation(
            Path(folder), workers=workers, env=env, places={"generate": 1}, flux=SlowFlux()
        ) as live,
    ):
        warm = live.ask(_TEXT.format(n=0), approvals=["scene_images"])
        live.until(lambda: live.status(warm) == _WAITING)
        before, begun = len(live.bought()), time.monotonic()
        keys = [
            live.ask(_TEXT.format(n=n), approvals=["scene_images"]) for n in range(1, films + 1)
        ]

        def is_over() -> bool:
            found = live.statuses()
            failed = [key for key in keys if found[key] in _FAILED]
            assert not failed, live.call("GET", f"/api/v1/projects/{failed[0]}")["failure"]
            return all(found[key] == _WAITING for key in keys)

        live.until(is_over, 1800)
        seconds, calls = time.monotonic() - begun, len(live.bought()) - before
    return {
        "workers": workers,
        "films": films,
        "seconds": round(seconds, 1),
        "calls": calls,
        "films_per_minute": round(60 * films / seconds, 1),
        # Of the time the workers had, how much the seller took: what is left is ours.
        "waiting_share": round(calls * _SELLER_S / (seconds * workers), 2),
    }


if __name__ == "__main__":
    main()
