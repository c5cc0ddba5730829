"""Makes every story brief of ``examples/briefs`` and gates each film; prints throughput.

    python -m benchmarks.briefs [--only 6,19,29] [--out FOLDER] [--at-once 2]

It takes about as long as the films last, times ten, on two cores. Exit status 1: a film is missing
or does not pass.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BRIEFS = ROOT / "examples" / "briefs" / "briefs.jsonl"


def main() -> int:
    """Make, gate, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="Line numbers, with commas between.")
    parser.add_argument("--out", type=Path, help="Where the films stay; default: nowhere.")
    parser.add_argument("--at-once", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        out = wanted.out or folder / "films"
        chosen = {int(number) for number in wanted.only.split(",") if number}
        lines = BRIEFS.read_text(encoding="utf-8").splitlines()
        batch = folder / "batch.jsonl"
        kept = [line for number, line in enumerate(lines, 1) if not chosen or number in chosen]
        batch.write_text("\n".join(kept), encoding="utf-8")
        report = make(folder, batch, out, wanted.at_once)
        unsound = [film["path"] for film in films_of(report) if not passes(folder, film["path"])]
    print(json.dumps(figures(report, unsound), indent=1))
    return 0 if report["states"] == {"finished": len(kept)} and not unsound else 1


def make(folder: Path, batch: Path, out: Path, at_once: int) -> dict[str, Any]:
    """The report of the batch."""
    call(folder, "batch", str(batch), "--out", str(out), "--at-once", str(at_once))
    report: dict[str, Any] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return report


def films_of(report: dict[str, Any]) -> list[dict[str, Any]]:
    """All films that were made."""
    return [film for row in report["lines"] for film in row.get("films", ())]


def passes(folder: Path, film: str) -> bool:
    """Whether the gate lets a film through."""
    return call(folder, "check", film).returncode == 0


def figures(report: dict[str, Any], unsound: list[str]) -> dict[str, Any]:
    """Throughput, memory, and what did not pass."""
    return {
        "states": report["states"],
        "films_per_hour": round(3600 * len(films_of(report)) / report["seconds"], 1),
        "film_seconds_per_second": round(report["film_seconds"] / report["seconds"], 3),
        "largest_process_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "unsound": unsound,
        "errors": [row["error"] for row in report["lines"] if "error" in row],
    }


def call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """The command line, with its data in ``folder``."""
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments],
        cwd=ROOT,
        env={**os.environ, "VIDEO_PLATFORM_DATA_DIR": str(folder / "data")},
        stdout=subprocess.DEVNULL,
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main())
