"""Media by content hash over any backend."""

import hashlib
from pathlib import Path

from video_platform.boundaries import boundary
from video_platform.domain.media import Media, Probe
from video_platform.errors import HashMismatch, MediaMissing
from video_platform.store.base import Blobs

_CHUNK_BYTES = 1 << 20


def hash_file(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as reader:
        while chunk := reader.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


class MediaStore:
    """Stores each distinct file once, under its hash; stored media never change."""

    def __init__(self, blobs: Blobs, cache_dir: Path) -> None:
        self.blobs = blobs
        self._cache_dir = cache_dir

    @boundary("media.stored")
    def put(self, path: Path, media_type: str, probe: Probe | None = None) -> Media:
        """Store a file and return its reference; equal bytes are not stored again."""
        media = Media(
            sha256=hash_file(path),
            media_type=media_type,
            size_bytes=path.stat().st_size,
            probe=probe or Probe(),
        )
        if not self.blobs.exists(media.key):
            self.blobs.upload(path, media.key)
        return media

    def has(self, media: Media) -> bool:
        """Whether the bytes are there."""
        return self.blobs.exists(media.key)

    def path(self, media: Media) -> Path:
        """A local file with the bytes, to be read only.

        Remote media are copied once into the cache and checked against their hash.

        Raises:
            MediaMissing: a manifest names media that the store lost.
            HashMismatch: what came back is not what was stored.
        """
        direct = self.blobs.direct_path(media.key)
        if direct is not None:
            if not direct.is_file():
                raise MediaMissing(
                    f"The store lost {media.key}.", hint="Re-materialize the stage that made it."
                )
            return direct
        cached = self._cache_dir / media.key
        if not cached.is_file():
            part = cached.with_name(f"{cached.name}.part")
            self.blobs.download(media.key, part)
            if hash_file(part) != media.sha256:
                part.unlink()
                raise HashMismatch(f"{media.key} came back with other bytes.")
            part.replace(cached)
        return cached

    def read(self, media: Media) -> bytes:
        """The bytes of small media: scripts, captions, posters."""
        return self.path(media).read_bytes()

    def url(self, media: Media) -> str:
        """Where an operator finds the media."""
        return self.blobs.url(media.key)
