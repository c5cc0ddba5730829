"""Single frames of a clip as pictures: its last one, to go on from, or one that stands for it."""

from enum import StrEnum
from pathlib import Path
from typing import Any

from video_platform.errors import ProbeFailed


class Moment(StrEnum):
    """Which frame."""

    MIDDLE = "middle"
    LAST = "last"


def save_frame(clip: Path, picture: Path, moment: Moment) -> None:
    """Write one frame of a clip as a PNG; the same clip always gives the same bytes.

    Raises:
        ProbeFailed: the clip has no frame that can be decoded.
    """
    import av

    try:
        with av.open(clip) as reader:
            stream: Any = reader.streams.video[0]
            half = float(stream.duration * stream.time_base) / 2 if stream.duration else 0.0
            found = None
            for frame in reader.decode(stream):
                found = frame
                if moment is Moment.MIDDLE and (frame.time or 0.0) >= half:
                    break
    except (av.FFmpegError, IndexError) as error:
        raise _unseen(clip, str(error)) from error
    if found is None:
        raise _unseen(clip, "it has no frames")
    found.to_image().save(picture, "PNG", compress_level=1)


def _unseen(clip: Path, why: str) -> ProbeFailed:
    return ProbeFailed(
        f"No frame of {clip.name} can be taken: {why}.", hint="Make or upload the clip again."
    )
