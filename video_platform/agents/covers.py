"""Covers: which thumbnail goes out with a film, kept beside it in the store."""

from dataclasses import dataclass

from video_platform.domain.codec import from_manifest, to_manifest
from video_platform.domain.formats import Format
from video_platform.domain.media import Media
from video_platform.store.base import Blobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """A picture with a title."""

    title: str
    scene_id: int
    media: Media


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnails:
    """The variants of one film; ``chosen``: which one goes out, from 0; none: the film's poster."""

    variants: tuple[Thumbnail, ...] = ()
    chosen: int | None = None


def stored_thumbnails(blobs: Blobs, key: str, ratio: Format) -> Thumbnails:
    """What was made for a project's film of this format."""
    data = blobs.read(_name(key, ratio))
    return Thumbnails() if data is None else from_manifest(Thumbnails, data)


def store_thumbnails(blobs: Blobs, key: str, ratio: Format, value: Thumbnails) -> None:
    """Keep variants, and which is chosen, in place of earlier ones."""
    blobs.write(_name(key, ratio), to_manifest(value))


def chosen_thumbnail(blobs: Blobs, key: str, ratio: Format) -> Media | None:
    """What goes out in place of a film's poster; nothing: the poster."""
    made = stored_thumbnails(blobs, key, ratio)
    return None if made.chosen is None else made.variants[made.chosen].media


def _name(key: str, ratio: Format) -> str:
    return f"thumbnails/{key}/{ratio.slug}.json"
