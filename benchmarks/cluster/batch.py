"""A batch of films over two workers: undisturbed, with a worker killed, with Redis emptied.

``python -m benchmarks.cluster.batch [--films 50] [--accident none|worker|redis]``: how many of the
films were finished, how long it took, and whether any picture was paid for twice.
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.cluster.installation import installation

_TEXT = "Harbour number {n} wakes before the sun. Its {n} boats leave one after another."


def main() -> None:
    """Make the batch, print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--accident", choices=("none", "worker", "redis"), default="none")
    wanted = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="bench-cluster-", ignore_cleanup_errors=True) as folder,
        installation(Path(folder), workers=wanted.workers) as live,
    ):
        begun = time.monotonic()
        keys = [live.ask(_TEXT.format(n=n)) for n in range(1, wanted.films + 1)]
        half = wanted.films // 2
        live.until(lambda: list(live.statuses().values()).count("published") >= half, 7200)
        if wanted.accident == "worker":
            live.kill("worker-render-1")
        elif wanted.accident == "redis":
            live.empty_redis()
        ended = Counter(live.ended(keys, 7200).values())
        prompts = live.bought()
        print(
            json.dumps(
                {
                    "films": wanted.films,
                    "accident": wanted.accident,
                    "ended": dict(ended),
                    "seconds": round(time.monotonic() - begun, 1),
                    "pictures_bought": len(prompts),
                    "bought_twice": len(prompts) - len(set(prompts)),
                }
            )
        )


if __name__ == "__main__":
    main()
