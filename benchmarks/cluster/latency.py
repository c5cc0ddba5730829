"""From a wish at the API to the first step, with warm workers and with Dagster's own launcher.

``python -m benchmarks.cluster.latency [--count 50] [--anew 20] [--at-once 12]``: the same
PostgreSQL, S3 and settings both times; the second time without a broker, so that each run is a
process that the code server starts. One line of JSON each: seconds from the request to the first
step's start of new projects, one by one, and of one picture made anew; and the seconds that a
number of projects take that are asked for at once, up to the approval of their scripts.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.orchestration.latency import figures
from tests.cluster.installation import Installation, installation

_TEXT = "Bread {n} rises because yeast eats sugar. Gluten keeps the gas in."
_PICTURES: dict[str, Any] = {"providers": {}, "approvals": ["scene_images"]}
_SCRIPT: dict[str, Any] = {"providers": {}, "approvals": ["script"]}


def main() -> None:
    """Measure both ways in this session."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--anew", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=12)
    wanted = parser.parse_args()
    for name, workers in (("warm workers", 1), ("default launcher", 0)):
        found = measure(workers, wanted.count, wanted.anew, wanted.at_once)
        sys.stdout.write(json.dumps({"launcher": name, **found}) + "\n")
        sys.stdout.flush()


def measure(workers: int, count: int, anew: int, at_once: int) -> dict[str, Any]:
    """The three figures of one installation."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-cluster-", ignore_cleanup_errors=True) as folder,
        installation(Path(folder), workers=workers) as live,
        _runs(live) as first_step,
    ):
        _settle(live, [live.ask(_TEXT.format(n=0), **_PICTURES)])
        new = [_ask(live, first_step, n) for n in range(1, count + 1)]
        again = [_make_anew(live, first_step, 1000 + n) for n in range(anew)]
        asked = time.time()
        _settle(live, [live.ask(_TEXT.format(n=2000 + n), **_SCRIPT) for n in range(at_once)])
        return {
            "new": figures(new),
            "made_anew": figures(again),
            "all_at_once": {"count": at_once, "seconds": round(time.time() - asked, 1)},
        }


def _ask(live: Installation, first_step: "FirstStep", number: int) -> float:
    asked = time.time()
    return first_step(live.ask(_TEXT.format(n=number), **_SCRIPT), 1) - asked


def _make_anew(live: Installation, first_step: "FirstStep", number: int) -> float:
    key = live.ask(_TEXT.format(n=number), **_PICTURES)
    _settle(live, [key])
    asked = time.time()
    wish = {"project": key, "stage": "scene_images", "scenes": [1]}
    live.call("POST", "/api/v1/assets/generate", wish)
    seconds = first_step(key, 2) - asked
    _settle(live, [key])
    return seconds


FirstStep = Callable[[str, int], float]


def _settle(live: Installation, keys: list[str]) -> None:
    def is_over() -> bool:
        asked = [live.call("GET", f"/api/v1/projects/{key}/commands") for key in keys]
        return not any(one["state"] in ("waiting", "started") for page in asked for one in page)

    live.until(is_over, 600)


@contextmanager
def _runs(live: Installation) -> Iterator[Any]:
    """Asks Dagster when the first step of a project's run began (seconds since the epoch)."""
    import dagster as dg

    home = str(live.it.home / "dagster")
    with (
        patch.dict(os.environ, live.it.environment),
        dg.DagsterInstance.from_config(home) as instance,
    ):

        def first_step(key: str, runs: int) -> float:
            wanted = dg.RunsFilter(tags={"dagster/partition": key})

            def began() -> float | None:
                found = instance.get_runs(wanted)
                if len(found) < runs or not found[0].is_finished:
                    return None
                steps = instance.get_run_step_stats(found[0].run_id)
                return min((one.start_time for one in steps if one.start_time), default=None)

            moment: float = live.until(began, 120)
            return moment

        yield first_step


if __name__ == "__main__":
    main()
