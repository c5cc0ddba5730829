"""A directory as store: temp name, flush to disk, rename."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlparse

from video_platform.disk import sweep, write_atomically
from video_platform.errors import MediaMissing, StoreError


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

    def upload(self, path: Path, key: str) -> None:
        """See ``Blobs``."""
        write_atomically(self._path(key), path, parts=self._parts)

    def download(self, key: str, path: Path) -> None:
        """See ``Blobs``."""
        source = self._path(key)
        if not source.is_file():
            raise MediaMissing(f"The store has nothing under {key}.")
        write_atomically(path, source)

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

    def sweep(self) -> None:
        """See ``Blobs``."""
        sweep(self._parts)

    def url(self, key: str) -> str:
        """See ``Blobs``."""
        return self._path(key).as_uri()
