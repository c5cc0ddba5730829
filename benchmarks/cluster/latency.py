"""From a wish at the API to the first step, with warm workers and with Dagster's own launcher.

``python -m benchmarks.cluster.latency [--count 50] [--at-once 12]``: the same PostgreSQL, S3 and
settings both times; the second time without a broker, so that each run is a process that the code
server starts. Projects end at the approval of their pictures, from the embedded provider. One line
of JSON each: seconds from the request to the first step's start, of new projects one by one, of one
picture made anew, and from the first of some asked for at once to the end of all.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cluster.installation import Installation, installation

_TEXT = "Bread {n} rises because yeast eats sugar. Gluten keeps the gas in."
_WISH: dict[str, Any] = {"providers": {}, "approvals": ["scene_images"]}


def main() -> None:
    """Measure both ways in this session."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--at-once", type=int, default=12)
    wanted = parser.parse_args()
    for name, workers in (("warm workers", 1), ("default launcher", 0)):
        found = measure(workers, wanted.count, wanted.at_once)
        sys.stdout.write(json.dumps({"launcher": name, **found}) + "\n")
        sys.stdout.flush()


def measure(workers: int, count: int, at_once: int) -> dict[str, Any]:
    """The three figures of one installation."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-cluster-", ignore_cleanup_errors=True) as folder,
        installation(Path(folder), workers=workers) as live,
        _runs(live) as first_step,
    ):
        _settle(live, [live.ask(_TEXT.format(n=0), **_WISH)])
        new, again = [], []
        for n in range(1, count + 1):
            asked = time.time()
            key = live.ask(_TEXT.format(n=n), **_WISH)
            new.append(first_step(key, 1) - asked)
            _settle(live, [key])
            asked = time.time()
            wish = {"project": key, "stage": "scene_images", "scenes": [1]}
            live.call("POST", "/api/v1/assets/generate", wish)
            again.append(first_step(key, 2) - asked)
            _settle(live, [key])
        asked = time.time()
        keys = [live.ask(_TEXT.format(n=1000 + n), **_WISH) for n in range(at_once)]
        _settle(live, keys)
        return {
            "new": _figures(new),
            "made_anew": _figures(again),
            "all_at_once": {"count": at_once, "seconds": round(time.time() - asked, 1)},
        }


def _settle(live: Installation, keys: list[str]) -> None:
    def is_over() -> bool:
        asked = [live.call("GET", f"/api/v1/projects/{key}/commands") for key in keys]
        return not any(one["state"] in ("waiting", "started") for page in asked for one in page)

    live.until(is_over, 600)


@contextmanager
def _runs(live: Installation) -> Iterator[Any]:
    """Asks Dagster when the first step of a project's run began (seconds since the epoch)."""
    import dagster as dg

    os.environ.update(live.it.environment)
    with dg.DagsterInstance.from_config(str(live.it.home / "dagster")) as instance:

        def first_step(key: str, runs: int) -> float:
            wanted = dg.RunsFilter(tags={"dagster/partition": key})

            def began() -> float | None:
                found = instance.get_runs(wanted)
                if len(found) < runs:
                    return None
                steps = instance.get_run_step_stats(found[0].run_id)
                return min((one.start_time for one in steps if one.start_time), default=None)

            moment: float = live.until(began, 120)
            return moment

        yield first_step


def _figures(seconds: list[float]) -> dict[str, float]:
    return {
        "count": len(seconds),
        "median_s": round(statistics.median(seconds), 2),
        "p95_s": round(statistics.quantiles(seconds, n=20)[-1], 2),
        "worst_s": round(max(seconds), 2),
    }


if __name__ == "__main__":
    main()
