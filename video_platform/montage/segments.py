"""Renders one segment: its frames are drawn once and given to every encoder that lacks it."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from video_platform.disk import storage_errors
from video_platform.montage.drawing import Material, Overlay, draw_segment
from video_platform.montage.encoding import SegmentEncoder, encode_frames
from video_platform.montage.motion import FrameBuffer
from video_platform.montage.plan import EncoderSettings, FilmPlan, Segment


def render_segment(
    segment: Segment,
    plan: FilmPlan,
    encoders: Sequence[EncoderSettings],
    *,
    material: Material,
    overlay: Overlay | None,
    directory: Path,
    on_frame: Callable[[], None],
) -> list[Path]:
    """Encode the segment into ``directory``, which is empty and its own: a file for each encoder.

    Raises:
        MontageError, StorageFull: nothing usable was written.
    """
    paths = [directory / f"segment-{settings.codec}.mp4" for settings in encoders]

    def counted() -> Iterator[FrameBuffer]:
        for buffer in draw_segment(segment, plan, material, overlay):
            yield buffer
            on_frame()

    with storage_errors(directory):
        encode_frames(
            counted(),
            [
                SegmentEncoder(path, settings, plan.frame, plan.rate)
                for path, settings in zip(paths, encoders, strict=True)
            ],
        )
    return paths


def link_or_copy(source: Path, target: Path) -> None:
    """Give a stored file a name of ours in the attempt's directory."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
