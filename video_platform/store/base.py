"""What a storage backend can do. Keys are relative, ``/``-separated and made by us."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """What a backend knows of bytes without reading them."""

    key: str
    size_bytes: int
    modified_at: datetime
    """When they were written or moved there, by the backend's clock, in UTC."""


class Blobs(Protocol):
    """Named bytes. Writes are atomic: a reader sees the old bytes or the new, never a part."""

    def exists(self, key: str) -> bool:
        """Whether bytes are stored under ``key``."""
        ...

    def stat(self, key: str) -> Stored | None:
        """Size and age of what is under ``key``; nothing when nothing is."""
        ...

    def upload(self, path: Path, key: str) -> None:
        """Store a file, streaming it. ``StorageFull`` when there is no room."""
        ...

    def download(self, key: str, path: Path) -> None:
        """Write the bytes to ``path``, streaming. ``MediaMissing`` when there are none."""
        ...

    def stream(self, key: str, first: int, last: int) -> Iterator[bytes]:
        """Bytes ``first`` to ``last``, both included, in pieces of at most a megabyte."""
        ...

    def move(self, key: str, to: str) -> None:
        """Give the bytes another key and a new age. ``MediaMissing`` when there are none."""
        ...

    def delete(self, key: str) -> None:
        """Remove what is under ``key``, if anything."""
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

    def objects(self, prefix: str) -> Iterator[Stored]:
        """What ``keys`` names, with size and age."""
        ...

    def sweep(self) -> None:
        """Remove what killed processes left unfinished."""
        ...

    def url(self, key: str) -> str:
        """Where an operator finds the bytes."""
        ...
