"""A program started through the launcher ends with the process that asked for it."""

import os
import signal
import subprocess
import sys

import pytest

from video_platform.montage.runner import launcher

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="parent-death is Linux's")

_PARENT = """
import subprocess, sys
from video_platform.montage.runner import launcher
child = subprocess.Popen([*launcher(), "cat"], stdin=sys.stdin)
print(child.pid, flush=True)
child.wait()
"""


def test_the_program_dies_with_a_parent_that_was_killed() -> None:
    reading, writing = os.pipe()
    try:
        parent = subprocess.Popen(
            [sys.executable, "-c", _PARENT], stdin=reading, stdout=subprocess.PIPE
        )
        os.close(reading)
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        watched = os.pidfd_open(child)
        parent.send_signal(signal.SIGKILL)
        parent.wait(10)
        parent.stdout.close()
        # The child's input stays open, so that nothing but its parent's death can end it.
        assert _ended(watched, within_s=5)
    finally:
        os.close(writing)


def _ended(watched: int, *, within_s: float) -> bool:
    import select

    try:
        return bool(select.select([watched], [], [], within_s)[0])
    finally:
        os.close(watched)


def test_a_program_whose_parent_is_gone_already_never_starts() -> None:
    command = list(launcher())
    command[-1] = "1"  # as if the asking process had been another
    ended = subprocess.run([*command, "echo", "started"], capture_output=True, check=False)
    assert ended.returncode == 1
    assert b"started" not in ended.stdout


def test_arguments_arrive_as_they_were_given() -> None:
    odd = ["$(id)", "a b", "'; exit 3", ""]
    ended = subprocess.run(
        [*launcher(), sys.executable, "-c", "import sys; print(sys.argv[1:])", *odd],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.strip() == str(odd)
