"""What one scene's new picture costs beside the whole film: time, calls, segments.

    python -m benchmarks.creators.one_scene [--rounds 3]

Ten scenes of a minute in all, their pictures bought at the scenario server, which answers at once:
the less a provider makes one wait, the worse for the ratio. Both sides are the real command, with
its start, so the ratio is what a person waits for.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.creators.films import SCENES, PhotographingFlux, Workshop, seller_env
from tests.scenarios.server import ScenarioServer

_WORDS = (
    "At the harbour the {n} boat leaves before the sun is up, and the men who rest on the quay "
    "count {n} gulls that follow it."
)


def main() -> int:
    """Make the film, then another picture of scene 4, in turns; print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    rounds = []
    for number in range(wanted.rounds):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(_round(Path(folder)))
        print(f"round {number + 1}: {rounds[-1]}", file=sys.stderr)
    ratio = statistics.median(one["ratio"] for one in rounds)
    print(json.dumps({"rounds": rounds, "ratio_median": round(ratio, 3)}, indent=1))
    return 0


def _round(folder: Path) -> dict[str, Any]:
    server = ScenarioServer([PhotographingFlux()], folder / "accepted.log")
    try:
        shop = Workshop(folder, seller_env(server, image="flux"))
        (folder / "script.json").write_text(_script())
        begun = time.monotonic()
        film = shop.film("create", "-f", folder / "script.json", "--provider", "image=flux")
        whole = time.monotonic() - begun
        calls, segments = len(server.world.accepted()), shop.segments()
        begun = time.monotonic()
        shop.film("regenerate", film["project"], "--stage", "image", "--scene", "4")
        part = time.monotonic() - begun
        return {
            "whole_s": round(whole, 1),
            "one_scene_s": round(part, 1),
            "ratio": round(part / whole, 3),
            "calls": len(server.world.accepted()) - calls,
            "segments": len(shop.segments() - segments),
        }
    finally:
        server.close()


def _script() -> str:
    scenes = [
        {
            "id": number,
            "duration": 6,
            "narration": _WORDS.format(n=f"number {number}"),
            "visual_prompt": f"Boat {number} at the harbour",
            "music_mood": "calm",
        }
        for number in range(1, SCENES + 1)
    ]
    return json.dumps({"title": "A day at the harbour", "duration": 60, "scenes": scenes})


if __name__ == "__main__":
    sys.exit(main())
