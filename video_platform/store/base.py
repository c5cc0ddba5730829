"""What a storage backend can do. Keys are relative, ``/``-separated and made by us."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol


class Blobs(Protocol):
    """Named bytes. Writes are atomic: a reader sees the old bytes or the new, never a part."""

    def exists(self, key: str) -> bool:
        """Whether bytes are stored under ``key``."""
        ...

    def upload(self, path: Path, key: str) -> None:
        """Store a file, streaming it. ``StorageFull`` when there is no room."""
        ...

    def download(self, key: str, path: Path) -> None:
        """Write the bytes to ``path``, streaming. ``MediaMissing`` when there are none."""
        ...

    def direct_path(self, key: str) -> Path | None:
        """The file itself where the backend is this machine's disk; it must not be changed."""
        ...

    def read(self, key: str) -> bytes | None:
        """A small document, or nothing."""
        ...

    def write(self, key: str, data: bytes) -> None:
        """Store a small document."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """All keys that start with ``prefix``, in no special order."""
        ...

    def sweep(self) -> None:
        """Remove what killed processes left unfinished."""
        ...

    def url(self, key: str) -> str:
        """Where an operator finds the bytes."""
        ...
