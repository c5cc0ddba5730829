"""Looks at a stranger's file in a process of its own, which may die of it.

Decoders are written for speed, and a file can be made to crash them, to take all memory or never to
end. Whatever it does to this child is one refused file; whoever asked goes on. The child answers in
JSON, which cannot make its parent do anything.
"""

import dataclasses
import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from video_platform.domain.media import Probe
from video_platform.errors import ProbeFailed, UnsupportedMedia, VideoPlatformError
from video_platform.montage.runner import launcher

COMMAND = ("-m", __name__)
"""What Python is told to run as the child."""
MEMORY_BYTES = 2 << 30
"""Of address space; a film of 4096 pixels a side takes under half of it."""
LONGEST_S = 1800.0
_CPU_S = 60
_CPU_PER_SECOND = 20
"""Processor seconds a file may take: so many, and so many for each second it says it lasts."""
_ANSWER_BYTES = 100_000
_KINDS: dict[str, type[VideoPlatformError]] = {
    "ProbeFailed": ProbeFailed,
    "UnsupportedMedia": UnsupportedMedia,
}


def examine_confined(path: Path, media_type: str, *, timeout_s: float = LONGEST_S) -> Probe:
    """What ``intake.examine`` finds, found by a child that is bounded in memory and time.

    Raises:
        UnsupportedMedia: as ``intake.examine``.
        ProbeFailed: too, and when the child died of the file or did not end.
    """
    command = [*launcher(), sys.executable, *COMMAND, str(path), media_type]
    try:
        child = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
            process_group=0,
        )
        said: dict[str, Any] = json.loads(child.stdout[:_ANSWER_BYTES])
        if "probe" in said:
            return Probe(**said["probe"])
        raise _KINDS[said["kind"]](said["message"], hint=said["hint"], code=said["code"])
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
        raise ProbeFailed(
            "The file takes more memory or time to read than any film does, or breaks its reader.",
            hint="Export it again with common settings, and send that.",
        ) from error


def allow_seconds(duration_s: float) -> None:
    """Bound this process's processor time by how long the file it reads says it lasts."""
    seconds = _CPU_S + round(_CPU_PER_SECOND * max(duration_s, 0))
    # The soft limit ends the process; the hard one cannot be raised again once it is set.
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if most != resource.RLIM_INFINITY:
        seconds = min(seconds, most)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, most))


def _main(path: str, media_type: str) -> None:
    """The child: one line of JSON, or death."""
    from video_platform.montage.intake import examine

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    allow_seconds(0)
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    said: dict[str, object]
    try:
        said = {"probe": dataclasses.asdict(examine(Path(path), media_type, allow_seconds))}
    except (ProbeFailed, UnsupportedMedia) as error:
        said = {
            "kind": type(error).__name__,
            "message": error.message,
            "hint": error.hint,
            "code": error.code,
        }
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    _main(*sys.argv[1:3])
