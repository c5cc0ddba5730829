"""A directory as store: temp name, flush to disk, rename."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlparse

from video_platform.disk import storage_errors, sweep, write_atomically
from video_platform.errors import MediaMissing, StoreError
from video_platform.store.base import Stored

_PIECE_BYTES = 1 << 20


class LocalBlobs:
    """``Blobs`` in a directory of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._parts = root / ".parts"

    @classmethod
    def from_url(cls, url: str) -> "LocalBlobs":
        """The store at a ``file://`` URL."""
        return cls(Path(unquote(urlparse(url).path)))

    def _path(self, key: str) -> Path:
        path = self.root / key
        if ".." in Path(key).parts or Path(key).is_absolute():
            raise StoreError(f"{key!r} is not a storage key.")
        return path

    def exists(self, key: str) -> bool:
        """See ``Blobs``."""
        return self._path(key).is_file()

    def stat(self, key: str) -> Stored | None:
        """See ``Blobs``."""
        try:
            found = self._path(key).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return Stored(key, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def upload(self, path: Path, key: str) -> None:
        """See ``Blobs``."""
        write_atomically(self._path(key), path, parts=self._parts)

    def download(self, key: str, path: Path) -> None:
        """See ``Blobs``."""
        source = self._path(key)
        if not source.is_file():
            raise MediaMissing(f"The store has nothing under {key}.")
        write_atomically(path, source)

    def stream(self, key: str, first: int, last: int) -> Iterator[bytes]:
        """See ``Blobs``."""
        path = self._path(key)
        if not path.is_file():
            raise MediaMissing(f"The store has nothing under {key}.")
        with path.open("rb") as reader:
            reader.seek(first)
            left = last - first + 1
            while left > 0 and (piece := reader.read(min(left, _PIECE_BYTES))):
                left -= len(piece)
                yield piece

    def move(self, key: str, to: str) -> None:
        """See ``Blobs``."""
        source, target = self._path(key), self._path(to)
        with storage_errors(target.parent):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                source.replace(target)
            except FileNotFoundError as error:
                raise MediaMissing(f"The store has nothing under {key}.") from error
            # Somebody may have moved it on already.
            with suppress(FileNotFoundError):
                os.utime(target)

    def delete(self, key: str) -> None:
        """See ``Blobs``."""
        with storage_errors(self.root):
            self._path(key).unlink(missing_ok=True)

    def direct_path(self, key: str) -> Path | None:
        """See ``Blobs``."""
        return self._path(key)

    def read(self, key: str) -> bytes | None:
        """See ``Blobs``."""
        path = self._path(key)
        return path.read_bytes() if path.is_file() else None

    def write(self, key: str, data: bytes) -> None:
        """See ``Blobs``."""
        write_atomically(self._path(key), data, parts=self._parts)

    def keys(self, prefix: str) -> Iterator[str]:
        """See ``Blobs``."""
        if not self.root.is_dir():
            return
        base = self._path(prefix)
        start = base if base.is_dir() else base.parent
        for path in start.rglob("*") if start.is_dir() else ():
            key = path.relative_to(self.root).as_posix()
            if path.is_file() and key.startswith(prefix) and self._parts not in path.parents:
                yield key

    def objects(self, prefix: str) -> Iterator[Stored]:
        """See ``Blobs``."""
        for key in self.keys(prefix):
            found = self.stat(key)
            if found is not None:
                yield found

    def sweep(self) -> None:
        """See ``Blobs``."""
        sweep(self._parts)

    def url(self, key: str) -> str:
        """See ``Blobs``."""
        return self._path(key).as_uri()
