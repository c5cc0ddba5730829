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
_RESULT_S = 30.0
"""What a service's result is taken to last: its own header is not asked."""
_ANSWER_BYTES = 100_000
RESULT = "result"
"""Tells the child that a service made the file, which intake's limits are not for."""
_NO_ANSWER = (subprocess.TimeoutExpired, ValueError, KeyError, TypeError)
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
    try:
        return _ask(timeout_s, str(path), media_type)
    except _NO_ANSWER as error:
        raise ProbeFailed(
            "The file takes more memory or time to read than any film does, or breaks its reader.",
            hint="Export it again with common settings, and send that.",
        ) from error


def probe_confined(path: Path, media_type: str, *, timeout_s: float = LONGEST_S) -> Probe:
    """What ``probe.probe_media`` finds in a service's result, found by a bounded child.

    Raises:
        ProbeFailed, UnsupportedMedia: as ``probe_media``.
        UnsupportedMedia: too, with the code ``media_breaks_reader``, when the child died of it or
            did not end. It is no damaged download, so to fetch it again would not help.
    """
    try:
        return _ask(timeout_s, str(path), media_type, RESULT)
    except _NO_ANSWER as error:
        raise UnsupportedMedia(
            f"{path.name} ({media_type}) takes too much memory or time to read, or breaks its "
            "reader.",
            hint="It is not sent again by itself. Look at it at the provider, then decide with "
            "`video-platform generations decide`, or choose another provider.",
            code="media_breaks_reader",
        ) from error


def _ask(timeout_s: float, *arguments: str) -> Probe:
    """The child's answer, or one of ``_NO_ANSWER`` when it gave none."""
    child = subprocess.run(
        [*launcher(), sys.executable, *COMMAND, *arguments],
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


def allow_seconds(duration_s: float) -> None:
    """Bound this process's processor time by how long the file it reads says it lasts."""
    seconds = _CPU_S + round(_CPU_PER_SECOND * max(duration_s, 0))
    # The soft limit ends the process; the hard one cannot be raised again once it is set.
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if most != resource.RLIM_INFINITY:
        seconds = min(seconds, most)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, most))


def _main(path: str, media_type: str, source: str = "") -> None:
    """The child: one line of JSON, or death."""
    from video_platform.montage.intake import examine
    from video_platform.montage.probe import probe_media

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    allow_seconds(_RESULT_S if source == RESULT else 0)
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    said: dict[str, object]
    try:
        found = (
            probe_media(Path(path), media_type)
            if source == RESULT
            else examine(Path(path), media_type, allow_seconds)
        )
        said = {"probe": dataclasses.asdict(found)}
    except (ProbeFailed, UnsupportedMedia) as error:
        said = {
            "kind": type(error).__name__,
            "message": error.message,
            "hint": error.hint,
            "code": error.code,
        }
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    _main(*sys.argv[1:4])
