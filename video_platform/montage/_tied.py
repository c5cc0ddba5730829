"""Becomes another program whose life is tied to that of the process that asked for it.

It is started by path (``python -I -S _tied.py PARENT PROGRAM ARGUMENT...``), so only the standard
library is in reach and start-up stays short. PARENT is the asking process's id.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def become(parent: int, command: list[str]) -> None:
    """Replace this process by ``command``, which the kernel kills when ``parent`` dies."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        sys.exit("the asking process is gone")
    os.execvp(command[0], command)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
