"""Frames of stored clips as stored pictures."""

from pathlib import Path

from video_platform.disk import private_directory
from video_platform.domain.media import Media
from video_platform.montage.frames import Moment, save_frame
from video_platform.montage.probe import probe_media
from video_platform.store import MediaStore


class FrameTaker:
    """Takes frames of a tenant's clips; a picture is its own frame."""

    def __init__(self, store: MediaStore, scratch_dir: Path) -> None:
        self._store = store
        self._scratch_dir = scratch_dir

    def take(self, media: Media, moment: Moment) -> Media:
        """The frame as a picture in the store.

        Raises:
            ProbeFailed: nothing of the clip can be decoded.
        """
        if media.media_type.startswith("image/"):
            return media
        with private_directory(self._scratch_dir, "frame") as directory:
            picture = directory / "frame.png"
            save_frame(self._store.path(media), picture, moment)
            return self._store.put(picture, "image/png", probe_media(picture, "image/png"))
