"""Media by content hash over any backend."""

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from video_platform.boundaries import boundary
from video_platform.disk import private_directory, sweep
from video_platform.domain.media import Media, Probe
from video_platform.errors import HashMismatch, MediaMissing
from video_platform.store.base import Blobs
from video_platform.store.delivery import Delivery

TRASH = "trash/"
"""Before the key of what the collector put out of the way; whoever still wants it has it back."""
CACHE_BYTES = 20_000_000_000
IN_USE_S = 6 * 3600.0
"""A local copy asked for within this time may be open in a run: no run lasts longer."""
_CHUNK_BYTES = 1 << 20


def hash_file(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as reader:
        while chunk := reader.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


class MediaStore:
    """Stores each distinct file once, under its hash; stored media never change.

    Args:
        cache_dir: for local copies of remote media.
        cache_bytes: what those copies may take; the longest unused go first, and none that a run
            may have open.
        delivery: signs addresses of a network of caches, where there is one.
    """

    def __init__(
        self,
        blobs: Blobs,
        cache_dir: Path,
        *,
        cache_bytes: int = CACHE_BYTES,
        delivery: Delivery | None = None,
    ) -> None:
        self.blobs = blobs
        self.delivery = delivery
        self._cache_dir = cache_dir
        self._cache_bytes = cache_bytes

    @boundary("media.stored")
    def put(self, path: Path, media_type: str, probe: Probe | None = None) -> Media:
        """Store a file and return its reference; equal bytes are not stored again."""
        media = Media(
            sha256=hash_file(path),
            media_type=media_type,
            size_bytes=path.stat().st_size,
            probe=probe or Probe(),
        )
        if not self.has(media):
            self.blobs.upload(path, media.key)
        return media

    def has(self, media: Media) -> bool:
        """Whether the bytes are there."""
        return self.blobs.exists(media.key) or self._taken_back(media)

    def path(self, media: Media) -> Path:
        """A local file with the bytes, to be read only.

        Remote media are copied once into the cache and checked against their hash.

        Raises:
            MediaMissing: a manifest names media that the store lost.
            HashMismatch: what came back is not what was stored.
        """
        direct = self.blobs.direct_path(media.key)
        if direct is not None:
            if not direct.is_file() and not self._taken_back(media):
                raise _lost(media)
            return direct
        cached = self._cache_dir / media.key
        try:
            os.utime(cached)  # the time of its last use
        except FileNotFoundError:
            self._fetch(media, cached)
        return cached

    def stream(self, media: Media, first: int, last: int) -> Iterator[bytes]:
        """Bytes ``first`` to ``last``, both included, without a local copy; errors at once.

        Raises:
            MediaMissing: the store lost it.
        """
        if not self.has(media):
            raise _lost(media)
        return self.blobs.stream(media.key, first, last)

    def read(self, media: Media) -> bytes:
        """The bytes of small media: scripts, captions, posters."""
        return self.path(media).read_bytes()

    def url(self, media: Media) -> str:
        """Where an operator finds the media."""
        return self.blobs.url(media.key)

    def _fetch(self, media: Media, cached: Path) -> None:
        if not self.has(media):
            raise _lost(media)
        parts = self._cache_dir / ".parts"
        sweep(parts)
        trim_cache(self._cache_dir, self._cache_bytes - media.size_bytes, now=time.time())
        with private_directory(parts, "media") as directory:
            part = directory / cached.name
            self.blobs.download(media.key, part)
            if hash_file(part) != media.sha256:
                raise HashMismatch(f"{media.key} came back with other bytes.")
            cached.parent.mkdir(parents=True, exist_ok=True)
            part.replace(cached)

    def _taken_back(self, media: Media) -> bool:
        """Whether it had only been put out of the way, and is back."""
        if not self.blobs.exists(TRASH + media.key):
            return False
        try:
            self.blobs.move(TRASH + media.key, media.key)
        except MediaMissing:  # another process was quicker
            return self.blobs.exists(media.key)
        return True


def trim_cache(directory: Path, most_bytes: int, *, now: float) -> None:
    """Remove the longest unused copies until at most ``most_bytes`` are left.

    What was asked for within ``IN_USE_S`` of ``now`` (seconds since 1970) stays in any case.
    """
    copies = []
    for path in (directory / "media").rglob("*"):
        try:
            facts = path.stat()
        except FileNotFoundError:  # another process trims, too
            continue
        if path.is_file():
            copies.append((facts.st_mtime, facts.st_size, path))
    total = sum(size for _, size, _ in copies)
    for used_at, size, path in sorted(copies):
        if total <= most_bytes or used_at > now - IN_USE_S:
            return
        path.unlink(missing_ok=True)
        total -= size


def _lost(media: Media) -> MediaMissing:
    return MediaMissing(
        f"The store lost {media.key}.", hint="Re-materialize the stage that made it."
    )
