"""``python -m workers.health NAME``: whether the worker of this container answers."""

import socket
import sys

from workers.app import app

_WAIT_S = 10.0


def main() -> int:
    """0 when it answers, else 1."""
    place = f"{sys.argv[1]}@{socket.gethostname()}"
    return 0 if app.control.inspect(destination=[place], timeout=_WAIT_S).ping() else 1


if __name__ == "__main__":
    sys.exit(main())
