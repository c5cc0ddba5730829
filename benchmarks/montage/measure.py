"""What a way of making a film costs: each runs in a process of its own, watched from outside."""

import contextlib
import json
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESULT = "result.json"
"""What a measured process leaves in its directory, if it has anything to say."""

_SAMPLE_S = 0.05
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one process and everything it started took.

    Args:
        cpu_s: user and system time of the process and all its ended descendants.
        wall_s: from its start to its end, the interpreter's own start included.
        peak_mb: largest sum of resident set sizes over the process tree, sampled every 50 ms;
            pages that processes share count once for each. In millions of bytes.
        facts: what the process itself reported.
    """

    cpu_s: float
    wall_s: float
    peak_mb: float
    facts: Mapping[str, Any]


def run_measured(
    command: Sequence[str], *, directory: Path, environment: Mapping[str, str] | None = None
) -> Cost:
    """Run ``command`` to its end in ``directory`` and measure it.

    Raises:
        RuntimeError: it ended with an error; the message holds the end of its error output.
    """
    started = time.monotonic()
    with (directory / "stderr.log").open("w+b") as log:
        process = subprocess.Popen(
            command,
            cwd=directory,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        with _PeakMemory(process.pid) as memory:
            _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        said = log.read().decode(errors="replace")
    if process.returncode != 0:
        raise RuntimeError(f"{command[:4]} ended with {process.returncode}: {said[-3000:]}")
    result = directory / RESULT
    return Cost(
        cpu_s=usage.ru_utime + usage.ru_stime,
        wall_s=wall_s,
        peak_mb=memory.peak_bytes / 1e6,
        facts=json.loads(result.read_text()) if result.exists() else {},
    )


class _PeakMemory:
    """Watches a process tree's resident memory from a thread while the block runs."""

    def __init__(self, root: int) -> None:
        self.peak_bytes = 0
        self._root = root
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "_PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_SAMPLE_S):
            self.peak_bytes = max(self.peak_bytes, tree_bytes(self._root))


def tree_bytes(root: int) -> int:
    """Resident bytes of ``root`` and its descendants, as Linux's ``/proc`` tells them."""
    pages, waiting = 0, [str(root)]
    while waiting:
        process = Path("/proc", waiting.pop())
        # A process may end while it is looked at.
        with contextlib.suppress(OSError):
            pages += int((process / "statm").read_text().split()[1])
            for thread in (process / "task").iterdir():
                waiting += (thread / "children").read_text().split()
    return pages * _PAGE_BYTES
