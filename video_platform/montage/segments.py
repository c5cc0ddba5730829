"""Renders one segment: its frames are drawn once and given to every encoder that lacks it."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from video_platform.disk import storage_errors
from video_platform.montage.drawing import Material, Overlay, draw_segment
from video_platform.montage.encoding import SegmentEncoder, encoding
from video_platform.montage.hardware import HARDWARE, hardware_arguments
from video_platform.montage.motion import FrameBuffer
from video_platform.montage.plan import EncoderSettings, FilmPlan, Segment
from video_platform.montage.runner import HARDWARE_MEMORY_BYTES, Ffmpeg


def render_segment(
    segment: Segment,
    plan: FilmPlan,
    encoders: Sequence[EncoderSettings],
    *,
    material: Material,
    overlay: Overlay | None,
    ffmpeg: Ffmpeg,
    directory: Path,
    on_frame: Callable[[], None],
) -> list[Path]:
    """Encode the segment into ``directory``, which is empty and its own: a file for each encoder.

    At most one of the encoders is hardware; it is fed through FFmpeg.

    Raises:
        MontageError, StorageFull: nothing usable was written.
    """
    paths = [directory / f"segment-{settings.codec}.mp4" for settings in encoders]

    def counted() -> Iterator[FrameBuffer]:
        for buffer in draw_segment(segment, plan, material, overlay):
            yield buffer
            on_frame()

    files = list(zip(encoders, paths, strict=True))
    software = [(settings, path) for settings, path in files if not settings.hardware]
    with storage_errors(directory):
        chosen = [
            SegmentEncoder(path, settings, plan.frame, plan.rate) for settings, path in software
        ]
        frames = encoding(counted(), chosen)
        device = next(((settings, path) for settings, path in files if settings.hardware), None)
        if device is None:
            for _ in frames:
                pass
        else:
            _feed_hardware(frames, *device, plan, ffmpeg)
    return paths


def _feed_hardware(
    frames: Iterator[FrameBuffer],
    settings: EncoderSettings,
    path: Path,
    plan: FilmPlan,
    ffmpeg: Ffmpeg,
) -> None:
    before, after = hardware_arguments(
        HARDWARE[settings.hardware],
        settings.codec,
        size=(plan.frame.width_px, plan.frame.height_px),
        rate=plan.rate,
        keyframe_s=settings.keyframe_s,
    )
    ffmpeg.run(
        [*before, *after, path.name],
        directory=path.parent,
        feed=(buffer.data.data for buffer in frames),
        memory_bytes=HARDWARE_MEMORY_BYTES,
    )


def link_or_copy(source: Path, target: Path) -> None:
    """Give a stored file a name of ours in the attempt's directory."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
