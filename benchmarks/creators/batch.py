"""A batch of 100 short briefs through the embedded providers: throughput, memory, reasons.

    python -m benchmarks.creators.batch [--lines 100] [--at-once 1]

Every text is another one, so that nothing is taken from an earlier film; three lines cannot be
films. Exit status 1: a line neither gave a film nor a reason.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.montage.measure import tree_bytes

ROOT = Path(__file__).resolve().parent.parent.parent
_TEXTS = {
    "en": "The number {n}\n\n{n} times {n} is {square}. Counting to it takes {n} steps, "
    "and {double} is its double.",
    "fr": "Le nombre {n}\n\n{n} fois {n} font {square}. On le compte en {n} pas, "
    "et {double} est son double.",
    "ar": "العدد {n}\n\nحاصل ضرب {n} في {n} هو {square}. نصل إليه بعد {n} خطوة، وضعفه هو {double}.",
}
_FORMATS = ("16:9", "9:16", "1:1", "4:5")
_HOPELESS: tuple[dict[str, Any], ...] = (
    {"text": "A style nobody has", "style": "unknown"},
    {"file": "missing.md"},
    {"template": "quote", "fields": {"quote": "Whose?"}},
)
_SAMPLE_S = 1.0


def main() -> int:
    """Make the batch, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100)
    parser.add_argument("--at-once", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        found = measure(Path(scratch), wanted.lines, wanted.at_once)
    print(json.dumps(found, indent=1))
    return 0 if found["without_a_reason"] == 0 and found["lines"] == wanted.lines else 1


def briefs(lines: int) -> list[dict[str, Any]]:
    """So many short briefs in three languages and four formats, the hopeless ones among them."""
    languages = list(_TEXTS)
    rows: list[dict[str, Any]] = list(_HOPELESS)
    for n in range(11, 11 + lines - len(rows)):
        language = languages[n % len(languages)]
        text = _TEXTS[language].format(n=n, square=n * n, double=2 * n)
        rows.append(
            {
                "text": text,
                "language": language,
                "duration_s": 8,
                "formats": [_FORMATS[n % len(_FORMATS)]],
            }
        )
    return rows


def measure(folder: Path, lines: int, at_once: int) -> dict[str, Any]:
    """Run the command as a person would, and watch its memory from outside."""
    batch, out = folder / "batch.jsonl", folder / "films"
    batch.write_text("\n".join(json.dumps(row) for row in briefs(lines)), encoding="utf-8")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "cli.main", "batch", str(batch)),
            *("--out", str(out), "--at-once", str(at_once)),
        ],
        cwd=ROOT,
        env={**os.environ, "VIDEO_PLATFORM_DATA_DIR": str(folder / "data")},
        stdout=subprocess.DEVNULL,
    )
    with Memory(process.pid) as memory:
        process.wait()
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return figures(report, memory)


def figures(report: dict[str, Any], memory: "Memory") -> dict[str, Any]:
    """Throughput, growth of memory, and the reasons there are films missing."""
    rows = report["lines"]
    films = [film for row in rows for film in row.get("films", ())]
    return {
        "lines": len(rows),
        "states": report["states"],
        "films_per_hour": round(3600 * len(films) / report["seconds"], 1),
        "film_seconds_per_wall_second": round(report["film_seconds"] / report["seconds"], 3),
        "batch_process_mb": thirds([own for own, _ in memory.samples]),
        "whole_tree_mb": thirds([tree for _, tree in memory.samples]),
        "seconds_per_film": thirds([row["seconds"] for row in rows if "seconds" in row]),
        "reasons": [row["error"]["code"] for row in rows if "error" in row],
        "without_a_reason": sum(not row.get("films") and "error" not in row for row in rows),
    }


def thirds(values: Sequence[float]) -> list[float]:
    """The median of the first, the second and the last third, in the order they were taken."""
    size = max(1, len(values) // 3)
    parts = (values[:size], values[size:-size] or values[:size], values[-size:])
    return [round(statistics.median(part), 1) for part in parts]


class Memory:
    """Resident megabytes of a process alone and with all its descendants, once a second."""

    def __init__(self, root: int) -> None:
        self.samples: list[tuple[float, float]] = []
        self._root = root
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        started = time.monotonic()
        while not self._ended.wait(_SAMPLE_S):
            own = _own_bytes(self._root) / 1e6
            # Before the first film the command is still being loaded.
            if own and time.monotonic() - started > 10 * _SAMPLE_S:
                self.samples.append((own, tree_bytes(self._root) / 1e6))


def _own_bytes(process: int) -> int:
    try:
        pages = int(Path("/proc", str(process), "statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.exit(main())
