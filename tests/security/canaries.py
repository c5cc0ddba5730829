"""Who must not be visited: a socket that counts connections, and files that tell when opened.

The kernel tells of opened files (inotify), so that FFmpeg's, a child's and our own are all seen.
"""

import ctypes
import os
import select
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_IN_OPEN = 0x20
_EVENT = struct.Struct("iIII")


class Visits:
    """A server on loopback that counts connections."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.count = 0
        threading.Thread(target=self._take, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _take(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            self.count += 1
            visitor.close()

    def seen(self) -> int:
        """Connections so far, those on their way too: one of our own passes through after them."""
        before = self.count
        with socket.create_connection(("127.0.0.1", self.port)) as own:
            own.recv(1)
        self.count -= 1
        return max(before, self.count)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class Opened:
    """How often any of some files was opened, by anybody."""

    def __init__(self, paths: Sequence[Path]) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._handle: int = libc.inotify_init()
        for path in paths:
            if libc.inotify_add_watch(self._handle, os.fsencode(path), _IN_OPEN) < 0:
                raise OSError(ctypes.get_errno(), f"{path} cannot be watched")
        self._count = 0

    def count(self) -> int:
        while select.select([self._handle], [], [], 0)[0]:
            told = os.read(self._handle, 65_536)
            at = 0
            while at < len(told):
                at += _EVENT.size + _EVENT.unpack_from(told, at)[3]
                self._count += 1
        return self._count

    def close(self) -> None:
        os.close(self._handle)


@contextmanager
def watching(paths: Sequence[Path]) -> Iterator[Opened]:
    """Watch files while the block runs."""
    opened = Opened(paths)
    try:
        yield opened
    finally:
        opened.close()
