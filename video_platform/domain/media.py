"""Bytes with a name: media are stored once, immutable, under their SHA-256."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "image/gif": "gif",
    "application/x-cube": "cube",
    "application/json": "json",
    "application/x-subrip": "srt",
    "text/vtt": "vtt",
    "font/ttf": "ttf",
    "font/otf": "otf",
}
"""File extension by media type, for every kind the platform stores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a full decode of the media found; fields that do not apply are zero."""

    width_px: int = 0
    height_px: int = 0
    duration_ms: int = 0
    frames: int = 0
    frame_rate: str = ""
    sample_rate_hz: int = 0
    channels: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A reference to stored bytes. Equal hashes mean equal media."""

    sha256: str
    media_type: str
    size_bytes: int
    probe: Probe = Probe()

    @property
    def extension(self) -> str:
        """File extension without the dot."""
        return EXTENSIONS[self.media_type]

    @property
    def key(self) -> str:
        """Where a store keeps it, relative to the store's root."""
        return f"media/{self.sha256[:2]}/{self.sha256}.{self.extension}"


MediaPath = Callable[[Media], Path]
"""Gives a local file with a medium's bytes."""
